# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine has to know of a step of a plan, and what steps of all resources have in common."""

from __future__ import annotations

import typing as t


class Step(t.Protocol):
    """A small frozen value that says what will be done, and nothing about how."""

    @property
    def is_noted(self) -> bool:
        """Whether a refusal by the cloud is noted in the outcome, and does not end the task."""

    def text(self) -> str | None:
        """What a result lists under ``actions``; None for a step that changes nothing."""

    def attempt(self) -> str:
        """What a failure of the step says was tried."""

    def with_id(self, new_id: str | None, /) -> Step:
        """The step, with the id of the resource that the plan creates wherever it is about that one."""


class Planned:
    # A refusal of the cloud ends the task.
    is_noted = False

    def with_id(self, _new_id: str | None) -> t.Any:
        """For a step that is not about a resource that the plan creates."""
        return self


class Change(Planned):
    """A step that changes something."""

    def text(self) -> str:
        raise NotImplementedError

    def attempt(self) -> str:
        return self.text()


class Look(Planned):
    """A step that only looks."""

    def text(self) -> None:
        return None
