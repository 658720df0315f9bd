# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults of a call, and whether a run must succeed in spite of them."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass, field

LONG = 30.0
# CreateImage, CopyImage and ImportImage, but not CancelCopyImage.
CREATING = "[CI][!a]*Image"
SHORT = 0.2


@dataclass(frozen=True)
class Breakage:
    """``script``: parameters of the simulator's faults. ``is_transient``: the run must succeed anyway; otherwise it may
    fail with a message, and the next one must reach the desired state. ``action``: a pattern of the affected actions.
    ``lasts``: affects all further calls of the run. ``is_refused``: the connection is refused (``script`` is empty).
    ``loses_image``: the image is lost, so a second creation is correct. ``read_timeout``: in seconds.
    """

    title: str
    script: t.Mapping[str, t.Any] = field(default_factory=dict)
    is_transient: bool = True
    action: str = "*"
    lasts: bool = False
    is_refused: bool = False
    loses_image: bool = False
    read_timeout: float = LONG

    def strikes(self, action: str) -> bool:
        """Whether it can affect a call of this action."""
        return fnmatch.fnmatchcase(action, self.action)


def _permanent(title: str, script: t.Mapping[str, t.Any], **known: t.Any) -> Breakage:
    return Breakage(title, script, is_transient=False, **known)


BREAKAGES = (
    Breakage("connection refused", is_refused=True),
    Breakage("reset before processing", {"drop": "before"}),
    Breakage("reset after processing", {"drop": "after"}),
    Breakage("body cut short", {"truncate": -1}),
    Breakage("empty body", {"empty": True}),
    Breakage("HTML 502", {"html": True}),
    Breakage("500", {"status": 500}),
    Breakage("500, but processed", {"status": 500, "processed": True}),
    Breakage("503", {"status": 503}),
    Breakage("503, five times", {"status": 503, "times": 5}),
    Breakage("Throttling", {"code": "Throttling.User"}),
    Breakage("Throttling with Retry-After", {"code": "Throttling.User", "retry_after": 7}),
    Breakage("Throttling with x-acs-retry-after", {"code": "Throttling.User", "x_acs_retry_after": 3500}),
    Breakage("SignatureNonceUsed, processed", {"code": "SignatureNonceUsed", "processed": True}),
    Breakage("OperationConflict", {"code": "OperationConflict"}),
    Breakage("response after read_timeout", {"delay": 3 * SHORT}, read_timeout=SHORT),
    Breakage("response sent byte by byte", {"trickle": SHORT / 4}, read_timeout=SHORT),
    Breakage("HTTP 200, asapiSuccess false", {"asapi_success": False, "code": "InternalError"}),
    _permanent("HTTP 200, asapiSuccess false, forbidden", {"asapi_success": False, "code": "Forbidden.RAM"}),
    Breakage("list without the new image", {"hide": 3600}, action="DescribeImages"),
    Breakage("list without the new image, three times", {"hide": 3600, "times": 3}, action="DescribeImages"),
    _permanent("image creation fails", {"image": "CreateFailed"}, action=CREATING, loses_image=True),
    _permanent("image disappears during creation", {"image": "gone"}, action=CREATING, loses_image=True),
    _permanent("image deleted by somebody else", {"image": "deleted"}, action="*Image*", loses_image=True),
    _permanent("connection refused from then on", {}, is_refused=True, lasts=True),
    _permanent("503 from then on", {"html": True, "status": 503, "times": 0}, lasts=True),
    _permanent("every response lost from then on", {"drop": "after", "times": 0}, lasts=True),
    _permanent("forbidden from then on", {"code": "Forbidden.RAM", "times": 0}, lasts=True),
)
