# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The in-memory fake of the unit tests gives the same answers as the simulator, through the methods of `Images`.

The model cloud stands for the simulator here: `test_contract` compares the two.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.situations import cloud_of

from apsarastack_simulator.errors import CloudError

from .adapter import Reply, images_of
from .beginning import OTHER_ACCOUNT, document
from .cloud import ModelCloud
from .story import NAME, OLD, Site, Story

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages

    # A method of `WritableImages`, its arguments and its options; or an action of somebody else.
    Step = tuple[str, tuple[t.Any, ...], dict[str, t.Any]]

BUILD = 60.0
LAG = 6.0
SHOWN = ("image_id", "image_name", "description", "status", "usage", "tags")
NEW = "the new image"


def call(verb: str, *arguments: t.Any, **options: t.Any) -> Step:
    return verb, arguments, options


CREATE = call("create", "new", snapshot_id="s-2", description="nginx", tags={"team": "web"})
CREATED = call("by_name", "new")
OLD_IMAGE = call("by_id", OLD)
BUILT = call("wait", BUILD)
MANY = {f"key-{number}": "" for number in range(19)}

SCRIPTS: dict[str, list[Step]] = {
    "create": [CREATE, CREATED, BUILT, CREATED, call("by_id", NEW), call("by_ids", [OLD, NEW, "m-9"])],
    "create from an instance": [call("create", "new", instance_id="i-1"), CREATED],
    "create from an instance that does not exist": [call("create", "new", instance_id="i-9"), CREATED],
    "create from a snapshot that does not exist": [call("create", "new", snapshot_id="s-9"), CREATED],
    "create with a name that is taken": [call("create", NAME, snapshot_id="s-2"), call("by_name", NAME)],
    "create with too many tags": [call("create", "new", snapshot_id="s-2", tags={**MANY, "a": "", "b": ""}), CREATED],
    "rename": [call("modify", OLD, "other", None), OLD_IMAGE, call("by_name", NAME), call("by_name", "other")],
    "rename to a name that is taken": [call("modify", "m-web-2", NAME, None), call("by_name", NAME)],
    "describe": [call("modify", OLD, None, "another one"), OLD_IMAGE, call("modify", OLD, NAME, "and one more")],
    "clear the description": [call("modify", OLD, None, ""), OLD_IMAGE],
    "modify what does not exist": [call("modify", "m-9", "other", None)],
    "set and unset tags": [
        call("set_tags", OLD, {"team": "database", "new": ""}),
        call("unset_tags", OLD, ["stage", "nothing"]),
        OLD_IMAGE,
    ],
    "set too many tags": [call("set_tags", OLD, MANY), OLD_IMAGE],
    "tag what does not exist": [call("set_tags", "m-9", {"a": "1"}), call("unset_tags", "m-9", ["a"])],
    "delete": [call("delete", OLD, False), OLD_IMAGE, call("by_name", NAME), call("delete", OLD, False)],
    "delete what does not exist": [call("delete", "m-9", False), call("delete_snapshot", "s-9")],
    "delete what is being created": [CREATE, call("delete", NEW, False), CREATED, BUILT, call("delete", NEW, False)],
    "delete what is in use": [
        call("use", OLD),
        OLD_IMAGE,
        call("delete", OLD, False),
        OLD_IMAGE,
        call("delete", OLD, True),
        OLD_IMAGE,
    ],
    "delete what is shared": [call("share", OLD), call("delete", OLD, True), OLD_IMAGE],
    "snapshots": [
        call("snapshots", ["s-1", "s-9"]),
        call("by_snapshot", "s-1"),
        call("by_snapshot", "s-9"),
        call("delete_snapshot", "s-1"),
        call("delete", OLD, False),
        call("delete_snapshot", "s-1"),
        call("snapshots", ["s-1", "s-2"]),
        call("delete_snapshot", "s-1"),
    ],
    "instances": [call("instance", "i-1"), call("instance", "i-9"), call("users", OLD)],
}
# Reads are LAG seconds old.
LAGGING: dict[str, list[Step]] = {
    "create": [CREATE, CREATED, call("wait", LAG), CREATED],
    "rename": [call("modify", OLD, "other", None), OLD_IMAGE, call("wait", LAG), OLD_IMAGE],
    "tag": [call("set_tags", OLD, {"new": ""}), OLD_IMAGE, call("wait", LAG), OLD_IMAGE],
    "delete": [call("delete", OLD, False), OLD_IMAGE, call("wait", LAG), OLD_IMAGE],
}


