# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of parameters that all modules share; they return sentences. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    CUT,
    RefusalError,
    is_signed,
    shown,
    unshown,
)

_TEMPLATE_MARKS = ("{{", "{%")
# ansible-core 2.16 to 2.18 remove it only where it is the whole value of an option or of a key. It differs in each run.
_OMIT_MARK = "__omit_place_holder__"
_LONGEST_QUOTE = 40
QUOTE_IT = (
    "quote it where it is written, or append `| string` to the template that it comes from (a template of a single "
    "variable keeps the variable's type)"
)


def blank_problems(values: t.Mapping[str, t.Any]) -> list[str]:
    """A sentence for each of ``values``, with its option as key, that is an empty or blank string."""
    # An unset variable often becomes ''. If it were treated as omitted, it could select the wrong images.
    return [
        f"{option} is {'a blank' if value else 'an empty'} string: give a value, or omit the option (in a template: "
        "`default(omit, true)`)"
        for option, value in values.items()
        if isinstance(value, str) and not value.strip()
    ]


def id_problems(values: t.Mapping[str, t.Any]) -> list[str]:
    """A sentence for each of ``values``, with its option as key, that is more than one id."""
    # The API reads a comma as a list separator, and compares blanks: neither finds the intended image.
    return [
        f"{option} is {shown(value)}: it must be one id, without blanks and commas"
        for option, value in values.items()
        if isinstance(value, str) and value.strip() and any(one.isspace() or one == "," for one in value)
    ]


def entries(option: str, values: t.Iterable[t.Any] | None) -> dict[str, t.Any]:
    """The entries of a list option, with their names in messages as keys."""
    return {f"{option}[{number}]": value for number, value in enumerate(values or ())}


def signed_problems(values: t.Mapping[str, t.Any], wanted: str = "the name") -> list[str]:
    """A sentence for each of ``values``, with its option as key, that contains a secret of a signed URL.

    ``wanted``: what is expected instead.
    """
    return [
        f"{option} looks like the end of a signed URL, which is not shown: give only {wanted} before the question mark"
        for option, value in values.items()
        if isinstance(value, str) and is_signed(value)
    ]


def timeout_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    seconds = params["wait_timeout"]
    return [] if seconds is None or seconds >= 1 else [f"wait_timeout must be at least 1 second, but is {seconds}"]


def refuse(problems: t.Sequence[str]) -> None:
    """Raises RefusalError with all ``problems``, if any. For use before the first request."""
    if problems:
        raise RefusalError("; ".join(problems) + ". Nothing was sent.")


def quoted(text: str) -> str:
    """The text, quoted for a message unless it may contain a secret; a long one is truncated, with its length."""
    if len(text) <= _LONGEST_QUOTE:
        return shown(text)
    # The mark is part of the quote, so that the beginning of a known secret in front of it is recognized.
    return unshown(text) or f"{text[:_LONGEST_QUOTE] + CUT!r} ({len(text)} characters)"


def broken(what: str, rule: str, text: str) -> str:
    """A sentence about a value that breaks the rule."""
    return f"{what} {rule}, but is {quoted(text)}"


def type_problem(what: str, value: t.Any) -> str | None:
    """A sentence if a value that YAML has read as another type than a string is refused.

    An integer becomes its decimal string. A boolean or a floating-point number has lost its spelling: ``yes`` has
    become ``True`` and ``1.10`` has become ``1.1``.
    """
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return None
    if value is None:
        return f"{what} must be a string, but is null; '' is an empty one"
    if isinstance(value, (bool, float)):
        return f"{what} must be a string, but is {value!r} ({type(value).__name__}): {QUOTE_IT}"
    # Not quoted, since it may contain anything.
    return f"{what} must be a string, but is a {type(value).__name__}"


def template_problem(what: str, value: t.Any) -> str | None:
    """A sentence if a string still contains a template or the mark of ``omit``, which is never intended."""
    if not isinstance(value, str):
        return None
    if _OMIT_MARK in value:
        return (
            f"{what} contains the mark that this release of ansible-core puts in place of `omit`, which can only stand "
            "for the whole value of an option: use `default('')` in a part of a text, and build a list without the "
            "entries to omit"
        )
    if not any(mark in value for mark in _TEMPLATE_MARKS):
        return None
    return (
        f"{what} is {shown(value)}: Ansible has not evaluated this template (values marked as unsafe "
        "are left as they are)"
    )
