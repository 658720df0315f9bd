# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for an export: a table of current states and steps."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._export import planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.export_bench import WANTED, stored, task
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import ExportPlan

RUNNING = task(status="Processing")
ELSEWHERE = task(status="Processing", objects=[stored("weekly_m-1_system.raw.tar.gz")])
UNREPORTED = task(status="Processing", objects=[], image_id="m-1")
UNKNOWN = task(status="Processing", objects=[])
EXPORT = "export image m-1 to bucket 'exports' with prefix 'nightly'"
CANCEL = "cancel export task t-1 of image m-1"
GONE = DesiredExport(state="absent", image_name="web")


class Reader:
    """The images and tasks of a cloud. Each fact may be read once."""

    def __init__(self, images: t.Sequence[Image], tasks: t.Sequence[Task]) -> None:
        self.images, self.tasks = images, {str(one["task_id"]): one for one in tasks}
        self.asked: list[tuple[str, str]] = []
        self.unreadable: t.Collection[str] = ()

    def _note(self, *fact: str) -> None:
        assert fact not in self.asked, fact
        self.asked.append(t.cast("tuple[str, str]", fact))

    def by_id(self, image_id: str) -> Image | None:
        self._note("image", image_id)
        return next((one for one in self.images if one["image_id"] == image_id), None)

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        self._note("image", image_name)
        return tuple(one for one in self.images if one["image_name"] == image_name)

    def exports(self, image_id: str) -> tuple[Task, ...]:
        self._note("exports", image_id)
        return tuple(t.cast("Task", {**one, "objects": []}) for one in self.tasks.values())

    def task(self, task_id: str) -> Task | None:
        self._note("task", task_id)
        return None if task_id in self.unreadable else self.tasks[task_id]


def planned(desired: DesiredExport, *tasks: Task, images: t.Sequence[Image] = (image(),)) -> ExportPlan:
    return planning.plan(desired, Reader(images, tasks))


@pytest.mark.parametrize(
    ("changes", "tasks", "attempts"),
    [
        ({}, [], [EXPORT, "wait for the new export task of image m-1"]),
        ({"wait": False}, [], [EXPORT, "read the new export task of image m-1"]),
        ({}, [task()], []),
        ({}, [task(status="Failed")], [EXPORT, "wait for the new export task of image m-1"]),
        ({}, [task(failed_count=1)], [EXPORT, "wait for the new export task of image m-1"]),
        ({}, [task(status="Canceled")], [EXPORT, "wait for the new export task of image m-1"]),
        ({}, [task(objects=[stored(bucket="other")])], [EXPORT, "wait for the new export task of image m-1"]),
        ({"force": True}, [task()], [EXPORT, "wait for the new export task of image m-1"]),
        ({}, [RUNNING], ["wait for export task t-1 of image m-1"]),
        ({"wait": False}, [RUNNING], []),
        ({"force": True}, [RUNNING], ["wait for export task t-1 of image m-1"]),
        (
            {"wait": False},
            [ELSEWHERE],
            [
                "wait for the other export of image m-1, task t-1, to end",
                EXPORT,
                "read the new export task of image m-1",
            ],
        ),
        (
            {"wait": False},
            [UNREPORTED],
            [
                "wait for the other export of image m-1, task t-1, to end",
                EXPORT,
                "read the new export task of image m-1",
            ],
        ),
        ({"wait": False}, [UNKNOWN], [EXPORT, "read the new export task of image m-1"]),
        ({}, [UNKNOWN, task("t-2")], []),
    ],
)
def test_the_steps_of_present(changes: dict[str, t.Any], tasks: list[Task], attempts: list[str]) -> None:
    made = planned(dataclasses.replace(WANTED, **changes), *tasks)
    assert [step.attempt() for step in made.steps] == attempts
    assert made.actions == [text for text in attempts if text == EXPORT]


@pytest.mark.parametrize(
    ("changes", "tasks", "attempts"),
    [
        ({}, [], []),
        ({}, [task()], []),
        ({}, [RUNNING], [CANCEL, "wait for export task t-1 to be canceled"]),
        ({"wait": False}, [RUNNING], [CANCEL]),
        ({"wait": False}, [UNREPORTED], [CANCEL]),
        ({"wait": False}, [ELSEWHERE], [CANCEL]),
        ({"prefix": "nightly"}, [ELSEWHERE], []),
        ({"bucket": "exports", "wait": False}, [RUNNING, UNKNOWN | {"task_id": "t-2"}], [CANCEL]),
    ],
)
def test_the_steps_of_absent(changes: dict[str, t.Any], tasks: list[Task], attempts: list[str]) -> None:
    made = planned(dataclasses.replace(GONE, **changes), *tasks)
    assert [step.attempt() for step in made.steps] == attempts


