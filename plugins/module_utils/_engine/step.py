# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a step of a plan, and what the steps of all resources have in common."""

from __future__ import annotations

import typing as t


class Step(t.Protocol):
    """A frozen value that says what will be done, but not how."""

    @property
    def is_noted(self) -> bool:
        """Whether a refusal by the cloud is recorded in the outcome without ending the task."""

    @property
    def has_parts(self) -> bool:
        """Whether it consists of several writes, each of which its handler records in the outcome."""

    def text(self) -> str | None:
        """The text under ``actions`` in a result; None for a step that changes nothing."""

    def attempt(self) -> str:
        """The text that a failure uses for what was tried."""

    def with_id(self, new_id: str | None, /) -> Step:
        """The step with this id if it refers to the resource that the plan creates."""


class Planned:
    # A refusal of the cloud ends the task.
    is_noted = False
    has_parts = False

    def with_id(self, _new_id: str | None) -> t.Any:
        """For a step that does not refer to a resource that the plan creates."""
        return self


class Change(Planned):
    """A step that changes something."""

    def text(self) -> str:
        raise NotImplementedError

    def attempt(self) -> str:
        return self.text()


class ReadOnly(Planned):
    """A step that only reads."""

    def text(self) -> None:
        return None
