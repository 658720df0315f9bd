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
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    FROM_SNAPSHOT,
    NOW,
    planned,
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


def test_tags_are_not_counted_unless_one_is_added() -> None:
    found = image(tags={f"k{number}": "" for number in range(21)})
    assert of(web(tags={"k0": ""}, purge_tags=False), found).steps == ()


@pytest.mark.parametrize("status", ["Creating", "Waiting", "", None, "Sleeping"])
def test_an_image_that_is_being_processed_is_waited_for_and_must_not_change(
    status: str | None,
) -> None:
    found = image(status=status, progress=40)
    adopted = of(web(description="new"), found)
    assert adopted.steps == (
        WaitUntilUsable("m-1", "web"),
        CheckUnchanged(Expected(found, ("web",), settles=True)),
        Modify("m-1", description="new"),
        ReadBack("m-1", name="web"),
    )


def test_an_available_image_that_is_not_yet_usable_is_waited_for() -> None:
    assert of(web(), image(usable=False)).steps == (WaitUntilUsable("m-1", "web"),)


@pytest.mark.parametrize(("image_name", "read_under"), [(None, None), ("web", None), ("web-2", "web-2")])
def test_an_image_that_is_selected_by_its_id_may_share_its_name_but_not_a_new_one(
    image_name: str | None, read_under: str | None
) -> None:
    desired = DesiredImage(image_id="m-1", image_name=image_name, description="new")
    assert of(desired, image(status="Creating"), image(image_id="m-2")).steps[0] == WaitUntilUsable("m-1")
    assert of(desired, image(), image(image_id="m-2")).steps[-1] == ReadBack("m-1", name=read_under)
