# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule for each text, as a sentence: what no release of the cloud takes, and what was not meant. Pure.

The same sentences are in the documentation of the options, in refusals before the first call, and in hints after an
error of the cloud. What some release takes is left to the cloud.
"""

from __future__ import annotations

import typing as t

_TEMPLATE_MARKS = ("{{", "{%")
_KINDS: t.Mapping[type, str] = {
    bool: "a boolean",
    float: "a floating-point number",
    list: "a list",
    dict: "a dictionary",
}


def type_problem(what: str, value: t.Any, *, shown: bool = True) -> str | None:
    """Why a value that YAML has read as another type than a string is refused. ``shown``: whether it may be quoted.

    An integer is taken in its decimal spelling. A boolean or a floating-point number has lost its spelling: ``yes`` has
    become ``True`` and ``1.10`` has become ``1.1``.
    """
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return None
    told = f" ({value!r})" if shown and isinstance(value, (bool, float)) else ""
    problem = f"{what} must be a string, but is {_KINDS.get(type(value), type(value).__name__)}{told}"
    if not told:
        return problem
    return (
        f"{problem}: quote it where it is written, or append `| string` to the template that it comes from (a template "
        "of a single variable keeps the variable's type)"
    )


def template_problem(what: str, value: t.Any) -> str | None:
    """Why a text that still holds a template is refused: nobody names anything so."""
    if not isinstance(value, str) or not any(mark in value for mark in _TEMPLATE_MARKS):
        return None
    return (
        f"{what} is {value!r}: Ansible has not evaluated this template (values marked as unsafe are left as they are)"
    )
