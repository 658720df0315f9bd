# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hints of a failure depend on the task: the options that are set, their values and their origin."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_info,
)
from bench import Detour
from through_main import run_main

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
NEW = {"image_name": "new", "instance_id": "i-web-running"}
TENANT = {"organization": 37, "resource_group": 412, "created": -86400}
WEB = {"id": "m-web", "name": "web", **TENANT}
ELSEWHERE = "cn-wulan-env82-d01"
GONE = {"image_name": "web", "state": "absent"}
SHARED = {"image_name": "web", "share_with": ["1000000000000038"]}
COPIED: Document = {"image_name": "new", "copy_from": {"image_id": "m-abroad", "region": ELSEWHERE}}
ABROAD: Document = {"id": "m-abroad", "name": "abroad", "region": ELSEWHERE, **TENANT}
IMPORTED = {"image_name": "new", "import_from": [{"bucket": "golden-images", "object": "data.raw"}]}
EXPORTED = {"image_name": "web", "bucket": "exports"}


def failure(desired: Document, *faults: Document, images: t.Sequence[Document] = (), **knobs: t.Any) -> Document:
    with Simulator(speed=0, seed_changes={"images": list(images)}, **knobs) as site:
        for fault in faults:
            site.fault(**fault)
        return run_main(site, desired)


def test_an_instance_of_another_resource_set_is_reported_with_the_resource_set() -> None:
    # i-web-running belongs to 412.
    result = failure({**NEW, "resource_group": "413"})
    assert result["reason"] == "not_found"
    assert "check instance_id 'i-web-running', region 'cn-neimeng-env30-d01', department '37'" in result["msg"]
    assert "and resource_group '413'" in result["msg"]


def test_a_name_of_another_resource_set_is_reported_with_the_options_that_select_it() -> None:
    hidden = {"id": "m-hidden", "name": "new", **TENANT, "resource_group": 413}
    result = failure(NEW, images=[hidden], names_unique=True)
    assert result["reason"] == "name_taken"
    for words in (
        "Could not create image 'new' from instance i-web-running: InvalidImageName.Duplicated: ",
        "image_name 'new' is used by an image that cannot be seen in region 'cn-neimeng-env30-d01' with department '37'"
        " and resource_group '412'",
        "it belongs to another resource set or organization",
        "omit resource_group to search the whole organization, or give another department",
    ):
        assert words in result["msg"]


