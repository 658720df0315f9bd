# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: predicates as data (JMESPath over the documented image), and one loop."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils import refusals
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError, DeadlineError
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import UNAVAILABLE, compiled

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image


@dataclass(frozen=True)
class Goal:
    """What is waited for. ``reached`` and ``failed`` are asked of the image, which is null when it is not listed."""

    reached: str
    failed: str = "`false`"


# Newer releases report Available before the image works, and say so in Usable.
_IS_USABLE = "(status == 'Available' && usable != `false`)"
_IS_LOST = "(status == 'CreateFailed' || status == 'UnAvailable')"
USABLE = Goal(_IS_USABLE, _IS_LOST)
SETTLED = Goal(f"@ == `null` || {_IS_USABLE} || {_IS_LOST} || status == 'Deprecated'")
GONE = Goal("@ == `null`")

# Seconds.
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 180.0
# Parts of the time that has passed: what is spent where the progress foretells nothing, and close to a foretold end.
BLIND_PAUSE = 1 / 7
FINEST_PAUSE = 0.03
# A pace is measured over so many looks. More of them tell it better, and find out later that it has changed.
LOOKS_OF_A_PACE = 4
# A look that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds that an image has to be missing: a list may come from a replica that has not heard of it yet.
VANISHED_AFTER = 10.0

# What resolves a time that is over. A run that does not find the image cannot resume waiting for it.
_LISTED = "Run the task again to resume waiting, or raise wait_timeout."
_NOT_LISTED = (
    "Until the cloud lists the image, no run finds it, and each would create it again: wait a minute before you run "
    "the task again, and raise wait_timeout."
)

# Seconds since the first look, and the progress in per cent as it was told then.
Look = tuple[float, t.Optional[int]]


def wait_until(goal: Goal, look: t.Callable[[], Image | None], deadline: Deadline) -> Image | None:
    """Look until the goal is reached, and return the image as it is then.

    Raises ApsaraStackError when the goal can no longer be reached, DeadlineError when it times out; both
    carry the last image that was seen.
    """
    seen: Image | None = None
    missed_at: float | None = None
    looks: list[Look] = []
    started = deadline.elapsed()
    while True:
        try:
            image = look()
        except DeadlineError as error:
            raise _too_late(seen, deadline) from error
        if compiled(goal.reached).search(image):
            return image
        if image is not None and compiled(goal.failed).search(image):
            raise _lost(image)
        if image is not None:
            seen, missed_at = image, None
        elif missed_at is None:
            missed_at = deadline.elapsed()
        elif seen is not None and deadline.elapsed() - missed_at >= VANISHED_AFTER:
            raise _vanished(seen)
        if deadline.remaining() <= LAST_LOOK:
            raise _too_late(seen, deadline)
        looks.append((deadline.elapsed() - started, None if image is None else image["progress"]))
        deadline.sleep(min(next_pause(looks), deadline.remaining() - LAST_LOOK))


def next_pause(looks: t.Sequence[Look]) -> float:
    """Seconds until the next look, which is how late the end of a build may be noticed. T: what the build takes.

    Whatever the progress tells or hides, the pause is a part of the time passed: the end is noticed at most 1 s + T/7
    late, and never more than three minutes. Without any progress that costs 35 looks at ten minutes and 53 at an hour;
    3 % of T would cost 110 and 170.

    Where the last looks foretell the end, the next is half way there: a progress that grows evenly, in steps of at most
    4 %, from some moment in the first half, has its end noticed at most 2 s or 3 % of T late, for two or three looks
    more. One that stalls shortly before its end costs up to eight more, until its pace is seen to be none.
    """
    elapsed, _progress = looks[-1]
    pause = SHORTEST_PAUSE + elapsed * BLIND_PAUSE
    left = _seconds_left(looks)
    if left is not None:
        pause = min(pause, max(left / 2, elapsed * FINEST_PAUSE))
    return min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


def _seconds_left(looks: t.Sequence[Look]) -> float | None:
    """What the pace of the last looks promises to be left; None where nothing has moved."""
    # Only what was never reached before is progress: one that is not told, or goes back, stands still.
    reached = itertools.accumulate((progress or 0 for _elapsed, progress in looks), max)
    recent = list(zip((elapsed for elapsed, _progress in looks), reached))[-LOOKS_OF_A_PACE:]
    (begun, low), (now, high) = recent[0], recent[-1]
    return (100 - high) * (now - begun) / (high - low) if high > low else None


def _too_late(seen: Image | None, deadline: Deadline) -> DeadlineError:
    state = "not listed yet" if seen is None else f"{seen['status']}{_progress(seen)}"
    return DeadlineError(
        f"timed out after {deadline.seconds:g} seconds (wait_timeout); it is {state}",
        advice=f"Nothing was rolled back. {_NOT_LISTED if seen is None else _LISTED}",
        facts=_facts(seen),
    )


def _vanished(seen: Image) -> ApsaraStackError:
    return ApsaraStackError(
        f"image {seen['image_id']} ({seen['image_name']!r}) is no longer listed; it was {seen['status']}"
        f"{_progress(seen)}, and the cloud or somebody else has deleted it since",
        "vanished",
        advice="Run the task again to create it.",
        facts=_facts(seen),
    )


def _lost(image: Image) -> ApsaraStackError:
    if image["status"] == UNAVAILABLE:
        return refusals.unavailable(image)
    return ApsaraStackError(
        f"image {image['image_id']} ({image['image_name']!r}): {refusals.failure(image)}",
        "creation_failed",
        advice="Remove the cause and run the task again: with a source it deletes this image and creates a new one.",
        facts=_facts(image),
    )


def _progress(image: Image) -> str:
    return "" if image["progress"] is None else f" at {image['progress']} %"


def _facts(image: Image | None) -> dict[str, t.Any]:
    return {} if image is None else {"image_id": image["image_id"], "image": image}
