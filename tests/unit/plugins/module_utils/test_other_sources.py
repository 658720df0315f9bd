# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import StoredObject, Task
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.copied import CopySource
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import desired_from, timeout_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.imported import ImportSource, StoredDisk
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import failing, followed, refused
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of

FILE = {"bucket": "golden", "object": "web.raw"}
OTHER = ("golden", "other.raw")
WEB = ("golden", "web.raw")


def desired(**options: t.Any) -> t.Any:
    return desired_from({"region": "cn-1", **params_of(ARGUMENTS, {"image_name": "web", **options})})


def of_files(*files: tuple[str | None, str | None], **known: t.Any) -> t.Any:
    disks = [{**disk(None), "import_bucket": bucket, "import_object": name} for bucket, name in files]
    return image("m-web", disk_device_mappings=disks, **known)


def test_without_disks_it_is_not_known_whether_an_image_is_encrypted() -> None:
    (warning,) = CopySource("cn-1", False, {"encrypted": True}).uncompared(image("m-web", disk_device_mappings=[]))
    assert "does not report whether the image is encrypted" in warning


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 600),
        ({"instance_id": "i-1"}, 600),
        ({"copy_from": {"image_id": "m-1"}}, 3600),
        ({"import_from": [FILE]}, 3600),
        ({"import_from": [FILE], "wait_timeout": 60}, 60),
    ],
)
def test_a_copy_or_an_import_has_an_hour_unless_the_task_gives_another_time(options: t.Any, seconds: int) -> None:
    assert timeout_of(params_of(ARGUMENTS, options)) == seconds


@pytest.mark.parametrize(
    ("disks", "files", "differs"),
    [
        ([WEB], [WEB], False),
        ([WEB], [OTHER], True),
        ([WEB, OTHER], [WEB, OTHER], False),
        ([WEB, OTHER], [OTHER, WEB], True),
        ([WEB], [WEB, OTHER], True),
        ([WEB, OTHER], [WEB], True),
        ([WEB], [("", "")], False),
        ([WEB], [(None, None)], False),
        ([WEB], [], False),
    ],
)
def test_the_files_of_an_import_are_compared_where_they_are_reported(disks: t.Any, files: t.Any, differs: bool) -> None:
    source = ImportSource(tuple(StoredDisk(*one) for one in disks))
    assert (source.difference(of_files(*files)) is not None) is differs


@pytest.mark.parametrize(
    ("source", "found", "answer"),
    [
        (ImportSource((StoredDisk(*WEB),)), of_files(WEB), True),
        (ImportSource((StoredDisk(*WEB),)), of_files(OTHER), False),
        (ImportSource((StoredDisk(*WEB),)), of_files(("", "")), False),
        (ImportSource((StoredDisk(*WEB),)), of_files(("", ""), status="Creating"), None),
        (ImportSource((StoredDisk(*WEB),)), of_files((None, None)), None),
        (CopySource("cn-1", is_elsewhere=True), image(is_copied=True), True),
        (CopySource("cn-1", is_elsewhere=True), image(is_copied=False), False),
        (CopySource("cn-1", is_elsewhere=True), image(), None),
    ],
)
def test_whether_a_lost_call_has_created_an_image(source: t.Any, found: t.Any, answer: bool | None) -> None:
    assert source.has_made(found) is answer


def test_a_message_does_not_show_the_signature_in_the_name_of_an_object_that_was_imported_earlier() -> None:
    source = ImportSource((StoredDisk(*WEB),))
    told = source.difference(of_files(("golden", "other.raw?Expires=1&Signature=SIGN99")))
    assert told == "it was imported from golden/other.raw?Expires=1..., but the task names disk file golden/web.raw"


def test_the_role_and_the_endpoint_do_not_belong_to_what_an_image_is_created_from() -> None:
    copied = {"image_id": "m-1", "region": "cn-2"}
    one, other = desired(copy_from=copied), desired(copy_from={**copied, "endpoint": "ecs.example.com"})
    assert one.source.as_dict() == other.source.as_dict() == {"copy_from": copied}
    imported = desired(import_from=[FILE], role_name="reader")
    assert imported.source.as_dict() == {"import_from": [FILE]}


@pytest.mark.parametrize(
    ("told", "disks_encrypted", "differs"),
    [
        (True, False, True),
        (True, True, False),
        (True, None, False),
        (False, False, False),
        (False, True, True),
        (False, None, False),
        (None, True, False),
        (None, False, False),
    ],
)
def test_the_encryption_of_a_copy_is_compared_where_it_is_reported(
    told: bool | None, disks_encrypted: bool | None, differs: bool
) -> None:
    source = desired(copy_from={"image_id": "m-1", "region": "cn-2", "encrypted": told}).source
    found = image("m-web", disk_device_mappings=[{**disk("s-1"), "encrypted": disks_encrypted}])
    assert (source.difference(found) is not None) is differs


@pytest.mark.parametrize("recreate", ["never", "on_source_change", "always"])
def test_a_shared_original_must_have_another_name_than_its_copy_as_well(recreate: str) -> None:
    cloud = FakeImages()
    cloud.copies.elsewhere = [image("m-shared", image_name="web", image_owner_alias="others")]
    told = refused(desired(copy_from={"image_id": "m-shared"}, recreate=recreate), cloud)
    assert told["reason"] == "invalid_input"
    assert "Image m-shared is named 'web', which is the name that its copy is to have" in told["msg"]


# --- exactly once ----------------------------------------------------------------------------------------------------


