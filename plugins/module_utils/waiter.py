# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: predicates as data (JMESPath over the documented image), and one loop."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils import refusals
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError, DeadlineError
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import compiled

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image


@dataclass(frozen=True)
class Goal:
    """What is waited for. ``reached`` and ``failed`` are asked of the image, which is null when it is not listed."""

    name: str
    reached: str
    failed: str = "`false`"


# Newer releases report Available before the image works, and say so in Usable.
_IS_USABLE = "(status == 'Available' && usable != `false`)"
_IS_LOST = "(status == 'CreateFailed' || status == 'UnAvailable')"
USABLE = Goal("usable", _IS_USABLE, _IS_LOST)
SETTLED = Goal("at rest", f"@ == `null` || {_IS_USABLE} || {_IS_LOST} || status == 'Deprecated'")
GONE = Goal("gone", "@ == `null`")

# Seconds. The shortest pause bounds the load on the site, the longest the lag of a build that stalls or leaps.
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# Parts of the time that the build seems to take in all, and of the time passed where it tells no progress.
PAUSE_PER_BUILD = 1 / 20
PAUSE_PER_ELAPSED = 1 / 8
# A look that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds that an image has to be missing: a list may come from a replica that has not heard of it yet.
VANISHED_AFTER = 10.0


def wait_until(goal: Goal, look: t.Callable[[], Image | None], deadline: Deadline, subject: str) -> Image | None:
    """Look until the goal is reached, and return the image as it is then.

    Raises ApsaraStackError when the goal can no longer be reached, DeadlineError when the time is over; both
    carry the last image that was seen.
    """
    seen: Image | None = None
    missed_at: float | None = None
    started = deadline.elapsed()
    while True:
        try:
            image = look()
        except DeadlineError as error:
            raise _too_late(goal, seen, deadline, subject) from error
        if compiled(goal.reached).search(image):
            return image
        if image is not None and compiled(goal.failed).search(image):
            raise _with_image(_failed(image), image)
        if image is not None:
            seen, missed_at = image, None
        elif missed_at is None:
            missed_at = deadline.elapsed()
        elif seen is not None and deadline.elapsed() - missed_at >= VANISHED_AFTER:
            raise _with_image(_vanished(seen), seen)
        if deadline.remaining() <= LAST_LOOK:
            raise _too_late(goal, seen, deadline, subject)
        pause = next_pause(deadline.elapsed() - started, image["progress"] if image is not None else None)
        deadline.sleep(min(pause, deadline.remaining() - LAST_LOOK))


def next_pause(elapsed: float, progress: int | None) -> float:
    """Seconds until the next look: half of what the progress so far promises to be left.

    Without a usable progress it grows with the time passed, so that a build costs few looks at a lag in proportion.
    """
    if progress is not None and 0 < progress < 100:
        whole = elapsed * 100 / progress
        pause = min((whole - elapsed) / 2, whole * PAUSE_PER_BUILD)
    else:
        pause = SHORTEST_PAUSE + elapsed * PAUSE_PER_ELAPSED
    return min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


def _too_late(goal: Goal, seen: Image | None, deadline: Deadline, subject: str) -> DeadlineError:
    state = "not listed yet" if seen is None else f"{seen['status']}{_progress(seen)}"
    error = DeadlineError(
        f"{subject} is not {goal.name} after {deadline.seconds:g} s (wait_timeout): it is {state}. Nothing is undone: "
        "run the task again and it goes on waiting, or give it more time with wait_timeout."
    )
    return _with_image(error, seen)


def _vanished(seen: Image) -> ApsaraStackError:
    return ApsaraStackError(
        f"Image {seen['image_id']} ({seen['image_name']!r}) is not listed any more: it was {seen['status']}"
        f"{_progress(seen)}, and the cloud or somebody else has removed it meanwhile. "
        "Run the task again to make it anew."
    )


def _failed(image: Image) -> ApsaraStackError:
    return ApsaraStackError(
        f"Image {image['image_id']} ({image['image_name']!r}): {refusals.failure(image)}. "
        "When the cause is removed, run the task again: with a source it removes the failed image and makes a new one."
    )


def _progress(image: Image) -> str:
    return "" if image["progress"] is None else f" at {image['progress']} %"


_Error = t.TypeVar("_Error", bound=ApsaraStackError)


def _with_image(error: _Error, image: Image | None) -> _Error:
    if image is not None:
        error.facts.update(image_id=image["image_id"], image=image)
    return error
