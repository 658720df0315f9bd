# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ways in which release 1.0.0 destroyed images because of stale facts, and how each is recognized in a short story."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .story import Act, Fault, Moment, Story

Kind = tuple[int, str]


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    kinds: frozenset[str]
    fits: t.Callable[[Story], bool]


def _acts(story: Story, *whats: str) -> list[Act]:
    return [event for event in story.events if isinstance(event, Act) and (not whats or event.what in whats)]


def _faults(story: Story, *whats: str) -> list[Fault]:
    return [event for event in story.events if isinstance(event, Fault) and (not whats or event.what in whats)]


def _has(story: Story, **options: t.Any) -> bool:
    return any(all(run.options.get(key) == value for key, value in options.items()) for run in story.runs())


def _is_in_swap(act: Act) -> bool:
    return isinstance(act.when, Moment) and act.when.action in ("ModifyImageAttribute", "DeleteImage")


ROWS = (
    Row(
        "F1",
        "a second run deletes the image of the first one",
        frozenset({"lost", "old facts"}),
        lambda story: len(story.runs()) > 1 and len(story.events) == len(story.runs()) and not story.site.lag,
    ),
    Row("F3", "the user's own snapshot is deleted", frozenset({"snapshot"}), lambda story: True),
    Row(
        "F4",
        "the only usable image is deleted before its replacement is created",
        frozenset({"lost"}),
        lambda story: bool(story.site.lag or story.site.room < 2 or _acts(story) or _faults(story)),
    ),
    Row(
        "F5",
        "the old image is deleted although the new one has not got its name",
        frozenset({"lost"}),
        lambda story: bool(story.site.ignores) or any(_is_in_swap(act) for act in _acts(story)),
    ),
    Row(
        "F6",
        "an image that a colleague wants to keep is renamed and deleted",
        frozenset({"touched", "old facts"}),
        lambda story: bool(_acts(story, "rename", "tag", "describe")),
    ),
    Row("F7", "an old replacement, or that of another task, is installed", frozenset({"outdated"}), lambda story: True),
    Row("F8", "no image has the name when the run ends", frozenset({"nameless"}), lambda story: True),
    Row(
        "F9",
        "two images while lists lag",
        frozenset({"twice"}),
        lambda story: story.site.lag > 0 and not _faults(story),
    ),
    Row(
        "F10",
        "an incomplete list",
        frozenset({"twice", "still there"}),
        lambda story: story.site.page != 50 or bool(_faults(story, "short", "no_list")),
    ),
    Row(
        "F11",
        "a rename causes a duplicate",
        frozenset({"renamed", "several"}),
        lambda story: any("image_id" in run.options for run in story.runs()),
    ),
    Row(
        "F12",
        "the old image comes into use, and no later run succeeds",
        frozenset({"stuck"}),
        lambda story: bool(_acts(story, "use", "share")),
    ),
    Row(
        "F13",
        "the site ignores parameters",
        frozenset({"not handed on", "restless", "differs"}),
        lambda story: any(each.startswith("CreateImage") for each in story.site.ignores),
    ),
    Row("F14", "`changed: false` after a lost answer", frozenset({"unchanged"}), lambda story: bool(_faults(story))),
)