def elsewhere() -> FakeImages:
    cloud = FakeImages()
    cloud.copies.elsewhere = [image("m-original", image_name="golden")]
    return cloud


COPY = {"copy_from": {"image_name": "golden", "region": "cn-2"}}


@pytest.mark.parametrize(("options", "verb"), [(COPY, "copy"), ({"import_from": [FILE]}, "import_image")])
def test_a_call_whose_answer_was_lost_is_not_sent_again_if_the_image_appears_within_a_minute(
    options: t.Any, verb: str
) -> None:
    cloud = elsewhere()
    cloud.listed_after = 59
    cloud.copies.loses = cloud.tasks.loses = 1
    done = followed(desired(**options), cloud)
    assert [call[0] for call in cloud.writes] == [verb]
    assert (done.image["status"], done.actions) == ("Available", done.plan.actions)


@pytest.mark.parametrize(("options", "verb"), [(COPY, "copy"), ({"import_from": [FILE]}, "import_image")])
def test_all_calls_of_a_creation_have_the_same_token(options: t.Any, verb: str) -> None:
    cloud = elsewhere()
    cloud.listed_after = 70
    cloud.copies.loses = cloud.tasks.loses = 1
    failing(desired(**options), cloud)
    sent = [call for call in cloud.writes if call[0] == verb]
    assert len(sent) == 2
    assert len({call[-1] for call in sent}) == 1


def test_a_name_that_an_earlier_failed_image_had_is_not_that_of_the_lost_call() -> None:
    """A list that lags may still show an image that this task has deleted."""
    cloud = elsewhere()
    cloud.images["m-failed"] = image("m-failed", status="CreateFailed", is_copied=True)
    cloud.copies.loses = 1
    done = followed(desired(**COPY), cloud)
    assert done.image_id == "m-new-1"


# --- the task of an import -------------------------------------------------------------------------------------------


def task(task_id: str, *files: tuple[str, str], **known: t.Any) -> Task:
    defaults = {
        "action": "ImportImage",
        "status": "Processing",
        "progress": 0,
        "image_id": None,
        "creation_time": "2026-11-24T05:06Z",
        "finished_time": None,
        "failed_count": 0,
        "objects": [StoredObject(bucket=bucket, object=name, format=None) for bucket, name in files],
        "failures": [],
    }
    return t.cast("Task", {**defaults, "task_id": task_id, **known})


class KnownTasks:
    def __init__(self, *known: Task) -> None:
        self._known = known

    def imports(self, _image_id: str) -> tuple[Task, ...]:
        return self._known

    def task(self, task_id: str) -> Task | None:
        return next((one for one in self._known if one["task_id"] == task_id), None)


def found(known: t.Any, one: t.Any, *, running: bool = True) -> str | None:
    match = imports.task_of(one, known, running=running)
    return None if match is None else match["task_id"]


@pytest.mark.parametrize(
    ("known", "task_id"),
    [
        ([task("t-1", WEB)], "t-1"),
        ([task("t-1", OTHER)], None),
        ([task("t-1")], None),
        ([task("t-1", WEB), task("t-2", OTHER)], "t-1"),
        # Two that may be it are none.
        ([task("t-1", WEB), task("t-2", WEB)], None),
        ([task("t-1", WEB), task("t-2", OTHER, image_id="m-web")], "t-2"),
        ([task("t-1", WEB, creation_time="2026-11-24T04:06Z")], None),
        ([task("t-1", WEB, creation_time=None)], "t-1"),
        ([task("t-1", WEB, status="Failed")], None),
    ],
)
def test_the_running_import_of_an_image_is_certain_or_none(known: list[Task], task_id: str | None) -> None:
    assert found(KnownTasks(*known), of_files(WEB, status="Creating")) == task_id


@pytest.mark.parametrize(
    ("one", "may_be"),
    [
        (of_files(WEB), True),
        (of_files((None, None)), True),
        (of_files(("", "")), False),
        (of_files((None, None), is_copied=True), False),
        (image("m-web"), False),
    ],
)
def test_which_images_may_be_imports(one: t.Any, may_be: bool) -> None:
    assert imports.may_be_import(one) is may_be


@pytest.mark.parametrize(
    ("code", "is_raised"), [("InvalidAction.NotFound", False), ("Forbidden.RAM", False), ("Other", True)]
)
def test_a_site_that_does_not_report_tasks_has_none(code: str, is_raised: bool) -> None:
    class Refusing(KnownTasks):
        def imports(self, _image_id: str) -> tuple[Task, ...]:
            raise ServiceError(code)

    if is_raised:
        with pytest.raises(ServiceError):
            found(Refusing(), of_files(WEB))
    else:
        assert found(Refusing(), of_files(WEB)) is None


# --- interrupted, with recreate=always -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        {"instance_id": "i-1"},
        {"snapshot_id": "s-new"},
        {"disk_device_mapping": [{"snapshot_id": "s-new"}]},
        COPY,
        {"import_from": [FILE]},
    ],
)
def test_the_next_run_resumes_an_interrupted_creation_even_with_recreate_always(source: t.Any) -> None:
    cloud = elsewhere()
    cloud.build_time = 60
    task = desired(recreate="always", **source)
    assert failing(task, cloud, seconds=4)["reason"] == "timed_out"
    done = followed(task, cloud)
    assert (done.image["image_id"], done.image["status"], done.actions) == ("m-new-1", "Available", [])
    assert list(cloud.present()) == ["m-new-1"]
