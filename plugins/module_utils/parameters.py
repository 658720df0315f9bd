# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no module accepts of a task's parameters, as sentences. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError


def blank_problems(values: t.Mapping[str, t.Any]) -> list[str]:
    """One sentence for each of ``values``, by the name of its option, that is a string of nothing but blanks."""
    # An unset variable often arrives as ''. Taken as "not given" it could select other images than meant.
    return [
        f"{option} is {'a blank' if value else 'an empty'} string: give a value, or omit the option (in a template: "
        "`default(omit, true)`)"
        for option, value in values.items()
        if isinstance(value, str) and not value.strip()
    ]


def id_problems(values: t.Mapping[str, t.Any]) -> list[str]:
    """One sentence for each of ``values``, by the name of its option, that is more than one id."""
    # The API takes a comma for a list, and compares blanks: neither finds the image that is meant.
    return [
        f"{option} is {value!r}: it must be one id, without blanks and commas"
        for option, value in values.items()
        if isinstance(value, str) and value.strip() and any(one.isspace() or one == "," for one in value)
    ]


def entries(option: str, values: t.Iterable[t.Any] | None) -> dict[str, t.Any]:
    """The entries of a list option, by their names in messages."""
    return {f"{option}[{number}]": value for number, value in enumerate(values or ())}


def timeout_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    seconds = params["wait_timeout"]
    return [] if seconds >= 1 else [f"wait_timeout must be at least 1 second, but is {seconds}"]


def refuse(problems: t.Sequence[str]) -> None:
    """Raises RefusalError with all of ``problems``, unless there is none. For before the first request."""
    if problems:
        raise RefusalError("; ".join(problems) + ". Nothing was sent.")
