# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no module accepts of a task's parameters, as sentences. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError


def empty_texts(params: t.Mapping[str, t.Any], options: t.Iterable[str]) -> list[str]:
    """One sentence for each of ``options`` that is an empty text."""
    # An unset variable often arrives as ''. Taken as "not given" it could select other images than meant.
    return [
        f"{option} is an empty text: give a value, or leave the option out (in a template: `default(omit)`)"
        for option in options
        if params[option] == ""
    ]


def timeout_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    seconds = params["wait_timeout"]
    return [] if seconds >= 1 else [f"wait_timeout is {seconds}, but the whole task needs at least 1 second"]


def refuse(problems: t.Sequence[str]) -> None:
    """Raises RefusalError with all of ``problems``, unless there is none. For before the first request."""
    if problems:
        raise RefusalError("; ".join(problems) + ". Nothing was sent.")
