# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import hints as image_hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import hint_for

TABLES = (image_hints.HINTS, hints.HINTS)
NARROW = {"region": "cn-1", "department": "37", "resource_group": "413"}


def hint(code: str, options: dict[str, t.Any] | None = None, **more: t.Any) -> str:
    return hint_for(code, TABLES, Context(options or {}, **more))


@pytest.mark.parametrize("code", ["Odd", "", "SignatureDoesNotMatch.Not", "InvalidInstanceIdx"])
def test_an_unknown_code_has_no_hint(code: str) -> None:
    assert hint(code) == ""


def test_the_most_specific_entry_applies() -> None:
    assert "disabled" in hint("InvalidAccessKeyId.Inactive")
    assert "issued the key" in hint("InvalidAccessKeyId.NotFound")
    assert "issued the key" in hint("InvalidAccessKeyId")


@pytest.mark.parametrize("code", [*image_hints.HINTS, *hints.HINTS])
def test_every_hint_is_a_sentence_whether_anything_is_set_or_not(code: str) -> None:
    for options in ({}, NARROW, {"access_key": "k", "endpoint": "e", "proxy": "p", "force": True}):
        told = hint(code.rstrip("."), options) or hint(f"{code}X", options)
        assert told == "" or told.endswith("."), told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "access_key and secret_key"),
        (
            {"access_key": "LTAI1", "secret_key": "x"},
            "access_key (set by A_KEY) and secret_key (set by A_SECRET)",
        ),
        ({"profile": "work"}, "profile 'work'"),
        ({"ecs_role_name": "r"}, "ecs_role_name 'r'"),
    ],
)
def test_a_hint_on_keys_names_the_option_that_provides_them(options: dict[str, t.Any], told: str) -> None:
    origins = {"access_key": "A_KEY", "secret_key": "A_SECRET"} if "access_key" in options else {}
    for code in ("SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "MissingSecurityToken"):
        assert told in hint(code, options, origins=origins)


@pytest.mark.parametrize(
    ("code", "option"),
    [
        ("InvalidInstanceId.NotFound", "instance_id"),
        ("InvalidSnapshotId.NotFound", "snapshot_id"),
        ("InvalidImageId.NotFound", "image_id"),
    ],
)
def test_a_missing_resource_is_reported_with_all_options_that_limit_the_search(code: str, option: str) -> None:
    told = hint(code, {**NARROW, option: "x-1"}, origins={"resource_group": "APSARASTACK_RESOURCE_GROUP"})
    assert f"{option} 'x-1'" in told
    assert "region 'cn-1', department '37' and resource_group '413' (set by APSARASTACK_RESOURCE_GROUP)" in told
    assert "region 'cn-1', department and resource_group" in hint(code, {"region": "cn-1"})


def test_a_resource_set_by_name_is_named_unless_its_id_is_given() -> None:
    assert Context({"department": "37", "resource_group_set_name": "lab"}).tenant() == (
        "department '37' and resource_group_set_name 'lab'"
    )
    assert "lab" not in Context({**NARROW, "resource_group_set_name": "lab"}).tenant()


@pytest.mark.parametrize(
    ("options", "action", "told", "not_told"),
    [
        (NARROW, "CreateImage", "omit resource_group", "set department and resource_group to search there"),
        (
            {"department": "37"},
            "CreateImage",
            "set department and resource_group to search there",
            "omit resource_group",
        ),
        (NARROW, "ModifyImageAttribute", "rename or delete that image", "cannot be seen"),
    ],
)
def test_a_name_that_is_taken_outside_the_scope_of_the_task_is_reported_as_such(
    options: dict[str, t.Any], action: str, told: str, not_told: str
) -> None:
    text = hint("InvalidImageName.Duplicated", {**options, "image_name": "web"}, action=action)
    assert told in text
    assert not_told not in text
    assert "another resource set or organization" in text


def test_a_missing_permission_is_reported_with_its_action() -> None:
    assert "not allowed to call DeleteImage" in hint("Forbidden.RAM", NARROW, action="DeleteImage")
    assert "correct department '37' and resource_group '413'" in hint("NoPermission", NARROW)
    assert "set department and resource_group" in hint("NoPermission")


def test_a_header_of_the_api_is_reported_as_its_option() -> None:
    said = 'The specified value of parameter "x-acs-organizationid" is not valid.'
    told = hint("InvalidParameter", {"department": "ops"}, said=said, origins={"department": "APSARASTACK_DEPARTMENT"})
    assert told == (
        "x-acs-organizationid is sent for the option department 'ops' (set by APSARASTACK_DEPARTMENT), which must be"
        " the id of an organization (a number or org-...), not its name."
    )
    assert hint("InvalidParameter", said="Nothing that is known.") == ""


@pytest.mark.parametrize(
    ("code", "words", "others", "options"),
    [
        ("ImageUsingByInstance", "Set force=true", {}, {"force": True}),
        ("QuotaExceed.Tags", "purge_tags", {"purge_tags": False}, {"purge_tags": True}),
        ("InvalidSecurityToken.Expired", "give its access_key", {}, {"profile": "work"}),
        # The option is refused without the keys that it belongs to.
        ("MissingSecurityToken", "give its security_token", {}, {"profile": "work"}),
        ("EntityNotExist.Role", "ram_role_arn", {"profile": "work"}, {"assume_role": {"role_arn": "x"}}),
        ("HTTP502", "popgw_domain", {}, {"endpoint": "e"}),
        ("HTTP407", "Give the user name", {"proxy": "http://p:1"}, {"proxy": "http://user:wrong@p:1"}),
        ("HTTP407", "set proxy", {}, {"proxy": "http://p:1"}),
        ("HTTP404", "endpoint", {}, {"domain": "d"}),
    ],
)
def test_hints_do_not_suggest_options_that_are_already_set(
    code: str, words: str, others: dict[str, t.Any], options: dict[str, t.Any]
) -> None:
    assert words in hint(code, others)
    assert words not in hint(code, options)


@pytest.mark.parametrize("place", ["popgw_domain", "domain"])
def test_a_service_that_the_site_does_not_offer_is_not_explained_by_an_option_that_is_set(place: str) -> None:
    told = hint("InvalidAction.NotFound", {place: "example.com", "assume_role": {}}, action="AssumeRole")
    assert told == (
        f"assume_role requires another service of the site. Check {place} 'example.com', and ask the operators of the "
        "site whether it offers AssumeRole."
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"endpoint": "http://e.com", "protocol": "https"}, "Begin endpoint 'http://e.com' with https://."),
        ({"endpoint": "e.com", "protocol": "http"}, "Set protocol 'http' to https."),
        ({"popgw_domain": "e.com", "protocol": "http"}, "Set protocol 'http' to https."),
    ],
)
def test_a_server_that_expects_tls_is_reported_with_the_option_that_decides(
    options: dict[str, t.Any], told: str
) -> None:
    assert hint_for("expects_tls", (hints.BY_REASON,), Context(options)) == told


