# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How figures are measured, compared with targets, and formatted."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import hosts
import polls
import pytest
from figures import Spread, rows_of, spread, verdict
from importing import ROOT
from measure import tables
from polls import Build, Wait, row
from processes import Usage, in_turn, python, usage_of
from realtime import moment
from table import written_into


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3], "3"),
        ([1, 5, 2], "2 (1 - 5)"),
        ([1.234, 12.34, 123.4], "12.3 (1.23 - 123.4)"),
        ([1000.0, 20000.4, 3000.0], "3,000 (1,000 - 20,000)"),
    ],
)
def test_a_spread_shows_the_median_the_minimum_and_the_maximum(values: list[float], text: str) -> None:
    assert str(spread(values)) == text


def test_a_spread_of_no_figures_is_an_error() -> None:
    with pytest.raises(ValueError):
        spread([])


@pytest.mark.parametrize(
    ("figure", "most", "cells"),
    [
        (40, 40, ("at most 40 ms", "met")),
        (40.1, 40, ("at most 40 ms", "MISSED")),
        (40, None, ("-", "-")),
    ],
)
def test_a_figure_is_compared_with_its_target(figure: float, most: float | None, cells: tuple[str, str]) -> None:
    assert verdict(figure, most, " ms") == cells


def test_tables_are_formatted_as_markdown() -> None:
    assert rows_of(["what", "much"], [["a", 1], ["b", Spread(2, 1, 3)]]) == (
        "| what | much |\n| --- | ---: |\n| a | 1 |\n| b | 2 (1 - 3) |"
    )


def test_usage_is_that_of_the_process_and_not_of_its_parent() -> None:
    # Kept until the end of the test, so that this process is larger than the limit for the other one.
    ballast = b"x" * 200 * 1024 * 1024
    idle = usage_of(python("import time; time.sleep(0.5)"))
    busy = usage_of(python("import time\nwhile time.process_time() < 0.5: pass"))
    large = usage_of(python("x = b'x' * 300 * 1024 * 1024"))
    assert idle.wall >= 500
    assert busy.cpu >= 500
    assert idle.cpu < busy.cpu
    assert idle.peak < len(ballast) / 1024 / 1024 < 300 < large.peak


def test_usage_of_a_failed_process_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3: .*no such thing"):
        usage_of([sys.executable, "-c", "import sys; print('no such thing'); sys.exit(3)"])


def test_the_warm_up_is_not_counted() -> None:
    assert {name: len(found) for name, found in in_turn({"a": python("pass"), "b": python("1")}, 2).items()} == {
        "a": 2,
        "b": 2,
    }


@pytest.mark.parametrize("progress", polls.PROFILES.values(), ids=polls.PROFILES.keys())
def test_the_waiter_polls_until_the_creation_ends_and_not_longer(progress: polls.Progress) -> None:
    polled: list[float] = []
    build = Build(100, lambda passed: polled.append(passed) or progress(passed))  # type: ignore[func-returns-value]
    wait = build.wait()
    assert wait.polls == len(polled) + 1
    assert max(polled) < 1
    assert wait.lag >= 0


@pytest.mark.parametrize(
    ("kind", "profile"),
    [(kind, profile) for kind in polls.KINDS for profile in kind.profiles],
    ids=lambda value: getattr(value, "title", value),
)
def test_the_waiter_meets_its_targets(kind: polls.Kind, profile: str) -> None:
    waits = [Build(seconds, polls.PROFILES[profile]).wait() for seconds in kind.seconds]
    verdicts = row(polls.targets(kind, profile), profile, waits)[4::3]
    # The page explains the exception.
    assert verdicts.count("MISSED") == ((kind.title, profile) == ("10 min", "even, ends at 60 %"))


@pytest.mark.parametrize("page", ["plugins/modules/apsarastack_image.py", "docs/docsite/rst/guide_timeouts.rst"])
def test_the_documentation_states_the_polls_without_progress(page: str) -> None:
    polled = {seconds: Build(seconds, polls.absent).wait().polls for seconds in (600, 3600)}
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    found = re.search(r"about (\d+) (status )?calls in ten minutes, and (\d+) in an hour", text)
    assert found is not None
    assert int(found[1]) == pytest.approx(polled[600], abs=2)
    assert int(found[3]) == pytest.approx(polled[3600], rel=0.03)
    assert f"at most {polls.EVEN['10 min'].polls} " in text


def test_a_wait_with_fixed_pauses_ends_at_the_first_poll_after_the_creation() -> None:
    assert Build(25, polls.absent).wait_with(10) == Wait(4, 25, 5)
    assert Build(30, polls.absent).wait_with(10) == Wait(4, 30, 0)


def test_each_figure_of_a_wait_is_compared_with_its_target() -> None:
    kind = polls.Kind("10 min", (600, 590), 40, 18, ("even",))
    assert row(kind, "even", [Wait(40, 600, 18), Wait(3, 590, 17.0)])[2:] == [
        *(Spread(21.5, 3, 40), "at most 40", "met"),
        *(Spread(17.5, 17.0, 18), "at most 18 s", "met"),
    ]
    assert row(kind, "even", [Wait(41, 600, 18.5)])[4::3] == ["MISSED", "MISSED"]


def test_the_moment_of_a_call_is_read_from_the_log() -> None:
    assert moment({"time": "1970-01-02T00:00:01.250Z"}) == 24 * 3600 + 1.25


def test_the_time_of_a_task_is_compared_with_ping_and_requests_in_the_same_round() -> None:
    # Milliseconds in three rounds, on a machine that is slow in the last two.
    rounds = {
        hosts.BARE: (10, 20, 20),
        hosts.REQUESTS: (100, 200, 200),
        hosts.PING: (180, 360, 360),
        hosts.TASK: (315, 630, 640),
        hosts.TLS_TASK: (329, 658, 638),
    }
    usages = {name: [Usage(1, cpu, 1) for cpu in each] for name, each in rounds.items()}
    _head, _marks, *rows = hosts.time_table(hosts.Measured(usages, {})).partition("\n\n")[0].splitlines()
    cells = {row.split(" | ")[0].strip("| "): row.strip("| ").split(" | ")[4:] for row in rows}
    assert cells[hosts.PING] == ["-", "-", "1.00", "-", "-", "-", "-", "-"]
    assert cells[hosts.TASK][2:] == ["1.75", "at most 1.75", "met", "1.35", "at most 1.35", "met"]
    assert cells[hosts.TLS_TASK] == [
        *("at most 150 ms", "MISSED"),
        *("1.83", "at most 1.75", "MISSED"),
        *("1.49", "at most 1.35", "MISSED"),
    ]


def test_each_table_has_its_markers_on_the_page() -> None:
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    places = [line.split()[2] for line in page.splitlines() if line.startswith("<!-- begin ")]
    assert places == list(tables(Path()))
    for name in places:
        assert "\n\nnew table\n\n" in written_into(page, name, "new table")
