# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans, and what comes of carrying them out on the in-memory fake cloud."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, RefusalError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, Intervention

# 2026-11-26T12:00:00Z, in seconds since the epoch.
NOW = 1795694400.0
FROM_INSTANCE = Source(instance_id="i-1")
FROM_SNAPSHOT = Source(snapshot_id="s-new")

Meanwhile = t.Mapping[tuple[str, int], "Intervention"]


def planned(desired: DesiredImage, images: FakeImages) -> ImagePlan:
    images.calls.clear()
    made = plan(desired, images, NOW)
    assert images.writes == []
    images.calls.clear()
    return made


def refused(desired: DesiredImage, images: FakeImages) -> dict[str, t.Any]:
    with pytest.raises(RefusalError) as caught:
        plan(desired, images, NOW)
    assert images.writes == []
    return result_of(caught.value)


def carried_out(
    made: ImagePlan, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None
) -> ImageOutcome:
    images.meanwhile = dict(meanwhile or {})
    try:
        return execute(made, t.cast("t.Any", images), images.clock.deadline(seconds))
    finally:
        assert images.meanwhile == {}, "there was no such call"


def followed(
    desired: DesiredImage, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None
) -> t.Any:
    """The outcome, untyped: the tests know whether it has an image."""
    return carried_out(planned(desired, images), images, seconds, meanwhile)


def failing(
    desired: DesiredImage, images: FakeImages, seconds: float = 600, meanwhile: Meanwhile | None = None
) -> dict[str, t.Any]:
    with pytest.raises(ApsaraStackError) as caught:
        followed(desired, images, seconds, meanwhile)
    return result_of(caught.value)


def kinds(made: ImagePlan) -> list[type]:
    return [type(step) for step in made.steps]


def created(step: t.Any, images: FakeImages) -> None:
    """Carries out this ``Create`` as another run would."""
    images.create(step.image_name, **step.source.parts(), description=step.description, tags=step.tags)
