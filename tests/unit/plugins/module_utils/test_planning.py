# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    CheckUnchanged,
    Modify,
    ReadBack,
    SetTags,
    UnsetTags,
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    FROM_SNAPSHOT,
    NOW,
    kinds,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import mark

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan


def web(**options: t.Any) -> DesiredImage:
    return DesiredImage(**{"image_name": "web", **options})


def of(desired: DesiredImage, *images: t.Any) -> ImagePlan:
    return planned(desired, FakeImages(*images))


# --- reads -----------------------------------------------------------------------------------------------------------

NAMED = ("by_name", "web")
TEMPORARY = (("by_name", "web-replacement"), ("by_name", "web-replacement-2"))
ALWAYS = {"source": FROM_SNAPSHOT, "recreate": "always"}
SAME_SOURCE = {"source": Source(snapshot_id="s-1"), "recreate": "on_source_change"}


@pytest.mark.parametrize(
    ("desired", "images", "reads"),
    [
        pytest.param(web(), (image(),), (NAMED,), id="unchanged"),
        pytest.param(web(source=FROM_INSTANCE), (image(),), (NAMED,), id="unchanged, with a source"),
        pytest.param(DesiredImage(image_id="m-1"), (image(),), (("by_id", "m-1"),), id="unchanged, by id"),
        pytest.param(
            web(**SAME_SOURCE), (image(disk_device_mappings=[disk("s-1")]),), (NAMED,), id="created from that source"
        ),
        pytest.param(web(description="d", tags={"a": "1"}), (image(),), (NAMED,), id="changed"),
        pytest.param(
            DesiredImage(image_id="m-1", image_name="new"),
            (image(),),
            (("by_id", "m-1"), ("by_name", "new")),
            id="renamed",
        ),
        pytest.param(web(source=FROM_INSTANCE), (), (NAMED, ("instance", "i-1")), id="created from an instance"),
        pytest.param(
            web(source=Source(disks=(DiskMapping("s-new"), DiskMapping(size=9), DiskMapping("s-9")))),
            (),
            (NAMED, ("snapshots", ("s-new", "s-9"))),
            id="created from disks",
        ),
        pytest.param(web(**ALWAYS), (), (NAMED, *TEMPORARY, ("snapshots", ("s-new",))), id="created, to be replaced"),
        pytest.param(web(**ALWAYS), (image(),), (NAMED, *TEMPORARY, ("snapshots", ("s-new",))), id="replaced"),
        pytest.param(
            web(**ALWAYS), (image(usage="instance"),), (NAMED, *TEMPORARY, ("users", "m-1")), id="replaced, in use"
        ),
        pytest.param(
            web(source=FROM_SNAPSHOT, recreate="on_source_change"),
            (image(tags={MARK: mark(replaced_id="m-0")}, disk_device_mappings=[disk("s-new")]),),
            (NAMED, ("by_id", "m-0")),
            id="the rest of a replacement",
        ),
        pytest.param(web(state="absent"), (), (NAMED,), id="absent already"),
        pytest.param(web(state="absent"), (image(),), (NAMED,), id="deleted"),
        pytest.param(web(state="absent", force=True), (image(usage="instance"),), (NAMED,), id="deleted, in use"),
        pytest.param(web(state="absent"), (image(usage="instance"),), (NAMED, ("users", "m-1")), id="in use"),
        pytest.param(
            web(state="absent", delete_snapshots=True),
            (image(disk_device_mappings=[disk("s-1"), disk("s-2")]),),
            (NAMED, ("snapshots", ("s-1", "s-2")), ("by_snapshot", "s-1"), ("by_snapshot", "s-2")),
            id="deleted with its snapshots",
        ),
        pytest.param(web(**ALWAYS), (image("m-1"), image("m-2")), (NAMED,), id="duplicates"),
    ],
)
def test_each_fact_is_read_at_most_once_and_only_if_the_plan_depends_on_it(
    desired: DesiredImage, images: tuple[t.Any, ...], reads: tuple[t.Any, ...]
) -> None:
    cloud = FakeImages(*images)
    with contextlib.suppress(RefusalError):
        plan(desired, cloud, NOW)
    assert tuple(cloud.calls) == reads


# --- one image -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "desired",
    [
        web(),
        web(description="d"),
        web(tags={"a": "1"}),
        web(tags={}, purge_tags=False),
        web(source=FROM_INSTANCE),
        DesiredImage(image_id="m-1"),
        DesiredImage(image_id="m-1", image_name="web"),
        web(description="d", tags={"a": "1"}, source=FROM_INSTANCE, image_version="", wait=False),
    ],
)
def test_an_image_in_the_desired_state_is_not_changed(desired: DesiredImage) -> None:
    found = image(description="d", tags={"a": "1", "ascm:set": "412"})
    nothing = of(desired, found)
    assert (nothing.steps, nothing.warnings) == ((), ())
    assert nothing.before == nothing.after == found


@pytest.mark.parametrize(
    ("desired", "writes"),
    [
        (DesiredImage(image_id="m-1", image_name="other"), (Modify("m-1", image_name="other"),)),
        (web(description="new"), (Modify("m-1", description="new"),)),
        (DesiredImage(image_id="m-1", image_name="other", description="new"), (Modify("m-1", "other", "new"),)),
        (web(tags={"a": "2", "b": "1"}), (SetTags("m-1", {"a": "2"}),)),
        (web(tags={"a": "1"}), (UnsetTags("m-1", ("b",)),)),
        (web(tags={}), (UnsetTags("m-1", ("a", "b")),)),
        (web(tags={"c": "3"}), (UnsetTags("m-1", ("a", "b")), SetTags("m-1", {"c": "3"}))),
        (web(tags={"c": "3"}, purge_tags=False), (SetTags("m-1", {"c": "3"}),)),
    ],
)
def test_only_differences_are_changed_and_confirmed(desired: DesiredImage, writes: tuple[t.Any, ...]) -> None:
    found = image(description="old", tags={"a": "1", "b": "1", "acs:x": "y"})
    assert of(desired, found).steps == (*writes, ReadBack("m-1"))


