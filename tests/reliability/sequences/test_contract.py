# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The model cloud gives the same answers as the simulator to the same sequence of calls."""

from __future__ import annotations

import itertools
import time
import typing as t
import uuid

import pytest
import requests

from apsarastack_simulator import signatures
from apsarastack_simulator.actions import VERSIONS
from apsarastack_simulator.errors import CloudError
from apsarastack_simulator.testing import Simulator

from .beginning import KEY, ORGANIZATION, OTHER_ACCOUNT, REGION, RESOURCE_GROUP, document
from .cloud import ModelCloud
from .story import NAME, OLD, Site, Story

Form = dict[str, str]
Script = list[tuple[str, t.Union[Form, float]]]
ALL = {"Status": "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated", "ImageOwnerAlias": "self"}
LOOK: tuple[str, Form] = ("DescribeImages", {**ALL, "PageSize": "50"})
CREATE = {"ImageName": "new", "SnapshotId": "s-2", "ClientToken": "one", "Tag.1.Key": "team", "Tag.1.Value": "web"}
TAGGED = {"ResourceType": "image", "ResourceId.1": OLD}
# An action and its parameters, or `wait` and seconds.
SCRIPTS: dict[str, Script] = {
    "create": [("CreateImage", CREATE), LOOK, ("wait", 30.0), LOOK, ("wait", 60.0), LOOK],
    "create again with the token": [("CreateImage", CREATE), ("CreateImage", CREATE), LOOK],
    "create from an instance": [
        ("CreateImage", {"ImageName": "new", "InstanceId": "i-1"}),
        LOOK,
        ("DescribeSnapshots", {"PageSize": "50"}),
        ("DescribeInstances", {"InstanceIds": '["i-1"]'}),
    ],
    "create from a missing source": [("CreateImage", {**CREATE, "SnapshotId": "s-9"})],
    "delete an image that is being created": [("CreateImage", CREATE), ("DeleteImage", {"ImageId": "m-101"}), LOOK],
    "delete": [("DeleteImage", {"ImageId": OLD, "Force": "false"}), LOOK, ("DeleteImage", {"ImageId": OLD})],
    "delete a snapshot of an image": [
        ("DeleteSnapshot", {"SnapshotId": "s-1"}),
        ("DeleteImage", {"ImageId": OLD}),
        ("DeleteSnapshot", {"SnapshotId": "s-1"}),
        ("DescribeSnapshots", {"SnapshotIds": '["s-1"]'}),
    ],
    "rename": [("ModifyImageAttribute", {"ImageId": OLD, "ImageName": "web-2"}), LOOK],
    "deprecate": [("ModifyImageAttribute", {"ImageId": OLD, "Status": "Deprecated"}), LOOK],
    "tag and untag": [
        ("TagResources", {**TAGGED, "Tag.1.Key": "keep", "Tag.1.Value": "yes"}),
        ("UntagResources", {**TAGGED, "TagKey.1": "team"}),
        LOOK,
    ],
    "share": [
        ("ModifyImageSharePermission", {"ImageId": OLD, "AddAccount.1": OTHER_ACCOUNT}),
        ("DescribeImageSharePermission", {"ImageId": OLD}),
        ("DeleteImage", {"ImageId": OLD}),
        LOOK,
    ],
    "by name, by id, by snapshot": [
        ("DescribeImages", {**ALL, "ImageName": NAME}),
        ("DescribeImages", {**ALL, "ImageId": OLD}),
        ("DescribeImages", {**ALL, "SnapshotId": "s-1"}),
    ],
    "pages": [("DescribeImages", {**ALL, "PageSize": "2", "PageNumber": str(number)}) for number in (1, 2, 3)],
}
SITES = {
    "usual": Site(build=60.0),
    "unique names": Site(build=60.0, unique_names=True),
    "fuzzy names": Site(build=60.0, fuzzy_names=True),
    "quota used up": Site(build=60.0, room=0),
    "ignores": Site(build=60.0, ignores=("ModifyImageAttribute.ImageName", "CreateImage.Tag")),
    "hides its pages": Site(build=60.0, page=2, hides_page=True),
}
# Parts of an answer that depend on the moment and the call, and not on the cloud.
_OF_THE_CALL = frozenset({"CreationTime", "RequestId", "HostId", "Recommend"})


def of_model(site: Site, script: Script) -> list[t.Any]:
    now = [0.0]
    cloud = ModelCloud(Story(site), lambda: now[0])
    told = []
    for action, form in script:
        if isinstance(form, float):
            now[0] += form
            continue
        try:
            told.append((200, _of_the_cloud(cloud.call(action, form))))
        except CloudError as error:
            told.append((error.status, {"Code": error.code, "Message": error.message}))
    return told


def of_simulator(simulator: Simulator, site: Site, script: Script) -> list[t.Any]:
    knobs = ModelCloud(Story(site), lambda: 0.0).knobs
    simulator.reset(document("snapshot"), {**knobs.as_dict(), "body": "plain"})
    numbers = itertools.count(101)
    simulator.service.world.new_id = lambda prefix: f"{prefix}{next(numbers)}"
    told = []
    for action, form in script:
        if isinstance(form, float):
            simulator.advance(form)
        else:
            told.append(_ask(simulator, action, form))
    return told


def _ask(simulator: Simulator, action: str, parameters: Form) -> tuple[int, t.Any]:
    form = {
        "Action": action,
        "Version": VERSIONS["Ecs"],
        "Format": "JSON",
        "RegionId": REGION,
        "AccessKeyId": KEY,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        **parameters,
    }
    form["Signature"] = signatures.rpc_signature("secret", signatures.rpc_string_to_sign("POST", form))
    tenancy = {"x-acs-organizationid": str(ORGANIZATION), "x-acs-resourcegroupid": str(RESOURCE_GROUP)}
    answer = requests.post(simulator.endpoint, data=form, headers=tenancy, timeout=10, proxies={"http": ""})
    return answer.status_code, _of_the_cloud(answer.json())


def _of_the_cloud(body: t.Any) -> t.Any:
    if isinstance(body, list):
        return [_of_the_cloud(each) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: _of_the_cloud(value) for name, value in body.items() if name not in _OF_THE_CALL}


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[Simulator]:
    with Simulator(speed=0) as simulator:
        yield simulator


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_model_gives_the_answers_of_the_simulator(simulator: Simulator, site: Site, script: Script) -> None:
    assert of_model(site, script) == of_simulator(simulator, site, script)


def test_a_list_that_lags_shows_an_earlier_moment() -> None:
    now = [0.0]
    cloud = ModelCloud(Story(), lambda: now[0])
    action, form = LOOK
    before = cloud.call(action, form)
    now[0] = 100.0
    cloud.call("ModifyImageAttribute", {"ImageId": OLD, "ImageName": "other"})
    cloud.call("TagResources", {**TAGGED, "Tag.1.Key": "keep", "Tag.1.Value": "yes"})
    cloud.call("DeleteImage", {"ImageId": "m-web-2"})
    cloud.call("CreateImage", CREATE)
    now[0] = 105.0
    assert cloud.call(action, form) != before
    assert cloud.call(action, form, age=6.0) == before
