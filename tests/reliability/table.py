# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sweeps as tables in Markdown."""

from __future__ import annotations

import collections
import typing as t

if t.TYPE_CHECKING:
    from sequences.campaign import Campaign
    from sweep import Report


def table(report: Report) -> str:
    """A row for each fault and a column for each scenario, with the number of calls; the last line has the sums."""
    scenarios = list(report.calls)
    failed = {(case.scenario.title, case.breakage.title, case.call) for case, _wrong in report.failures}
    run = collections.Counter((case.scenario.title, case.breakage.title) for case in report.cases)
    bad = collections.Counter((scenario, breakage) for scenario, breakage, _call in failed)
    breakages = list(dict.fromkeys(case.breakage.title for case in report.cases))
    rows = [
        ["", *scenarios],
        ["---", *("---:" for _one in scenarios)],
        ["calls without faults", *(str(report.calls[one]) for one in scenarios)],
        *([one, *(_cell(run[each, one], bad[each, one]) for each in scenarios)] for one in breakages),
    ]
    sums = (
        f"{len(scenarios)} scenarios, {len(breakages)} faults, {sum(report.calls.values())} calls: "
        f"{len(report.cases)} cases, {len(failed)} failures."
    )
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", sums])


def _cell(cases: int, failures: int) -> str:
    if failures:
        return f"{cases}, {failures} FAILED"
    return str(cases or "-")


def crash_table(sums: t.Mapping[str, tuple[int, int]]) -> str:
    """``sums``: for each scenario the number of cases and of failures."""
    rows = [["", "cases", "failures"], ["---", "---:", "---:"]]
    rows += [[scenario, str(tried), str(failed)] for scenario, (tried, failed) in sums.items()]
    tried, failed = (sum(column) for column in zip(*sums.values()))
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", f"{tried} cases, {failed} failures."])


def stories_table(found: Campaign) -> str:
    """The results of random stories: the excused violations by cause and frequency, and the number of others."""
    rows = [["cause", "stories", "per thousand"], ["---", "---:", "---:"]]
    rows += [
        [excuse, str(count), f"{1000 * count / found.stories:.1f}"] for excuse, count in found.excused.most_common()
    ]
    failed = sum(len(seeds) for seeds in found.violations.values())
    sums = f"{found.stories} stories with {found.calls} calls, {failed} violations."
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", sums])


def written_into(page: str, name: str, made: str) -> str:
    """The page with ``made`` between the markers of this name; ValueError if they are missing."""
    begin, end = f"<!-- begin {name} -->\n", f"\n<!-- end {name} -->"
    before, _mark, rest = page.partition(begin)
    _old, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"the page has no markers for {name}")
    return f"{before}{begin}\n{made}\n{end}{after}"