@pytest.mark.parametrize("module", [apsarastack_image, apsarastack_image_info])
def test_an_invalid_organization_is_reported_with_its_option(module: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'The specified value of parameter "x-acs-organizationid" is not valid.'
    with Simulator(speed=0) as site:
        site.fault(action="DescribeImages", code="InvalidParameter", message=said)
        monkeypatch.setenv("APSARASTACK_DEPARTMENT", "ops")
        result = run_main(site, {"image_name": "web", "department": None, "resource_group": None}, module)
    assert result["reason"] == "invalid_input"
    assert (
        "the option department 'ops' (set by APSARASTACK_DEPARTMENT), which must be the id of an organization"
        in result["msg"]
    )


def test_missing_keys_name_the_environment_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    result = failure({**NEW, "access_key": None, "secret_key": None})
    assert result["reason"] == "credentials"
    assert "APSARASTACK_ACCESS_KEY" in result["msg"]
    assert "without become" in result["msg"]


def test_a_failed_rename_names_the_image_and_both_names() -> None:
    web = {"id": "m-web", "name": "web", **TENANT}
    late = {"id": "m-late", "name": "other", **TENANT, "created": -60}
    hidden = {"action": "DescribeImages", "skip": 1, "times": 0, "hide": 3600}
    result = failure({"image_id": "m-web", "image_name": "other"}, hidden, images=[web, late], names_unique=True)
    assert result["msg"].startswith("Could not rename image m-web to 'other': InvalidImageName.Duplicated: ")
    assert "use another image_name" in result["msg"]
    assert (result["reason"], result["changed"]) == ("name_taken", False)


def test_an_unusable_snapshot_is_reported_with_its_option() -> None:
    result = failure({"image_name": "new", "snapshot_id": "s-too-old"})
    assert result["msg"].startswith("Could not create image 'new' from snapshot s-too-old: InvalidSnapshot.TooOld: ")
    assert "take a new snapshot and give it as snapshot_id" in result["msg"]


@pytest.mark.parametrize("body", ["decorated", "plain", "asapi200"])
def test_each_id_of_a_response_has_a_field_and_is_at_the_end_of_the_message(body: str) -> None:
    result = failure(NEW, {"action": "CreateImage", "code": "QuotaExceed.Image"}, body=body)
    error = result["error"]
    named = {
        "request id": error["request_id"],
        "ASAPI request id": error["asapi_request_id"],
        "trace id": error["trace_id"],
    }
    ids = {name: value for name, value in named.items() if value is not None}
    assert (len(ids) == 1) is (body == "plain")
    assert all(re.fullmatch(r"[0-9A-Fa-f-]+", value) for value in ids.values())
    assert result["msg"].endswith(", " + ", ".join(f"{name} {value}" for name, value in ids.items()) + ")")


def test_an_unreachable_site_is_reported_with_the_option_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(speed=0) as site:
        monkeypatch.setenv("APSARASTACK_ENDPOINT", site.endpoint)
        result = run_main(site, {**NEW, "endpoint": None}, adapter=Detour(0, float("inf")))
    assert result["reason"] == "unreachable"
    assert f"Check endpoint '{site.endpoint}' (set by APSARASTACK_ENDPOINT)" in result["msg"]
    assert "popgw_domain" not in result["msg"]


def test_a_site_without_tls_is_reported_with_the_option_that_names_it() -> None:
    with Simulator(speed=0) as site:
        endpoint = site.endpoint.replace("http:", "https:")
        result = run_main(site, {**NEW, "endpoint": endpoint})
    assert result["reason"] == "tls"
    assert f"Check the port in endpoint '{endpoint}', and begin it with http:// only" in result["msg"]


@pytest.mark.parametrize(
    ("reply", "reason", "told"),
    [
        ({"drop": "before"}, "unreachable", "Check copy_from.endpoint 'http://localhost:"),
        ({"missing_list": True}, "unexpected_answer", "check that copy_from.endpoint 'http://localhost:"),
    ],
    ids=["unreachable", "list"],
)
def test_the_server_of_the_original_is_reported_with_the_option_that_names_it(
    reply: Document, reason: str, told: str
) -> None:
    with Simulator(speed=0, seed_changes={"images": [ABROAD]}) as site:
        site.fault(action="DescribeImages", skip=1, times=0, **reply)
        endpoint = site.endpoint.replace("127.0.0.1", "localhost")
        result = run_main(site, {**COPIED, "copy_from": {**COPIED["copy_from"], "endpoint": endpoint}})
    assert result["reason"] == reason
    assert told in result["msg"]
    assert site.endpoint not in result["msg"].partition("eck copy_from")[2]


@pytest.mark.parametrize(
    ("original", "told"),
    [
        ({"image_id": "m-1", "region": ELSEWHERE}, "Check image_id and region in copy_from, and that department and"),
        ({"image_name": "old"}, "Check image_name in copy_from (set region there if it is in another one), and that"),
    ],
    ids=["elsewhere", "here"],
)
def test_a_missing_original_is_reported_with_the_entries_that_the_task_gives(original: Document, told: str) -> None:
    result = failure({"image_name": "new", "copy_from": original})
    assert result["reason"] == "not_found"
    assert told in result["msg"]


def refusal_of_proxy(password: str, is_option: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """The message about a proxy with this password, which contains "hidden", from the option or the environment."""
    url = f"http://bob:{password}@127.0.0.1:9"
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, url)
    result = failure({**NEW, "proxy": url if is_option else None})
    message = str(result["msg"])
    assert result["reason"] == "invalid_input"
    assert ("proxy (set in the task)" if is_option else "environment variable http_proxy") in message
    assert "hidden" not in message
    return message


@pytest.mark.parametrize("character", ["#", "/", "?", "\\", "["])
@pytest.mark.parametrize("is_option", [True, False], ids=["option", "environment"])
def test_the_password_of_a_proxy_that_is_not_encoded_is_not_quoted(
    character: str, is_option: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = refusal_of_proxy(f"hidden{character}password", is_option, monkeypatch)
    assert "for example # as %23" in message


@pytest.mark.parametrize("password", ["\u5bc6\u7801-hidden", "%E5%AF%86%E7%A0%81-hidden"])
@pytest.mark.parametrize("is_option", [True, False], ids=["option", "environment"])
def test_the_password_of_a_proxy_that_cannot_be_sent_is_refused_with_the_rule(
    password: str, is_option: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = refusal_of_proxy(password, is_option, monkeypatch)
    assert "Its user name and password must have only Latin-1 characters" in message
    assert "codec" not in message


@pytest.mark.parametrize(
    ("action", "desired", "told"),
    [
        ("CreateImage", NEW, "This site does not offer CreateImage: ask its operators for a release that does"),
        (
            "AddTags",
            {"image_id": "m-web", "tags": {"a": "b"}},
            "This site does not offer AddTags: omit tags, or ask its operators",
        ),
    ],
)
def test_a_site_without_an_action_is_reported_with_what_resolves_it(action: str, desired: Document, told: str) -> None:
    missing = {"code": "InvalidAction.NotFound", "status": 404, "times": 0}
    web = {"id": "m-web", "name": "web", **TENANT}
    result = failure(desired, *({**missing, "action": each} for each in (action, "TagResources")), images=[web])
    assert result["reason"] == "not_supported_by_site"
    assert told in result["msg"]
    assert "Check as well that endpoint 'http://127.0.0.1:" in result["msg"]


def test_a_refused_call_is_reported_with_the_missing_permission() -> None:
    result = failure(NEW, {"action": "CreateImage", "code": "Forbidden.RAM"})
    assert (
        "The access key is not allowed to call CreateImage: have this granted, or correct department '37'"
        in (result["msg"])
    )


@pytest.mark.parametrize(
    ("desired", "action", "code", "followed", "words"),
    [
        (GONE, "DeleteImage", "ImageUsingByInstance", {"force": True}, "Set force=true"),
        (GONE, "DeleteImage", "ImageUseShared", {"unshare": True}, "unshare=true"),
        (SHARED, "ModifyImageSharePermission", "QuotaExceed.ShareImageUser", {"purge_shares": True}, "purge_shares"),
        (
            SHARED,
            "ModifyImageSharePermission",
            "OperationDenied.InvalidImageStatus",
            {"deprecated": False},
            "deprecated=false",
        ),
        (COPIED, "CopyImage", "SourceRegion.NotFound", {"copy_from": {"endpoint": ...}}, "set copy_from.endpoint"),
        (COPIED, "CopyImage", "InvalidEncrypted.Malformed", {"copy_from": {"encrypted": True}}, "Set copy_from.encry"),
        (
            {**COPIED, "copy_from": {**COPIED["copy_from"], "encrypted": True}},
            "CopyImage",
            "InvalidEncrypted.Malformed",
            {"copy_from": {"kms_key_id": "k-1"}},
            "Set copy_from.kms_key_id",
        ),
        (
            COPIED,
            "CopyImage",
            "OperationDenied.EncryptedSnapshot",
            {"copy_from": {"encrypted": True}},
            "set copy_from.encrypted",
        ),
        (IMPORTED, "ImportImage", "NoSetRoletoECSServiceAcount", {"role_name": "imager"}, "set role_name"),
        (EXPORTED, "ExportImage", "InvalidImageFormat.Malformed", {"format": "raw"}, "set format=raw"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_hint_suggests_what_the_task_does_already(
    desired: Document, action: str, code: str, followed: Document, words: str
) -> None:
    module = apsarastack_image_export if action == "ExportImage" else apsarastack_image
    messages = []
    for change in ({}, followed):
        with Simulator(speed=0, seed_changes={"images": [WEB, ABROAD]}) as site:
            site.fault(action=action, code=code, times=0)
            task = {**desired, **change}
            if "copy_from" in task:
                named = {"endpoint": site.endpoint} if "endpoint" in change.get("copy_from", {}) else {}
                task["copy_from"] = {**desired["copy_from"], **change.get("copy_from", {}), **named}
            result = run_main(site, task, module)
        assert result["error"]["code"] == code
        messages.append(result["msg"])
    assert [words in message for message in messages] == [True, False], messages


@pytest.mark.parametrize(("force", "told"), [(False, "Set force=true"), (True, "even with force=true")])
def test_the_hint_for_an_image_in_use_depends_on_force(force: bool, told: str) -> None:
    web = {"id": "m-web", "name": "web", **TENANT}
    refused = {"action": "DeleteImage", "code": "ImageUsingByInstance"}
    result = failure({"image_name": "web", "state": "absent", "force": force}, refused, images=[web])
    assert result["reason"] == "in_use"
    assert told in result["msg"]
