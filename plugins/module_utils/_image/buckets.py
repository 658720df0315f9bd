# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule for the name of a bucket, as a sentence: in the documentation, in refusals and in hints. Pure."""

from __future__ import annotations

import re

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import broken

BUCKET_RULE = (
    "must have 3 to 63 lower-case letters, digits and hyphens, and must start and end with a letter or a digit"
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def bucket_problem(what: str, name: str) -> str | None:
    return None if _BUCKET.fullmatch(name) else broken(what, BUCKET_RULE, name)
