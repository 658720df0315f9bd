# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide on state: each row is checked with the planner."""

from __future__ import annotations

import dataclasses
import importlib
import typing as t

import pytest
from examples import ROOT, tables

OUTCOMES = {"refused": "fails", "changed": "*changed*", "ok": "*ok*"}
UTILS = "ansible_collections.apsarastack.cloud.plugins.module_utils"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_state.rst"
PRESENT, ABSENT = (dict(rows[1:]) for rows in tables(GUIDE) if rows[0] == ["Current state", "The task"])


def image(**known: t.Any) -> dict[str, t.Any]:
    known = {"image_id": "m-1", "image_name": "web", "status": "Available", "usage": "none", **known}
    return {"description": "", "progress": 100, "creation_time": "2026-11-24T05:06:07Z", **known}


@dataclasses.dataclass(frozen=True)
class Situation:
    """The current state, the desired state, and which of OUTCOMES they lead to."""

    images: tuple[dict[str, t.Any], ...]
    outcome: str
    source: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    desired: dict[str, t.Any] = dataclasses.field(default_factory=lambda: {"image_name": "web"})


def named(**more: t.Any) -> dict[str, t.Any]:
    return {"image_name": "web", **more}


INSTANCE = {"instance_id": "i-1"}
SNAPSHOT = {"snapshot_id": "s-1"}
OTHER = image(disk_device_mappings=[{"device": "/dev/xvda", "size": 40, "snapshot_id": "s-2", "type": "system"}])
INTACT, FAILED = image(), image(image_id="m-2", status="CreateFailed")
BY_ID = {"image_id": "m-1"}

IN_PRESENT: dict[str, tuple[Situation, ...]] = {
    "no image of this name, and the task names a source": (Situation((), "changed", INSTANCE),),
    "no image of this name, and the task names no source": (Situation((), "refused"),),
    "one image that is Available or Deprecated": (
        Situation((INTACT,), "changed", desired=named(description="new")),
        Situation((image(status="Deprecated"),), "changed", desired=named(tags={"team": "web"})),
        Situation((INTACT,), "ok", INSTANCE),
        Situation((image(status="Deprecated"),), "ok"),
    ),
    "one image that is Creating or Waiting": (
        Situation((image(status="Creating"),), "ok", INSTANCE),
        Situation((image(status="Waiting"),), "ok", INSTANCE),
    ),
    "one image that is CreateFailed, and the task names a source": (Situation((FAILED,), "changed", INSTANCE),),
    "one image that is CreateFailed, and the task names no source or selects the image by its id": (
        Situation((FAILED,), "refused"),
        Situation((FAILED,), "refused", INSTANCE, {"image_id": "m-2"}),
    ),
    "one image that is UnAvailable": (
        Situation((image(status="UnAvailable"),), "refused", INSTANCE),
        Situation((image(status="UnAvailable"),), "changed", INSTANCE, named(recreate="always")),
    ),
    "one image that is not CreateFailed, and others of the same name that are": (
        Situation((INTACT, FAILED), "ok", INSTANCE),
    ),
    "two or more images of the same name that are not CreateFailed": (
        Situation((INTACT, image(image_id="m-3")), "refused", INSTANCE),
    ),
    "no image with this ``image_id``": (Situation((), "refused", desired=BY_ID),),
    "an image with this ``image_id``, with another name than ``image_name``": (
        Situation((INTACT,), "changed", desired={**BY_ID, "image_name": "other"}),
    ),
    "an image that was created from another source than the task names, with ``recreate: never``": (
        Situation((OTHER,), "refused", SNAPSHOT),
    ),
    "an image that was created from another source than the task names, with ``recreate: on_source_change``": (
        Situation((OTHER,), "changed", SNAPSHOT, named(recreate="on_source_change")),
    ),
}
IN_ABSENT: dict[str, tuple[Situation, ...]] = {
    "no image with this id or name": (Situation((), "ok"), Situation((), "ok", desired=BY_ID)),
    "an image that no instance was created from": (Situation((INTACT,), "changed"),),
    "an image in use": (
        Situation((image(usage="instance"),), "refused"),
        Situation((image(usage="instance"),), "changed", desired=named(force=True)),
    ),
    "an image that is still being created": (Situation((image(status="Creating"),), "changed"),),
    "one image that is not CreateFailed, and others of the same name that are": (
        Situation((INTACT, FAILED), "changed"),
    ),
    "two or more images of the same name that are not CreateFailed": (
        Situation((INTACT, image(image_id="m-3")), "refused"),
    ),
    "an image with this ``image_id``, with another name than ``image_name``": (
        Situation((INTACT,), "refused", desired={**BY_ID, "image_name": "other"}),
    ),
}
CASES = [
    pytest.param(state, rows[row], situation, id=f"{state}: {row} ({number})")
    for state, rows, situations in (("present", PRESENT, IN_PRESENT), ("absent", ABSENT, IN_ABSENT))
    for row, several in situations.items()
    for number, situation in enumerate(several, start=1)
]


def test_every_row_has_its_situations() -> None:
    assert set(PRESENT) == set(IN_PRESENT)
    assert set(ABSENT) == set(IN_ABSENT)


class Cloud:
    """The reader of the planner, with the images of a situation."""

    def __init__(self, images: t.Iterable[dict[str, t.Any]], sources: t.Any) -> None:
        self._images = tuple(images)
        self._sources = sources

    def by_id(self, image_id: str) -> dict[str, t.Any] | None:
        return next((one for one in self._images if one["image_id"] == image_id), None)

    def by_name(self, image_name: str) -> tuple[dict[str, t.Any], ...]:
        return tuple(one for one in self._images if one["image_name"] == image_name)

    def users(self, _image_id: str) -> tuple[str, ...]:
        return ("i-user",)

    def instance(self, instance_id: str) -> t.Any:
        return self._sources.Instance(instance_id, "Running")

    def snapshots(self, snapshot_ids: t.Iterable[str]) -> dict[str, t.Any]:
        return {each: self._sources.Snapshot(each, "accomplished", 40, "system") for each in snapshot_ids}


def outcome_of(state: str, situation: Situation) -> str:
    names = ("_image.planning", "_image.desired", "_ecs.image", "_ecs.sources", "_wire.errors")
    planning, desired_images, images, sources, errors = (importlib.import_module(f"{UTILS}.{name}") for name in names)
    source = desired_images.Source(**situation.source) if situation.source else None
    desired = desired_images.DesiredImage(state=state, source=source, **situation.desired)
    cloud = Cloud((images.image_stub(**one) for one in situation.images), sources)
    try:
        plan = planning.plan(desired, cloud, now=0.0)
    except errors.RefusalError:
        return "refused"
    return "changed" if plan.actions else "ok"


def states(row: str, situation: Situation) -> bool:
    """Whether a row states the outcome: itself, by referring to the row above, or by the option that changes it."""
    option = {f"``{name}: {str(value).lower()}``" for name, value in situation.desired.items()}
    words = {OUTCOMES[situation.outcome], "as above", *option}
    return any(word in row for word in words)


@pytest.mark.parametrize(("state", "row", "situation"), CASES)
def test_the_planner_decides_as_the_table_says(state: str, row: str, situation: Situation, importable: None) -> None:
    assert outcome_of(state, situation) == situation.outcome
    assert states(row, situation)
