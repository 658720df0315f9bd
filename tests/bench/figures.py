# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures, their targets, and how both are formatted."""

from __future__ import annotations

import statistics
import typing as t
from dataclasses import dataclass

NO_TARGET = ("-", "-")


@dataclass(frozen=True)
class Spread:
    """The median, the minimum and the maximum of some runs."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        if self.least == self.most:
            return _number(self.median)
        return f"{_number(self.median)} ({_number(self.least)} - {_number(self.most)})"


def spread(values: t.Iterable[float]) -> Spread:
    """Raises ValueError if there are none."""
    found = list(values)
    if not found:
        raise ValueError("there are no figures")
    return Spread(statistics.median(found), min(found), max(found))


def verdict(figure: float, most: float | None, unit: str = "") -> tuple[str, str]:
    """The cells "target" and "verdict" for a figure that must be at most ``most``; None if there is no target."""
    if most is None:
        return NO_TARGET
    return f"at most {_number(most)}{unit}", "met" if figure <= most else "MISSED"


def rows_of(head: t.Sequence[str], rows: t.Iterable[t.Sequence[object]]) -> str:
    """A table in Markdown: the first column is text, the others are numbers."""
    marks = ["---", *("---:" for _one in head[1:])]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, marks, *rows])


def grouped(number: int) -> str:
    return f"{number:,}"


def _number(value: float) -> str:
    """Small numbers, such as lags, with two decimals; thousands as integers."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
