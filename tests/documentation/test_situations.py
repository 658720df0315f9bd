# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide on state: each of their rows is put to the planner."""

from __future__ import annotations

import dataclasses
import importlib
import typing as t

import pytest
from examples import ROOT, tables

OUTCOMES = {"refused": "is refused", "changed": "*changed*", "ok": "*ok*"}
UTILS = "ansible_collections.apsarastack.cloud.plugins.module_utils"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_state.rst"
PRESENT, ABSENT = (dict(rows[1:]) for rows in tables(GUIDE) if rows[0] == ["The cloud has", "The task"])


def image(**known: t.Any) -> dict[str, t.Any]:
    known = {"image_id": "m-1", "image_name": "web", "status": "Available", "usage": "none", **known}
    return {"description": "", "progress": 100, "creation_time": "2026-11-24T05:06:07Z", **known}


@dataclasses.dataclass(frozen=True)
class Situation:
    """What the cloud has, what the task asks for, and which of OUTCOMES that gives."""

    images: tuple[dict[str, t.Any], ...]
    outcome: str
    source: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    wish: dict[str, t.Any] = dataclasses.field(default_factory=lambda: {"image_name": "web"})


def named(**more: t.Any) -> dict[str, t.Any]:
    return {"image_name": "web", **more}


INSTANCE = {"instance_id": "i-1"}
SNAPSHOT = {"snapshot_id": "s-1"}
OTHER = image(disk_device_mappings=[{"device": "/dev/xvda", "size": 40, "snapshot_id": "s-2", "type": "system"}])
GOOD, FAILED = image(), image(image_id="m-2", status="CreateFailed")
BY_ID = {"image_id": "m-1"}

IN_PRESENT: dict[str, tuple[Situation, ...]] = {
    "no image of the name, and the task names a source": (Situation((), "changed", INSTANCE),),
    "no image of the name, and the task names no source": (Situation((), "refused"),),
    "one image that is Available or Deprecated": (
        Situation((GOOD,), "changed", wish=named(description="new")),
        Situation((image(status="Deprecated"),), "changed", wish=named(tags={"team": "web"})),
        Situation((GOOD,), "ok", INSTANCE),
        Situation((image(status="Deprecated"),), "ok"),
    ),
    "one image that is Creating or Waiting": (
        Situation((image(status="Creating"),), "ok", INSTANCE),
        Situation((image(status="Waiting"),), "ok", INSTANCE),
    ),
    "one image that is CreateFailed, and the task names a source": (Situation((FAILED,), "changed", INSTANCE),),
    "one image that is CreateFailed, and the task names no source, or names the image by its id": (
        Situation((FAILED,), "refused"),
        Situation((FAILED,), "refused", INSTANCE, {"image_id": "m-2"}),
    ),
    "one image that is UnAvailable": (
        Situation((image(status="UnAvailable"),), "refused", INSTANCE),
        Situation((image(status="UnAvailable"),), "changed", INSTANCE, named(recreate="always")),
    ),
    "one good image, and others of the name that failed": (Situation((GOOD, FAILED), "ok", INSTANCE),),
    "two or more good images of the name": (Situation((GOOD, image(image_id="m-3")), "refused", INSTANCE),),
    "no image of the ``image_id``": (Situation((), "refused", wish=BY_ID),),
    "an image of the ``image_id``, with another name than ``image_name``": (
        Situation((GOOD,), "changed", wish={**BY_ID, "image_name": "other"}),
    ),
    "an image that is made of another source than the task names, with ``recreate: never``": (
        Situation((OTHER,), "refused", SNAPSHOT),
    ),
    "an image that is made of another source than the task names, with ``recreate: on_source_change``": (
        Situation((OTHER,), "changed", SNAPSHOT, named(recreate="on_source_change")),
    ),
}
IN_ABSENT: dict[str, tuple[Situation, ...]] = {
    "nothing of that id or name": (Situation((), "ok"), Situation((), "ok", wish=BY_ID)),
    "an image that no instance was made from": (Situation((GOOD,), "changed"),),
    "an image in use": (
        Situation((image(usage="instance"),), "refused"),
        Situation((image(usage="instance"),), "changed", wish=named(force=True)),
    ),
    "an image that is still being made": (Situation((image(status="Creating"),), "changed"),),
    "one good image, and others of the name that failed": (Situation((GOOD, FAILED), "changed"),),
    "two or more good images of the name": (Situation((GOOD, image(image_id="m-3")), "refused"),),
    "an image of the ``image_id``, but with another name than ``image_name``": (
        Situation((GOOD,), "refused", wish={**BY_ID, "image_name": "other"}),
    ),
}
CASES = [
    pytest.param(state, rows[row], situation, id=f"{state}: {row} ({number})")
    for state, rows, situations in (("present", PRESENT, IN_PRESENT), ("absent", ABSENT, IN_ABSENT))
    for row, several in situations.items()
    for number, situation in enumerate(several, start=1)
]


def test_every_row_is_put_to_the_planner() -> None:
    assert set(PRESENT) == set(IN_PRESENT)
    assert set(ABSENT) == set(IN_ABSENT)


class Cloud:
    """What a planner may ask, of the images of a situation."""

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
    planning, wishes, images, sources, errors = (
        importlib.import_module(f"{UTILS}.{name}") for name in ("planning", "wish", "image", "sources", "errors")
    )
    source = wishes.Source(**situation.source) if situation.source else None
    wish = wishes.Wish(state=state, source=source, **situation.wish)
    cloud = Cloud((images.image_stub(**one) for one in situation.images), sources)
    try:
        plan = planning.plan(wish, cloud, now=0.0)
    except errors.RefusalError:
        return "refused"
    return "changed" if plan.actions else "ok"


def tells(told: str, situation: Situation) -> bool:
    """Whether a row tells the outcome: itself, by sending to the row above, or by the option that makes it another."""
    option = {f"``{name}: {str(value).lower()}``" for name, value in situation.wish.items()}
    words = {OUTCOMES[situation.outcome], "as above", *option}
    return any(word in told for word in words)


@pytest.mark.parametrize(("state", "told", "situation"), CASES)
def test_the_planner_decides_as_the_table_says(state: str, told: str, situation: Situation, importable: None) -> None:
    assert outcome_of(state, situation) == situation.outcome
    assert tells(told, situation)
