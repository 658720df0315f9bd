# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A replacement that has an image left which may not be deleted, or a successor that is not usable."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    Create,
    Delete,
    Modify,
    ReadBack,
    Swap,
    Unmark,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import kinds, planned, refused
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    mark,
    old,
    replacement,
    replacing,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

ALWAYS = {"recreate": "always"}
SWAPPED = replacement(image_name="web")
KEPT = pytest.mark.parametrize("known", [{"usage": "instance"}, {"is_self_shared": True}], ids=["in use", "shared"])


def of(*images: t.Any, **options: t.Any) -> ImagePlan:
    return planned(replacing(**options), FakeImages(*images))


def deleted(made: ImagePlan) -> list[str]:
    return [step.image_id for step in made.steps if isinstance(step, Delete)]


@KEPT
def test_a_replaced_image_that_may_not_be_deleted_stays_and_later_runs_go_on(known: dict[str, t.Any]) -> None:
    made = of(old(image_name="web-m-old", **known), SWAPPED, description="newer")
    assert kinds(made) == [Modify, ReadBack]
    assert ["m-old" in warning for warning in made.warnings] == [True]


@KEPT
def test_it_gives_the_name_up_all_the_same(known: dict[str, t.Any]) -> None:
    assert kinds(of(old(**known), SWAPPED)) == [Swap]


@KEPT
def test_it_keeps_no_task_from_making_a_new_image_each_time(known: dict[str, t.Any]) -> None:
    made = of(old(image_name="web-m-old", **known), SWAPPED, **ALWAYS)
    assert (made.facts["replaced_image_id"], deleted(made)) == ("m-new", ["m-new"])
    assert ["m-old" in warning for warning in made.warnings] == [True]


@KEPT
def test_an_outdated_replacement_that_may_not_be_deleted_stays(known: dict[str, t.Any]) -> None:
    made = of(old(), replacement("m-2", marked=mark(Source(snapshot_id="s-other")), **known))
    assert deleted(made) == ["m-old"]
    assert ["m-2" in warning for warning in made.warnings] == [True]


# --- a successor that is not usable ----------------------------------------------------------------------------------


def test_a_successor_that_cannot_be_used_is_as_any_such_image_once_the_old_one_is_gone() -> None:
    unusable = replacement(image_name="web", status="UnAvailable")
    assert refused(replacing(), FakeImages(unusable))["image_id"] == "m-new"
    made = of(unusable, **ALWAYS)
    assert deleted(made) == ["m-new"]
    first = made.steps[0]
    assert isinstance(first, Create)
    assert first.tags[MARK].endswith("T120000Z")


def test_a_deprecated_successor_stays_deprecated() -> None:
    made = of(replacement(image_name="web", status="Deprecated"))
    assert (made.steps, t.cast("t.Any", made.after)["status"]) == ((Unmark("m-new"), ReadBack("m-new")), "Deprecated")
