# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run in peace may refuse, since only a person can decide it. Judged by the cloud, not by what the run says."""

from __future__ import annotations

import typing as t

from .adapter import MARK_KEY, TEMPORARY_NAMES
from .history import History, named
from .play import COLLEAGUE, Played

if t.TYPE_CHECKING:
    from .cloud import State


def may_refuse(history: History, run: Played) -> bool:
    state, options = history.record.last, run.options
    return any(test(history, state, run, options) for test in _TESTS)


_Test = t.Callable[[History, "State", Played, t.Mapping[str, t.Any]], bool]


def _sends_nothing(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    """The options contradict each other."""
    return not history.record.of(run.run.name)


def _several(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    end = history.record.end
    return bool(run.name) and len([one for one in named(state, run.name) if not one.is_lost(end)]) > 1


def _name_in_the_way(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    """Somebody has given an image a name that a replacement needs, or the tag of one, or made such a one unusable."""
    return any(
        one.actor == COLLEAGUE and one.field in ("made", "name", "mark", "deprecated")
        for image in state.values()
        if image.name in TEMPORARY_NAMES or MARK_KEY in dict(image.tags)
        for one in history.of(image.image_id)
    )


def _temporary_names_are_used(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    """Two replacements were not finished, and what is usable is never deleted to make room."""
    end = history.record.end
    return all(any(not one.is_lost(end) for one in named(state, name)) for name in TEMPORARY_NAMES)


def _no_room(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    return len(state) >= len(history.record.first) + history.site.room


def _is_needed(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    """The image that would have to be deleted is in use or shared."""
    deletes = options.get("state") == "absent" or options.get("recreate", "never") != "never"
    names = (run.name, *TEMPORARY_NAMES)
    targets = [one for one in state.values() if one.name in names or one.image_id == options.get("image_id")]
    return deletes and any((one.used and not options.get("force")) or one.shared for one in targets)


def _has_another_source(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    snapshot_id = options.get("snapshot_id")
    differs = any(one.snapshots != (snapshot_id,) for one in named(state, run.name))
    return snapshot_id is not None and options.get("recreate", "never") == "never" and differs


def _nothing_to_do_it_with(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    """The id is gone; or there is no image, or only a failed one, and no source; or the image is called otherwise."""
    image_id = options.get("image_id")
    if image_id is not None:
        image = state.get(image_id)
        is_taken = any(one.image_id != image_id for one in named(state, run.name))
        return image is None or is_taken or (options.get("state") == "absent" and image.name != run.name)
    has_source = "snapshot_id" in options or "instance_id" in options
    good = [one for one in named(state, run.name) if not one.is_lost(history.record.end)]
    return options.get("state") != "absent" and not has_source and not good


def _is_damaged(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    return any(one.fails == "UnAvailable" for one in named(state, run.name))


def _site_ignores(history: History, state: State, run: Played, options: t.Mapping[str, t.Any]) -> bool:
    return bool(history.site.ignores)


_TESTS: tuple[_Test, ...] = (
    _sends_nothing,
    _several,
    _name_in_the_way,
    _temporary_names_are_used,
    _no_room,
    _is_needed,
    _has_another_source,
    _nothing_to_do_it_with,
    _is_damaged,
    _site_ignores,
)
