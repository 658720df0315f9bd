# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures, the targets that they are held against, and how both are written."""

from __future__ import annotations

import statistics
import typing as t
from dataclasses import dataclass

NO_TARGET = ("-", "-")


@dataclass(frozen=True)
class Spread:
    """The median of some runs, and the least and the most of them."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        if self.least == self.most:
            return _number(self.median)
        return f"{_number(self.median)} ({_number(self.least)} - {_number(self.most)})"


def spread(values: t.Iterable[float]) -> Spread:
    """Raises ValueError when there are none."""
    found = list(values)
    if not found:
        raise ValueError("there is no figure")
    return Spread(statistics.median(found), min(found), max(found))


def verdict(figure: float, most: float | None, unit: str = "") -> tuple[str, str]:
    """The cells "target" and "verdict" for a figure that must not be above ``most``; None where there is no target."""
    if most is None:
        return NO_TARGET
    return f"at most {_number(most)}{unit}", "reached" if figure <= most else "MISSED"


def rows_of(head: t.Sequence[str], rows: t.Iterable[t.Sequence[object]]) -> str:
    """A table in Markdown: the first column is text, the others are numbers."""
    marks = ["---", *("---:" for _one in head[1:])]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, marks, *rows])


def grouped(number: int) -> str:
    return f"{number:,}"


def _number(value: float) -> str:
    """Small ones in hundredths, since a lag may be one, and those of thousands whole."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
