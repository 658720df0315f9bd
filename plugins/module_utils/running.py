# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that is being carried out: what the handlers of its steps share."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import waiter

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan


# Seconds that a list may lag behind a write.
LONGEST_LAG = 60.0


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

    def has_patience(self, started: float, seconds: float) -> bool:
        """Whether another look is worth its pause. ``started``: the elapsed seconds when the looking began."""
        return self.deadline.elapsed() - started < seconds and self.deadline.remaining() > 2 * waiter.LAST_LOOK

    def seen(self, image_id: str, look: t.Callable[[], t.Iterable[Image]], patience: float) -> Image | None:
        """The image as a look shows it; None when none does within ``patience`` seconds.

        One look proves nothing: a list may come from a replica that lags behind.
        """
        started = self.deadline.elapsed()
        while True:
            found = next((image for image in look() if image["image_id"] == image_id), None)
            if found is not None or not self.has_patience(started, patience):
                return found
            self.deadline.sleep(waiter.SHORTEST_PAUSE)
