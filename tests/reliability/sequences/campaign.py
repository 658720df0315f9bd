# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays many stories by their seeds, and collects the findings."""

from __future__ import annotations

import collections
import sys
import time
import typing as t
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from .generate import story_of
from .judge import judge
from .play import play
from .shorten import shorten
from .tell import described

if t.TYPE_CHECKING:
    from .findings import Finding

CHUNK = 50


@dataclass
class Campaign:
    """``violations``: the seeds by kind. ``excused``: the number of stories by cause that no client can prevent."""

    stories: int = 0
    calls: int = 0
    violations: dict[tuple[int, str], list[int]] = field(default_factory=lambda: collections.defaultdict(list))
    excused: collections.Counter[str] = field(default_factory=collections.Counter)

    def add(self, seed: int, calls: int, findings: t.Iterable[Finding]) -> None:
        self.stories += 1
        self.calls += calls
        found = list(findings)
        for kind in {(finding.invariant, finding.kind) for finding in found if not finding.excuse}:
            self.violations[kind].append(seed)
        self.excused.update({finding.excuse for finding in found if finding.excuse})


def one(seed: int) -> tuple[int, int, list[Finding]]:
    record = play(story_of(seed))
    return seed, len(record.calls), judge(record)


def campaign(seeds: t.Sequence[int], processes: int = 1) -> Campaign:
    found = Campaign()
    if processes == 1:
        for seed in seeds:
            found.add(*one(seed))
        return found
    with ProcessPoolExecutor(processes) as pool:
        for result in pool.map(one, seeds, chunksize=CHUNK):
            found.add(*result)
    return found


def reported_campaign(first: int, count: int, processes: int = 2) -> Campaign:
    """Plays ``count`` stories from this seed on, and prints the findings with the shortest story of each kind."""
    begun = time.monotonic()
    found = campaign(range(first, first + count), processes)
    print(f"{found.stories} stories from seed {first}, {found.calls} calls, {time.monotonic() - begun:.0f} s")
    for excuse, number in found.excused.most_common():
        print(f"  excused: {excuse}: {number}")
    for kind, seeds in sorted(found.violations.items()):
        print(f"  VIOLATED {kind}: {len(seeds)} stories, seeds {seeds[:8]}")
        print(f"\n--- {kind}, seed {seeds[0]}, shortened\n{described(shorten(story_of(seeds[0]), kind))}")
    return found


if __name__ == "__main__":
    sys.exit(1 if reported_campaign(int(sys.argv[1]), int(sys.argv[2])).violations else 0)
