# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client with scripted HTTP and a fake clock."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script, connection

NOW = 1741064767.0


class Bench:
    """A client with scripted HTTP and a fake clock; ``pauses`` are its sleeps."""

    def __init__(self, *exchanges: Exchange, seconds: float = 600, random: float = 1.0, **changes: t.Any) -> None:
        self.clock = Clock()
        self.pauses: list[float] = []
        self.deadline = self.clock.deadline(seconds)
        self.deadline._sleep = self._sleep
        self.script = Script(*exchanges, on_time=self.clock.sleep)
        nonces = itertools.count(1)
        self.client = Client(
            connection(**changes),
            self.deadline,
            self.script.session(),
            now=lambda: NOW + self.clock.now,
            nonce=lambda: f"nonce-{next(nonces)}",
            random=lambda: random,
        )

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.sleep(seconds)

    def call(self, action: str = "DescribeImages", parameters: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
        body = self.client.call(action, parameters)
        self.finished()
        return body

    def finished(self) -> None:
        assert self.script.expected == [], "expected requests were not sent"