class Cloud(t.Protocol):
    """One of the two implementations, and the actions of somebody else."""

    images: WritableImages

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""

    def use(self, image_id: str) -> None:
        """Start an instance from the image."""

    def share(self, image_id: str) -> None:
        """Share the image with another account."""


class Model:
    def __init__(self, site: Site, lag: float) -> None:
        self._now = 0.0
        self._lag = lag
        self._cloud = ModelCloud(Story(site), lambda: self._now)
        self.images = images_of(self._answer, lambda: self._now, self.wait)

    def _answer(self, action: str, form: t.Mapping[str, str], _seconds: float, _interrupt: t.Any) -> Reply:
        try:
            return Reply(200, self._cloud.call(action, form, age=self._lag))
        except CloudError as error:
            return Reply(error.status, {"Code": error.code, "Message": error.message, "RequestId": "r"})

    def wait(self, seconds: float) -> None:
        self._now += seconds

    def use(self, image_id: str) -> None:
        self._cloud.call("RunInstances", {"ImageId": image_id})

    def share(self, image_id: str) -> None:
        self._cloud.call("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT})


class Fake:
    def __init__(self, site: Site, lag: float) -> None:
        self._fake = cloud_of(document("snapshot"))
        self._fake.build_time = site.build
        self._fake.names_unique = site.unique_names
        self._fake.listed_after = self._fake.read_lag = self._fake.removal_time = lag
        self.images = t.cast("WritableImages", self._fake)

    def wait(self, seconds: float) -> None:
        self._fake.clock.sleep(seconds)

    def use(self, image_id: str) -> None:
        self._fake.change(image_id, usage="instance")

    def share(self, image_id: str) -> None:
        self._fake.shares.share(image_id, [OTHER_ACCOUNT])


def told(cloud: Cloud, script: t.Iterable[Step]) -> list[t.Any]:
    """What each step returned, or the code of its error."""
    new: str | None = None
    results: list[t.Any] = []
    for verb, arguments, options in script:
        given = [_with_id(argument, new) for argument in arguments]
        try:
            result = getattr(cloud if hasattr(cloud, verb) else cloud.images, verb)(*given, **options)
        except ServiceError as error:
            results.append(error.code)
            continue
        if verb == "create":
            new, result = result, NEW
        results.append(_shown(result, new))
    return results


def _with_id(argument: t.Any, new: str | None) -> t.Any:
    if isinstance(argument, list):
        return [_with_id(each, new) for each in argument]
    return new if argument == NEW else argument


def _shown(result: t.Any, new: str | None) -> t.Any:
    """The attributes that the collection reads, sorted, with the same id for the new image."""
    if isinstance(result, dict) and "image_id" in result:
        known = {name: result[name] for name in SHOWN}
        is_own = new is not None and result["image_id"] == new
        snapshots = [disk["snapshot_id"] for disk in result["disk_device_mappings"]]
        return {
            **known,
            "image_id": NEW if is_own else result["image_id"],
            "shared": bool(result["is_self_shared"]),
            "snapshots": len(snapshots) if is_own else snapshots,
        }
    if isinstance(result, dict):
        return {NEW if key == new else key: _shown(value, new) for key, value in sorted(result.items())}
    if isinstance(result, tuple) and all(isinstance(each, dict) for each in result):
        return sorted((_shown(each, new) for each in result), key=lambda one: one["image_id"])
    return getattr(result, "status", result)


@pytest.mark.parametrize("unique", [False, True], ids=["any names", "unique names"])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_fake_cloud_answers_as_the_simulator_does(script: list[Step], unique: bool) -> None:
    site = Site(build=BUILD, unique_names=unique)
    assert told(Fake(site, 0.0), script) == told(Model(site, 0.0), script)


@pytest.mark.parametrize("script", LAGGING.values(), ids=LAGGING)
def test_the_fake_cloud_lags_as_the_simulator_does(script: list[Step]) -> None:
    site = Site(build=BUILD)
    assert told(Fake(site, LAG), script) == told(Model(site, LAG), script)
