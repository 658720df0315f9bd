# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that is being carried out: what the handlers of its steps share."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan


class Running:
    """``has_waited``: something lies between what the plan saw and now. ``unlisted``: the name of an image that was
    made and has not been listed yet. ``has_just_looked``: the last step has read the image of ``outcome``."""

    def __init__(self, plan: Plan, images: Images, deadline: Deadline, outcome: Outcome) -> None:
        self.plan = plan
        self.images = images
        self.deadline = deadline
        self.outcome = outcome
        self.has_waited = False
        self.unlisted: str | None = None
        self.has_just_looked = False

    def id_of(self, image_id: str | None) -> str:
        """The id in a step, where None stands for the image that the plan makes."""
        return str(self.outcome.image_id if image_id is None else image_id)
