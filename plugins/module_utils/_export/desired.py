# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of a task: immutable, and validated before the first request."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    broken,
    id_problems,
    refuse,
    signed_problems,
    timeout_problems,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.buckets import bucket_problem

# As a sentence: in the documentation of the option, in refusals, and in hints.
PREFIX_RULE = "must have 1 to 30 letters and digits"
_PREFIX = re.compile(r"[A-Za-z0-9]{1,30}")
_NEVER_BLANK = ("image_id", "image_name", "bucket", "prefix", "role_name")


@dataclass(frozen=True)
class DesiredExport:
    """The export that a task requires, or whose cancellation it requires.

    ``bucket``, ``prefix`` and ``image_format``: None is not compared, except that an export without ``prefix`` must
    have none.
    """

    state: str = "present"
    image_id: str | None = None
    image_name: str | None = None
    bucket: str | None = None
    prefix: str | None = None
    image_format: str | None = None
    role_name: str | None = None
    force: bool = False
    wait: bool = True

    @property
    def is_any_prefix(self) -> bool:
        return self.state == "absent" and self.prefix is None

    def place(self) -> dict[str, str]:
        """The options of the task for the place of the export."""
        named = {"bucket": self.bucket, "prefix": self.prefix, "format": self.image_format}
        return {option: value for option, value in named.items() if value is not None}

    def handle(self) -> str:
        """The export as sentences name it."""
        return f"export of image {self.image_name!r}" if self.image_id is None else f"export of image {self.image_id}"


def desired_from(params: t.Mapping[str, t.Any]) -> DesiredExport:
    """The desired state from the parameters of a task, whose types the argument spec has checked.

    Raises RefusalError with a sentence for each value that the API would reject or that is likely a mistake.
    """
    named = {option: params[option] for option in _NEVER_BLANK}
    rules = {"bucket": bucket_problem, "prefix": _prefix_problem}
    # A blank one is reported elsewhere.
    broken_rules = [rule(option, named[option]) for option, rule in rules.items() if (named[option] or "").strip()]
    refuse(
        [
            *blank_problems(named),
            *signed_problems({option: params[option] for option in ("image_name", "role_name")}),
            *id_problems({"image_id": params["image_id"]}),
            *timeout_problems(params),
            *(problem for problem in broken_rules if problem is not None),
        ]
    )
    return DesiredExport(
        state=params["state"],
        image_format=params["format"],
        force=params["force"],
        wait=params["wait"],
        **named,
    )


def _prefix_problem(what: str, prefix: str) -> str | None:
    return None if _PREFIX.fullmatch(prefix) else broken(what, PREFIX_RULE, prefix)