SITES: dict[str, dict[str, t.Any]] = {
    "endpoint": {"endpoint": "e.com:80"},
    "url": {"endpoint": "https://e.com", "protocol": "https"},
    "popgw_domain": {"popgw_domain": "e.com", "is_center_region": False},
    "domain": {"domain": "public.e.com"},
}


@pytest.mark.parametrize(
    ("name", "site", "told"),
    [
        ("tls_other_name", "endpoint", "Use the host name that the certificate is for in endpoint 'e.com:80'."),
        ("tls_other_name", "domain", "Use the host name that the certificate is for in domain 'public.e.com'."),
        (
            "tls_other_name",
            "popgw_domain",
            "Correct popgw_domain 'e.com' and is_center_region False, which make up the host name, or set endpoint to "
            "the host name that the certificate is for.",
        ),
        ("tls_unknown_name", "endpoint", "Check endpoint 'e.com:80'."),
        ("tls_unknown_name", "popgw_domain", "Check popgw_domain 'e.com', is_center_region False and protocol."),
        ("tls_failed", "domain", "Check domain 'public.e.com' and protocol, and that the server supports TLS 1.2"),
        ("tls_missing", "endpoint", "Check the port in endpoint 'e.com:80', and set protocol to http only if"),
        ("tls_missing", "url", "Check the port in endpoint 'https://e.com', and begin it with http:// only if"),
        ("tls_missing", "popgw_domain", "Check popgw_domain 'e.com', and set protocol to http only if"),
        ("tls_closed", "endpoint", "Check endpoint 'e.com:80', and the port. A server that has no TLS version"),
        (
            "unusable_list",
            "popgw_domain",
            "Run the task again. If that does not help, check that popgw_domain 'e.com'",
        ),
    ],
)
def test_a_hint_on_the_site_names_only_the_option_that_selects_it(name: str, site: str, told: str) -> None:
    text = hint_for(name, (hints.BY_REASON,), Context(SITES[site]))
    assert text.startswith(told)
    assert "endpoint, popgw_domain or domain" not in text