def without_details(desired: DesiredExport, *tasks: Task) -> ExportPlan:
    reader = Reader((image(),), tasks)
    reader.unreadable = reader.tasks
    return planning.plan(desired, reader)


def test_a_running_task_without_details_is_not_taken_for_none() -> None:
    """A list that says more than the single task: of another resource set, or on a site that hides the details."""
    with pytest.raises(RefusalError) as caught:
        without_details(GONE, RUNNING)
    assert caught.value.reason == "not_supported_by_site"
    (canceling, _waiting) = without_details(GONE, UNREPORTED).steps
    assert canceling.text() == CANCEL
    for running in (RUNNING, UNREPORTED):
        (warning,) = without_details(WANTED, running).warnings
        assert "does not report what it exports (task t-1)" in warning
    # Finished, it proves nothing.
    assert without_details(WANTED, task()).actions == [EXPORT]


@pytest.mark.parametrize(("changes", "running"), [({}, UNKNOWN), ({"prefix": "nightly"}, UNREPORTED)])
def test_an_export_that_may_be_another_one_is_not_canceled(changes: dict[str, t.Any], running: Task) -> None:
    with pytest.raises(RefusalError) as caught:
        planned(dataclasses.replace(GONE, **changes), running)
    assert caught.value.reason == "not_supported_by_site"


@pytest.mark.parametrize("running", [UNREPORTED, UNKNOWN])
def test_details_that_the_site_does_not_report_cause_a_warning(running: Task) -> None:
    (warning,) = planned(WANTED, running).warnings
    assert "does not report what it exports (task t-1)" in warning


def test_a_finished_export_without_a_place_counts_and_causes_a_warning() -> None:
    made = planned(WANTED, task(objects=[], image_id="m-1"))
    assert made.steps == ()
    assert "does not report where export task t-1 wrote the image" in made.warnings[0]


def test_older_exports_are_not_read_once_one_matches() -> None:
    reader = Reader([image()], [task("t-3", objects=[stored(bucket="other")]), task("t-2"), task("t-1")])
    planning.plan(WANTED, reader)
    assert reader.asked == [("image", "web"), ("exports", "m-1"), ("task", "t-3"), ("task", "t-2")]


@pytest.mark.parametrize(
    ("desired", "images", "reason"),
    [
        (WANTED, [], "not_found"),
        (dataclasses.replace(WANTED, image_id="m-9", image_name=None), [image()], "not_found"),
        (WANTED, [image(), image("m-2")], "ambiguous_name"),
        (GONE, [image(), image("m-2")], "ambiguous_name"),
        (WANTED, [image(status="Creating")], "source_not_usable"),
        (WANTED, [image(status="Deprecated")], "source_not_usable"),
        (WANTED, [image(status="CreateFailed")], "source_not_usable"),
        (WANTED, [image(usable=False)], "source_not_usable"),
    ],
)
def test_an_image_that_cannot_be_exported_is_refused(desired: DesiredExport, images: list[Image], reason: str) -> None:
    with pytest.raises(RefusalError) as caught:
        planned(desired, images=images)
    assert caught.value.reason == reason


def test_a_deprecated_image_is_refused_with_the_option_that_resolves_it() -> None:
    with pytest.raises(RefusalError) as caught:
        planned(WANTED, images=[image(status="Deprecated")])
    assert caught.value.advice == "Set deprecated=false in a task of apsarastack_image for it first."


def test_an_image_that_was_exported_may_have_any_status() -> None:
    assert planned(WANTED, task(), images=[image(status="Deprecated")]).steps == ()


def test_without_an_image_nothing_is_canceled() -> None:
    assert planned(GONE, images=[]).steps == ()


def test_a_failed_image_of_the_name_is_skipped() -> None:
    made = planned(WANTED, images=[image("m-0", status="CreateFailed"), image()])
    assert made.facts["image"]["image_id"] == "m-1"


def test_in_an_unfinished_replacement_the_new_image_is_exported() -> None:
    new = image("m-2", tags={MARK: "m-1/0123456789abcdef/20261124T050607Z"})
    made = planned(WANTED, images=[image(), new])
    assert made.facts["image"]["image_id"] == "m-2"
