# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pauses between the polls of a wait.

A call costs a site nothing, and a late end costs people time. So the end of a creation is noticed soon, and the number
of polls is only kept within reason. ``tests/bench`` and the unit tests compare these targets with fixed pauses:

=========================================  ================================  ===========================================
creation                                   polls at most                     lag at most
=========================================  ================================  ===========================================
up to 20 minutes, whatever its progress    80 in 10 min, 180 in 30 min       10 s; before that 1 s + 1/7 of the time
longer                                     300 in 60 min                     15 s
up to 3 seconds                            5                                 1 s
progress reported evenly                   45 in 10 min                      3 s
=========================================  ================================  ===========================================

The targets contradict each other in one case: 45 polls in ten minutes take pauses of more than 10 seconds, and a
creation may end within one of them although its even progress predicts a later end. Such an end is noticed at most 30
seconds late within the first 20 minutes.
"""

from __future__ import annotations

import typing as t


class Poll(t.NamedTuple):
    """``elapsed``: seconds since the wait began. ``progress``: as reported, in percent. ``took``: seconds that the poll
    took, including the retries of throttled calls."""

    elapsed: float
    progress: int | None
    took: float = 0.0


# Seconds.
SHORTEST_PAUSE = 0.7
LONGEST_PAUSE_AT_FIRST = 10.0
LONGEST_PAUSE = 15.0
LONGEST_PAUSE_WITH_EVEN_PROGRESS = 30.0
# Seconds since the first poll. A small image is created within the first of them; a large one is not, after the others.
AT_FIRST = 20 * 60.0
SMALL_IMAGE = 3.0
# Fractions of the elapsed time: the longest pause, and the shortest one close to a predicted end.
GROWTH = 1 / 7
FINEST_PAUSE = 0.03
FINEST_PAUSE_WITH_EVEN_PROGRESS = 0.005
LONGEST_FINEST_PAUSE = 3.0
# Percent. A progress is even if it has grown by so much, and was never further from a straight line.
LEAST_EVEN_GROWTH = 10
EVEN_WITHIN = 1.5
# The number of polls over which the pace of an uneven progress is measured. More polls are more precise, but notice a
# change later.
POLLS_OF_A_PACE = 4


def next_pause(polls: t.Sequence[Poll]) -> float:
    """Seconds until the next poll, and thus the maximum delay before the end of the creation is noticed."""
    elapsed = polls[-1].elapsed
    # A poll that took long was throttled, or the site is busy: polling less often lets it recover.
    least = min(max(SHORTEST_PAUSE, polls[-1].took), LONGEST_PAUSE_WITH_EVEN_PROGRESS)
    most = SHORTEST_PAUSE if elapsed < SMALL_IMAGE else 1 + elapsed * GROWTH
    return max(least, min(most, _even_pause(polls) if _is_even(polls) else _cautious_pause(polls)))


def _even_pause(polls: t.Sequence[Poll]) -> float:
    """Ends when 99 % are reached, since 99.9 % may be reported as 99; from then on, the pauses are short."""
    elapsed = polls[-1].elapsed
    longest = LONGEST_PAUSE_WITH_EVEN_PROGRESS if elapsed < AT_FIRST else LONGEST_PAUSE
    finest = min(elapsed * FINEST_PAUSE_WITH_EVEN_PROGRESS, LONGEST_FINEST_PAUSE)
    return min(longest, max(_seconds_until(99, polls) or 0.0, finest))


def _cautious_pause(polls: t.Sequence[Poll]) -> float:
    """Ends half way to the predicted end, if there is one."""
    elapsed = polls[-1].elapsed
    longest = LONGEST_PAUSE_AT_FIRST if elapsed < AT_FIRST else LONGEST_PAUSE
    left = _seconds_until(100, polls[-POLLS_OF_A_PACE:])
    return longest if left is None else min(longest, max(left / 2, elapsed * FINEST_PAUSE))


def _is_even(polls: t.Sequence[Poll]) -> bool:
    """Whether the progress has grown linearly from the first poll to the last one."""
    start, pace = polls[0], _pace(polls)
    if start.progress is None or pace is None or pace * (polls[-1].elapsed - start.elapsed) < LEAST_EVEN_GROWTH:
        return False
    line = (start.progress + pace * (one.elapsed - start.elapsed) for one in polls)
    return all(abs((one.progress or 0) - expected) <= EVEN_WITHIN for one, expected in zip(polls, line))


def _seconds_until(goal: int, polls: t.Sequence[Poll]) -> float | None:
    """The seconds until this progress according to the pace of these polls; None without a pace."""
    pace = _pace(polls)
    return None if pace is None else (goal - (polls[-1].progress or 0)) / pace


def _pace(polls: t.Sequence[Poll]) -> float | None:
    """Percent per second; None if the progress was missing, fell, or did not grow."""
    reported = [one.progress for one in polls if one.progress is not None]
    gained = reported[-1] - reported[0] if len(reported) == len(polls) and reported == sorted(reported) else 0
    return gained / (polls[-1].elapsed - polls[0].elapsed) if gained else None
