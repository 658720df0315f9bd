# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacements with an image that must not be deleted, or with an unusable replacement image."""

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
def test_a_replaced_image_that_must_not_be_deleted_is_kept_and_later_runs_continue(known: dict[str, t.Any]) -> None:
    made = of(old(image_name="web-m-old", **known), SWAPPED, description="newer")
    assert kinds(made) == [Modify, ReadBack]
    assert ["m-old" in warning for warning in made.warnings] == [True]


@KEPT
def test_a_kept_image_is_renamed_anyway(known: dict[str, t.Any]) -> None:
    assert kinds(of(old(**known), SWAPPED)) == [Swap]


@KEPT
def test_a_kept_image_does_not_prevent_further_replacements(known: dict[str, t.Any]) -> None:
    made = of(old(image_name="web-m-old", **known), SWAPPED, **ALWAYS)
    assert (made.facts["replaced_image_id"], deleted(made)) == ("m-new", ["m-new"])
    assert ["m-old" in warning for warning in made.warnings] == [True]


@KEPT
def test_an_outdated_replacement_image_that_must_not_be_deleted_is_kept(known: dict[str, t.Any]) -> None:
    made = of(old(), replacement("m-2", marked=mark(Source(snapshot_id="s-other")), **known))
    assert deleted(made) == ["m-old"]
    assert ["m-2" in warning for warning in made.warnings] == [True]


# --- an unusable replacement image -----------------------------------------------------------------------------------


def test_an_unusable_replacement_image_is_like_any_other_once_the_old_image_is_deleted() -> None:
    unusable = replacement(image_name="web", status="UnAvailable")
    assert refused(replacing(), FakeImages(unusable))["image_id"] == "m-new"
    made = of(unusable, **ALWAYS)
    assert deleted(made) == ["m-new"]
    first = made.steps[0]
    assert isinstance(first, Create)
    assert first.tags[MARK].endswith("T120000Z")


def test_a_deprecated_replacement_image_stays_deprecated() -> None:
    made = of(replacement(image_name="web", status="Deprecated"))
    closing = (Unmark("m-new"), ReadBack("m-new", name="web"))
    assert (made.steps, t.cast("t.Any", made.after)["status"]) == (closing, "Deprecated")