def test_the_prediction_has_every_change_and_the_current_image_is_not_modified() -> None:
    found = image(description="old", tags={"a": "1", "acs:x": "y"}, size=40)
    made = of(DesiredImage(image_id="m-1", image_name="other", description="new", tags={"c": "3"}), found)
    assert made.after == {**found, "image_name": "other", "description": "new", "tags": {"acs:x": "y", "c": "3"}}
    assert made.before == found == image(description="old", tags={"a": "1", "acs:x": "y"}, size=40)


def test_a_description_cannot_be_cleared() -> None:
    result = refused(web(description=""), FakeImages(image(description="old")))
    assert result["image_id"] == "m-1"
    assert "'old'" in result["msg"]


def test_the_tag_limit_applies_to_the_resulting_tags() -> None:
    found = image(tags={f"k{number}": "" for number in range(20)})
    result = refused(web(tags={"one-more": ""}, purge_tags=False), FakeImages(found))
    assert "purge_tags" in result["msg"]
    assert of(web(tags={"one-more": ""}), found).actions


def test_tags_are_not_counted_unless_one_is_added() -> None:
    found = image(tags={f"k{number}": "" for number in range(21)})
    assert of(web(tags={"k0": ""}, purge_tags=False), found).steps == ()


def test_a_difference_in_a_fixed_property_is_a_warning() -> None:
    found = image(platform="CentOS", image_version="", architecture="x86_64")
    same = of(web(platform="Ubuntu", image_version="7", architecture="x86_64"), found)
    assert same.steps == ()
    assert ["'CentOS', not 'Ubuntu'" in warning for warning in same.warnings] == [True]


def test_another_source_is_refused_unless_the_image_may_be_replaced() -> None:
    found = image(disk_device_mappings=[disk("s-old"), disk(None, 20)])
    result = refused(web(source=FROM_SNAPSHOT), FakeImages(found))
    assert (result["reason"], result["image_id"]) == ("source_differs", "m-1")
    for fact in ("s-old (40 GiB)", "20 GiB", "s-new", "recreate=on_source_change"):
        assert fact in result["msg"]


@pytest.mark.parametrize("status", ["Available", "CreateFailed"])
def test_a_name_of_another_image_is_refused(status: str) -> None:
    other = image("m-2", image_name="db", status=status)
    result = refused(DesiredImage(image_id="m-1", image_name="db"), FakeImages(image(), other))
    assert (result["reason"], result["image_id"]) == ("name_taken", "m-1")
    assert "m-2" in result["msg"]


@pytest.mark.parametrize("status", ["Creating", "Waiting", "", None, "Sleeping"])
def test_an_image_that_is_being_processed_is_waited_for_and_must_not_change(
    status: str | None,
) -> None:
    found = image(status=status, progress=40)
    adopted = of(web(description="new"), found)
    assert adopted.steps == (
        WaitUntilUsable("m-1"),
        CheckUnchanged(Expected(found, ("web",), settles=True)),
        Modify("m-1", description="new"),
        ReadBack("m-1"),
    )


def test_adopting_an_image_does_not_count_as_a_change() -> None:
    found = image(status="Creating", progress=40)
    adopted = of(web(source=FROM_INSTANCE), found)
    assert (adopted.steps, adopted.actions) == ((WaitUntilUsable("m-1"),), [])
    assert adopted.after == {**found, "status": "Available"}
    assert of(web(wait=False), found).steps == ()


def test_an_available_image_that_is_not_yet_usable_is_waited_for() -> None:
    assert of(web(), image(usable=False)).steps == (WaitUntilUsable("m-1"),)


def test_a_deprecated_image_is_changed_like_any_other() -> None:
    assert kinds(of(web(description="new"), image(status="Deprecated"))) == [Modify, ReadBack]


def test_an_unavailable_image_is_refused() -> None:
    result = refused(web(source=FROM_INSTANCE), FakeImages(image(status="UnAvailable")))
    assert (result["reason"], result["image_id"]) == ("unavailable", "m-1")


# --- several images --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"state": "absent"}, ALWAYS])
def test_duplicates_are_refused_with_ids_statuses_and_times(options: dict[str, t.Any]) -> None:
    images = (image("m-1"), image("m-2", status="Creating", creation_time="2026-11-24T06:00:00Z"))
    result = refused(web(**options), FakeImages(*images))
    assert result["reason"] == "ambiguous_name"
    assert "m-1 (Available, 2026-11-24T05:06:07Z); m-2 (Creating, 2026-11-24T06:00:00Z)" in result["msg"]
    assert "image_id" in result["msg"]


def test_failed_images_do_not_count_as_duplicates() -> None:
    failed, good = image("m-1", status="CreateFailed"), image("m-2")
    same = of(web(), failed, good)
    assert (same.steps, same.before) == ((), good)
    assert ["m-1" in warning for warning in same.warnings] == [True]


def test_a_failed_image_that_cannot_be_created_again_is_refused() -> None:
    failed = image(status="CreateFailed")
    without_source = refused(web(), FakeImages(failed))
    assert (without_source["reason"], without_source["image_id"]) == ("creation_failed", "m-1")
    assert "instance_id" in without_source["msg"]
    by_id = refused(DesiredImage(image_id="m-1", source=FROM_INSTANCE), FakeImages(failed))
    assert (by_id["reason"], by_id["image_id"]) == ("creation_failed", "m-1")
    assert "image_name" in by_id["msg"]
