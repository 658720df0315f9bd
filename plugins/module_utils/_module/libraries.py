# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python libraries that the host that runs the module requires in addition to ansible-core."""

from __future__ import annotations

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import mapping, transport


def missing_library() -> str | None:
    """The name of the first library that cannot be imported; None if all can."""
    if not transport.HAS_REQUESTS:
        return "requests"
    return None if mapping.HAS_JMESPATH else "jmespath"
