# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A story: everything that happens in one sequence, as plain values.

Nothing in a story is random: only the choice of the story is (`generate`), so that a story can be shortened (`shorten`)
without changing the rest of it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Options = t.Mapping[str, t.Any]

# The name of the image in the stories, and its id if it exists from the beginning.
NAME = "web"
OLD = "m-old"
END = "end"


@dataclass(frozen=True)
class Moment:
    """Right before or right after the cloud processes a call: the ``nth`` call of this action by this run.

    ``action``: an API action, or ``*`` for every call. Attempts count one by one. END: when the run has ended.
    """

    run: str
    action: str
    nth: int = 0
    after: bool = True

    def text(self) -> str:
        if self.action == END:
            return f"when run {self.run} has ended"
        side = "after" if self.after else "before"
        action = "call" if self.action == "*" else self.action
        return f"{side} {action} {self.nth + 1} of run {self.run}"


# Seconds since the beginning, or a moment of another run.
When = t.Union[float, Moment]


@dataclass(frozen=True)
class Run:
    """A task of a playbook. ``options``: those of the module."""

    name: str
    when: When
    options: Options

    def text(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{when_text(self.when)}: run {self.name} starts: {options}"


@dataclass(frozen=True)
class Act:
    """What a colleague does in the console, or what happens to a build.

    ``what``: rename, tag, describe, deprecate, share, use, delete, create, stop_build. ``target``: an id, the name of
    an image, ``newest`` or ``growing``. ``value``: the new name, ``key=value``, text, or how a build ends.
    """

    when: When
    what: str
    target: str = NAME
    value: str = ""

    def text(self) -> str:
        return f"{when_text(self.when)}: a colleague: {self.what} {self.target} {self.value}".rstrip()


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    ``what``: lost (no answer; processed or not as the moment says), refused (no connection), kill, signal, stale (the
    list is ``value`` seconds old), short (the page lacks its last items), no_list, or the code of an error.
    """

    when: Moment
    what: str
    value: float = 0.0

    def text(self) -> str:
        value = f" {self.value:g} s" if self.value else ""
        return f"{when_text(self.when)}: {self.what}{value}"


Event = t.Union[Run, Act, Fault]


@dataclass(frozen=True)
class Site:
    """How the cloud behaves.

    ``lag``: age of lists in seconds. ``latency``: seconds until an answer. ``build``: seconds until an image is
    created. ``page``: maximum size of a page, which it reports unless ``hides_page``. ``ignores``: parameters that it
    accepts and ignores, or actions that it accepts and does not carry out. ``room``:
    how many more images the quota admits.
    """

    unique_names: bool = False
    fuzzy_names: bool = False
    lag: float = 0.0
    latency: float = 0.02
    build: float = 300.0
    page: int = 50
    hides_page: bool = False
    ignores: tuple[str, ...] = ()
    room: int = 50

    def text(self) -> str:
        standard = vars(Site())
        told = [f"{key}={value!r}" for key, value in vars(self).items() if value != standard[key]]
        return f"the site: {', '.join(told) or 'as usual'}"


@dataclass(frozen=True)
class Story:
    """``made_of``: the source of the image NAME before the story; None if there is no such image."""

    site: Site = field(default_factory=Site)
    made_of: str | None = "snapshot"
    events: tuple[Event, ...] = ()

    def runs(self) -> tuple[Run, ...]:
        return tuple(event for event in self.events if isinstance(event, Run))

    def text(self) -> str:
        beginning = (
            f"{NAME!r} is not there" if self.made_of is None else f"{NAME!r} ({OLD}) was created from a {self.made_of}"
        )
        return "\n".join([self.site.text(), beginning, *(event.text() for event in self.events)])


def when_text(when: When) -> str:
    return when.text() if isinstance(when, Moment) else f"at {when:g} s"
