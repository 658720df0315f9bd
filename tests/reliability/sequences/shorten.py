# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shortens a story while it still ends in the same violation: first its events, then their details."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from .judge import violations
from .play import play
from .story import Event, Run, Site, Story

Kind = tuple[int, str]


def kinds(story: Story) -> set[Kind]:
    """The kinds of violations of the story; none if it cannot be played."""
    try:
        record = play(story)
    except ValueError:
        return set()
    # A task with contradictory options cannot be played.
    if any(not record.of(played.run.name) and not played.was_killed for played in record.runs):
        return set()
    return {(finding.invariant, finding.kind) for finding in violations(record)}


def shorten(story: Story, kind: Kind, kinds_of: t.Callable[[Story], set[Kind]] = kinds) -> Story:
    """The shortest story that is found by removing one detail after another."""
    while True:
        before = story
        tried = 0
        # Details that could not be removed are tried again only after all others.
        while (candidate := next(itertools.islice(_shorter(story), tried, None), None)) is not None:
            if kind in kinds_of(candidate):
                story = candidate
            else:
                tried += 1
        if story == before:
            return story


def _shorter(story: Story) -> t.Iterator[Story]:
    for number in range(len(story.events)):
        yield _with(story, (*story.events[:number], *story.events[number + 1 :]))
    usual = Site()
    for field in dataclasses.fields(Site):
        if getattr(story.site, field.name) != getattr(usual, field.name) and field.name != "build":
            site = dataclasses.replace(story.site, **{field.name: getattr(usual, field.name)})
            yield dataclasses.replace(story, site=site)
    if story.made_of == "instance":
        yield dataclasses.replace(story, made_of="snapshot")
    for number, event in enumerate(story.events):
        for simpler in _simpler(event):
            yield _with(story, (*story.events[:number], simpler, *story.events[number + 1 :]))


def _with(story: Story, events: tuple[Event, ...]) -> Story:
    return dataclasses.replace(story, events=events)


def _simpler(event: Event) -> t.Iterator[Event]:
    if isinstance(event, Run):
        for key in event.options:
            yield dataclasses.replace(
                event, options={name: event.options[name] for name in event.options if name != key}
            )
    if isinstance(event.when, float) and event.when != round(event.when):
        yield dataclasses.replace(event, when=float(round(event.when)))
