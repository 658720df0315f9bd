# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules for the names of buckets and objects, as sentences: in the documentation, in refusals and in hints.
Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import broken, signed_problems

BUCKET_RULE = (
    "must have 3 to 63 lower-case letters, digits and hyphens, and must start and end with a letter or a digit"
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def bucket_problem(what: str, name: str) -> str | None:
    return None if _BUCKET.fullmatch(name) else broken(what, BUCKET_RULE, name)


def object_problems(what: str, name: str) -> t.Iterator[str]:
    """A sentence for each broken rule of a name that is not blank."""
    if "://" in name:
        # A signed URL contains a signature, so it is not quoted.
        yield f"{what} is a URL: give only the name of the object in its bucket, such as images/web.qcow2"
        return
    yield from signed_problems({what: name}, "the name of the object")
    if name != name.strip():
        yield broken(what, "must not begin or end with a blank", name)
    if name.startswith(("/", "\\")):
        yield f"{broken(what, 'must not begin with a slash', name)}: object names begin without one"
    elif name.endswith("/"):
        yield f"{broken(what, 'must not end with a slash', name)}: give the name of the file, not of its folder"
