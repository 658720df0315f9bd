# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan comes to when it is followed against the small cloud in memory."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages

# 2026-11-26T12:00:00Z, in seconds since the epoch.
NOW = 1795694400.0
FROM_INSTANCE = Source(instance_id="i-1")


def planned(wish: Wish, images: FakeImages) -> Plan:
    images.instances = {"i-1": Instance("i-1", "Running")}
    made = plan(wish, images, NOW)
    images.calls.clear()
    return made


def followed(wish: Wish, images: FakeImages, seconds: float = 600) -> t.Any:
    return execute(planned(wish, images), t.cast("t.Any", images), images.clock.deadline(seconds))


def failing(wish: Wish, images: FakeImages, seconds: float = 600) -> dict[str, t.Any]:
    with pytest.raises(ApsaraStackError) as caught:
        followed(wish, images, seconds)
    return caught.value.as_result()
