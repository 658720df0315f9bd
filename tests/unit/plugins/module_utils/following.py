# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan comes to when it is followed against the small cloud in memory."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError, RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, Intervention

# 2026-11-26T12:00:00Z, in seconds since the epoch.
NOW = 1795694400.0
FROM_INSTANCE = Source(instance_id="i-1")
FROM_SNAPSHOT = Source(snapshot_id="s-new")

Meanwhile = t.Mapping[tuple[str, int], "Intervention"]


def planned(desired: Wish, images: FakeImages) -> Plan:
    images.calls.clear()
    made = plan(desired, images, NOW)
    assert images.writes == []
    images.calls.clear()
    return made


def refused(desired: Wish, images: FakeImages) -> dict[str, t.Any]:
    with pytest.raises(RefusalError) as caught:
        plan(desired, images, NOW)
    assert images.writes == []
    return result_of(caught.value)


def carried_out(made: Plan, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None) -> Outcome:
    images.meanwhile = dict(meanwhile or {})
    return execute(made, t.cast("t.Any", images), images.clock.deadline(seconds))


def followed(desired: Wish, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None) -> t.Any:
    """The outcome; tests know which image there is to ask."""
    return carried_out(planned(desired, images), images, seconds, meanwhile)


def failing(
    desired: Wish, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None
) -> dict[str, t.Any]:
    with pytest.raises(ApsaraStackError) as caught:
        followed(desired, images, seconds, meanwhile)
    return result_of(caught.value)


def kinds(made: Plan) -> list[type]:
    return [type(step) for step in made.steps]
