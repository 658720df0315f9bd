# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an undisturbed run may refuse, since only a person can decide it; judged by the cloud, not by the result."""

from __future__ import annotations

import typing as t

from .adapter import MARK_KEY, TEMPORARY_NAMES
from .history import History, is_pair, may_replace, named, replaced_by
from .play import COLLEAGUE, Played

if t.TYPE_CHECKING:
    from .cloud import State, Truth


def may_refuse(history: History, run: Played) -> bool:
    """Whether the state of the cloud explains this refusal."""
    state = history.before_end(run)
    reason = "" if run.ending is None else str(run.ending.reason)
    return any(reason in reasons and test(history, state, run) for test, reasons in _TESTS.items())


_Test = t.Callable[[History, "State", Played], bool]


def _several(history: History, state: State, run: Played) -> bool:
    """Several images have the name, and are not a replacement that this task may finish."""
    images = [one for one in named(state, run.name) if run.name and not _has_failed_to_be(one, run)]
    return len(images) > 1 and not (may_replace(run) and is_pair(images))


def _unfinished_pair(history: History, state: State, run: Played) -> bool:
    """A deletion does not decide which image of an unfinished replacement remains."""
    images = _living(history, state, run.name, run)
    return run.options.get("state") == "absent" and bool(images) and is_pair(images)


def _name_in_the_way(history: History, state: State, run: Played) -> bool:
    """A colleague has given an image a name that a replacement needs, or the tag of a replacement image."""
    return any(
        one.actor == COLLEAGUE and one.field in ("made", "name", "mark")
        for image in state.values()
        if image.name in TEMPORARY_NAMES or MARK_KEY in dict(image.tags)
        for one in history.of(image.image_id)
    )


def _replacement_is_not_usable(history: History, state: State, run: Played) -> bool:
    """A colleague has deprecated the new image of an unfinished replacement."""
    return any(
        image.deprecated and replaced_by(image) in state and any(one.actor == COLLEAGUE for one in changes)
        for image in named(state, run.name)
        if (changes := history.of(image.image_id, "deprecated"))
    )


def _temporary_names_are_used(history: History, state: State, run: Played) -> bool:
    """Two replacements are unfinished, and usable images are never deleted to free a name."""
    return all(_living(history, state, name, run) for name in TEMPORARY_NAMES)


def _no_room(history: History, state: State, run: Played) -> bool:
    error = run.ending.result.get("error") if run.ending is not None else None
    is_quota = "Quota" in str((error or {}).get("code"))
    return is_quota and len(state) >= len(history.record.first) + history.site.room


def _is_used(history: History, state: State, run: Played) -> bool:
    return not run.options.get("force") and any(one.used for one in _in_the_way(state, run))


def _is_shared(history: History, state: State, run: Played) -> bool:
    return any(one.shared for one in _in_the_way(state, run))


def _in_the_way(state: State, run: Played) -> list[Truth]:
    """The images that the run would have to delete: failed ones in any task."""
    deletes = run.options.get("state") == "absent" or may_replace(run)
    names = (run.name, *TEMPORARY_NAMES) if may_replace(run) else (run.name,)
    named_ones = [one for one in state.values() if one.name in names or one.image_id == run.options.get("image_id")]
    return [one for one in named_ones if deletes or one.is_lost(run.stopped)]


def _has_another_source(history: History, state: State, run: Played) -> bool:
    snapshot_id = run.options.get("snapshot_id")
    differs = any(one.snapshots != (snapshot_id,) for one in named(state, run.name))
    return snapshot_id is not None and not may_replace(run) and differs


def _is_not_there(history: History, state: State, run: Played) -> bool:
    """No image has the id; or there is neither an image nor a source."""
    image_id = run.options.get("image_id")
    if image_id is not None:
        return image_id not in state
    return _has_no_source(run) and not named(state, run.name)


def _has_failed(history: History, state: State, run: Played) -> bool:
    """There are only failed images, and no source."""
    return _has_no_source(run) and bool(named(state, run.name)) and not _living(history, state, run.name, run)


def _has_no_source(run: Played) -> bool:
    has_source = "snapshot_id" in run.options or "instance_id" in run.options
    return run.options.get("state") != "absent" and not has_source


def _new_name_is_taken(history: History, state: State, run: Played) -> bool:
    image_id = run.options.get("image_id")
    return image_id is not None and any(one.image_id != image_id for one in named(state, run.name))


def _is_damaged(history: History, state: State, run: Played) -> bool:
    return any(one.fails == "UnAvailable" for one in named(state, run.name))


def _site_ignores(history: History, state: State, run: Played) -> bool:
    return bool(history.site.ignores)


def _has_lost_mark(history: History, state: State, run: Played) -> bool:
    """The site has ignored the tag of a replacement image, which is then like any other image."""
    is_ignored = "CreateImage.Tag" in history.site.ignores
    return is_ignored and any(MARK_KEY not in dict(one.tags) for name in TEMPORARY_NAMES for one in named(state, name))


def _has_failed_to_be(image: Truth, run: Played) -> bool:
    """Whether the creation of the image has failed, so that any task deletes it; a damaged image is not failed."""
    return image.is_lost(run.stopped) and image.fails != "UnAvailable"


def _living(history: History, state: State, name: str, run: Played) -> list[Truth]:
    return [one for one in named(state, name) if name and not one.is_lost(run.stopped)]


# The reasons that each fact explains.
_TESTS: t.Mapping[_Test, tuple[str, ...]] = {
    _several: ("ambiguous_name",),
    _unfinished_pair: ("unfinished_replacement",),
    _name_in_the_way: ("name_taken",),
    _replacement_is_not_usable: ("unavailable",),
    _temporary_names_are_used: ("unfinished_replacement",),
    _no_room: ("cloud_error",),
    _is_used: ("in_use",),
    _is_shared: ("shared",),
    _has_another_source: ("source_differs",),
    _is_not_there: ("not_found",),
    _has_failed: ("creation_failed",),
    _new_name_is_taken: ("name_taken",),
    _is_damaged: ("unavailable",),
    _site_ignores: ("not_supported_by_site",),
    _has_lost_mark: ("name_taken",),
}
