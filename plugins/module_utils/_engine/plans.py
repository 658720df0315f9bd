# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan: the steps, decided once, and the resource before and after them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step

State = t.TypeVar("State")
Foreseen = t.TypeVar("Foreseen")


@dataclass(frozen=True)
class Plan(t.Generic[State, Foreseen]):
    """``before`` and ``after``: the current and the predicted resource, which has another type if the cloud must create
    it first; None if there is none. ``subject``: the resource that a failure reports if that is not ``before``.
    ``facts``: keys of the result that are known from the plan."""

    before: State | None
    after: State | Foreseen | None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: t.Mapping[str, t.Any] = field(default_factory=dict)
    subject: State | None = None

    @property
    def actions(self) -> list[str]:
        return texts(self.steps)


def texts(steps: t.Iterable[Step]) -> list[str]:
    """The descriptions of these steps; those that change nothing are omitted."""
    return [text for text in (step.text() for step in steps) if text is not None]
