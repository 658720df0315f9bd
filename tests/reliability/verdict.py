# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges a case by the resources and the log of the simulated cloud, not by what the module reports.

The report of the module counts only for leftovers that no later run can remove: it must contain them.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from scenarios import Scenario

State = dict[str, t.Any]
ORGANIZATION = 37
CREATIONS = {"CreateImage", "CopyImage", "ImportImage"}
REGION = "cn-neimeng-env30-d01"


def problems(scenario: Scenario, before: State, after: State, told: str = "", *, is_lost: bool = False) -> list[str]:
    """The problems after a case.

    ``told``: the result of a failed run; the leftovers that it reports are allowed. ``is_lost``: somebody else has
    deleted the image.
    """
    if scenario.refused:
        return [] if _things(before) == _things(after) else ["something was changed"]
    wanted = None if is_lost else scenario.attributes
    return [
        *_image_problems(scenario, wanted, after),
        *_leftovers(scenario, before, after, told),
        *_touched(scenario, before, after),
        *_snapshot_problems(scenario, before, after, told),
    ]


def image_of(scenario: Scenario, state: State) -> str | None:
    """The id of the scenario's image; None unless there is exactly one."""
    ids = [image["image_id"] for image in _own(state) if image["image_name"] == scenario.name]
    return ids[0] if len(ids) == 1 else None


def creations(calls: t.Sequence[State]) -> int:
    """The number of created images: retries of CreateImage with the same ClientToken create one."""
    processed = [call for call in calls if call["action"] in CREATIONS and call["processed"] and call["code"] == ""]
    tokens = [call["parameters"].get("ClientToken") for call in processed if call["action"] == "CreateImage"]
    others = len(processed) - len(tokens)
    return len({token for token in tokens if token is not None}) + tokens.count(None) + others


def answered_writes(calls: t.Sequence[State], besides: str = "") -> int:
    """The number of writes whose complete answer the caller got. ``besides``: an action that does not count."""
    damaged = ("truncate", "trickle", "delay", "drop")
    return sum(
        call["write"] and call["processed"] and call["status"] == 200 and call["code"] == ""
        for call in calls
        if call["action"] != besides and not any(word in call["fault"] for word in damaged)
    )


def _own(state: State) -> list[State]:
    return [
        image
        for image in state["images"]
        if image["organization"] == ORGANIZATION and image["region"] == REGION and not image["deleted"]
    ]


def _image_problems(scenario: Scenario, wanted: t.Mapping[str, t.Any] | None, after: State) -> t.Iterator[str]:
    named = [image for image in _own(after) if image["image_name"] == scenario.name]
    count = 0 if wanted is None else 1
    if len(named) != count:
        yield f"{len(named)} images have the name instead of {count}"
    desired = {"status": "Available", **(wanted or {})}
    for image in named if wanted is not None else []:
        disks = [disk["snapshot_id"] for disk in image["disk_device_mappings"]]
        shown = {**image, "disks": disks, "shared_with": sorted(image["shared_with"])}
        yield from (f"{key} is {shown[key]!r}" for key in desired if shown[key] != desired[key])


def _leftovers(scenario: Scenario, before: State, after: State, told: str) -> t.Iterator[str]:
    others = {image["image_id"] for image in before["images"]} - {image["id"] for image in scenario.images}
    for image in _own(after):
        image_id, name = image["image_id"], image["image_name"]
        if image_id not in others and name != scenario.name and not (image_id in told and name in told):
            yield f"image {image_id} {name!r} is left over"


def _touched(scenario: Scenario, before: State, after: State) -> t.Iterator[str]:
    own = {image["id"] for image in scenario.images}
    left = {image["image_id"]: image for image in after["images"]}
    for image in before["images"]:
        if image["image_id"] not in own and left.get(image["image_id"]) != image:
            yield f"image {image['image_id']} of somebody else was touched"
    if after["instances"] != before["instances"]:
        yield "an instance was touched"


def _snapshot_problems(scenario: Scenario, before: State, after: State, told: str) -> t.Iterator[str]:
    left = {one["snapshot_id"] for one in after["snapshots"]}
    for snapshot_id in (one["snapshot_id"] for one in before["snapshots"]):
        if snapshot_id not in left and snapshot_id not in scenario.lost_snapshots:
            yield f"snapshot {snapshot_id} was deleted"
        if snapshot_id in left and snapshot_id in scenario.lost_snapshots and snapshot_id not in told:
            yield f"snapshot {snapshot_id} is left over and not reported"


def _things(state: State) -> State:
    return {key: state[key] for key in ("images", "instances", "snapshots")}