@pytest.mark.parametrize("name", hints.BY_REASON)
def test_every_hint_without_a_code_is_a_sentence_whether_anything_is_set_or_not(name: str) -> None:
    for options in ({}, *SITES.values()):
        assert hint_for(name, (hints.BY_REASON,), Context(options)).endswith(".")


@pytest.mark.parametrize(
    ("copied", "called", "told"),
    [
        ({"region": "cn-2", "endpoint": "other.com"}, "https://other.com/", "Check copy_from.endpoint 'other.com',"),
        ({"region": "cn-2", "endpoint": "http://a:80"}, "http://a:80/", "Check copy_from.endpoint 'http://a:80',"),
        ({"region": "cn-2", "endpoint": "fd00::1"}, "https://[fd00::1]/", "Check copy_from.endpoint 'fd00::1',"),
        ({"region": "cn-2", "endpoint": "other.com"}, "https://ecs.cn-1.e.com/", "Check endpoint 'ecs.cn-1.e.com',"),
        ({"region": "cn-2"}, "https://ecs.cn-2.e.com/", "Check copy_from.region 'cn-2' (or set copy_from.endpoint),"),
        ({"region": "cn-2"}, "https://ecs.cn-1.e.com/", "Check endpoint 'ecs.cn-1.e.com',"),
        ({"region": "cn-1"}, "https://ecs.cn-1.e.com/", "Check endpoint 'ecs.cn-1.e.com',"),
        (None, "https://ecs.cn-1.e.com/", "Check endpoint 'ecs.cn-1.e.com',"),
    ],
)
def test_a_hint_on_the_region_of_the_original_names_the_option_that_selects_its_server(
    copied: dict[str, str] | None, called: str, told: str
) -> None:
    options = {"endpoint": "ecs.cn-1.e.com", "region": "cn-1", "copy_from": copied}
    assert hint_for("unreachable", (hints.BY_REASON,), Context(options, endpoint=called)).startswith(told)


@pytest.mark.parametrize(
    ("name", "copied", "called", "told"),
    [
        ("tls_other_name", {"region": "cn-2"}, "https://ecs.cn-2.e.com/", "Set copy_from.endpoint to the host name"),
        ("tls_missing", {"region": "cn-2"}, "https://ecs.cn-2.e.com/", "begin it with http:// only"),
        ("tls_missing", {"region": "cn-2", "endpoint": "a.com"}, "https://a.com/", "set protocol to http only"),
        ("expects_tls", {"region": "cn-2", "endpoint": "http://a"}, "http://a/", "Begin copy_from.endpoint 'http://a'"),
    ],
)
def test_a_hint_on_tls_in_the_region_of_the_original_names_what_decides_there(
    name: str, copied: dict[str, str], called: str, told: str
) -> None:
    options = {"endpoint": "https://ecs.cn-1.e.com", "region": "cn-1", "copy_from": copied}
    assert told in hint_for(name, (hints.BY_REASON,), Context(options, endpoint=called))


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (None, "more than 15 minutes"),
        (20.0, "more than 15 minutes"),
        (1200.4, "1200 seconds behind that of the cloud"),
        (-3600.0, "3600 seconds ahead of that of the cloud"),
    ],
)
def test_the_hint_for_a_refused_timestamp_names_the_clock(offset: float | None, words: str) -> None:
    assert words in hint("IllegalTimestamp", clock_offset=offset)


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("OperationDenied", "The specified snapshot or disk is encrypted.", "not encrypted"),
        ("OperationDenied", "The specified disk device mapping contains two or more system disk snapshots.", "exactly"),
        ("MissingParameter", 'The input parameter "Platform" that is mandatory is not supplied.', "Set platform"),
        ("OperationDenied", "Not now.", ""),
        ("MissingParameter", 'The input parameter "Timestamp" that is mandatory is not supplied.', ""),
    ],
)
def test_an_ambiguous_code_is_resolved_by_the_message_of_the_cloud(code: str, said: str, told: str) -> None:
    hint_told = hint(code, said=said)
    assert told in hint_told
    assert bool(told) == bool(hint_told)


@pytest.mark.parametrize(
    ("code", "option"),
    [
        ("InvalidDevice.Malformed", "device in disk_device_mapping"),
        ("InvalidDevice.InUse", "device in disk_device_mapping"),
        ("InvalidSize.ValueNotSupported", "size in disk_device_mapping"),
        ("InvalidArchitecture.Malformed", "architecture must be"),
        ("InvalidPlatform.Malformed", "platform must be"),
    ],
)
def test_a_value_that_the_cloud_refuses_is_reported_with_its_option(code: str, option: str) -> None:
    assert hint(code).startswith(option)
