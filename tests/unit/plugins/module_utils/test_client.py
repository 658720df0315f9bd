# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client against scripted HTTP; every test states every request."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import (
    Client,
    flatten,
    is_safe_to_repeat,
    may_repeat,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    NoAnswerError,
    RefusalError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import VERSION
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.signing import signature
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.client_bench import Bench
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import (
    SECRET,
    TOKEN,
    Exchange,
    Script,
    connection,
)

RESET = requests.ConnectionError(ConnectionResetError(104, "Connection reset by peer"))
REFUSED = requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
THROTTLED = {"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}
BUSY = {
    "Code": "IncorrectInstanceStatus",
    "Message": "The current status of the instance does not support this operation.",
}
HTML_502 = b"<html>502 Bad Gateway</html>"
TOKEN_PARAMETERS = {"ClientToken": "123e4567"}


def test_a_call_is_one_signed_form() -> None:
    bench = Bench(Exchange("CreateImage", {"ImageId": "m-1"}), security_token=TOKEN)
    assert bench.call("CreateImage", {"ImageName": "web *", "Description": None}) == {"ImageId": "m-1"}
    (seen,) = bench.script.seen
    form = dict(seen.form)
    assert form.pop("Signature") == signature("POST", form, SECRET)
    assert form == {
        "Action": "CreateImage",
        "Version": "2014-05-26",
        "Format": "JSON",
        "RegionId": "cn-neimeng-env30-d01",
        "ImageName": "web *",
        "AccessKeyId": "LTAIsimulator37",
        "SecurityToken": TOKEN,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": "nonce-1",
        "Timestamp": "2025-03-04T05:06:07Z",
    }


def test_the_headers_carry_the_tenancy() -> None:
    bench = Bench(Exchange("DescribeImages"), department="37", resource_group="412")
    bench.call()
    headers = bench.script.seen[0].headers
    assert {
        name: headers.get(name) for name in headers if name.startswith("x-") or name in ("RegionId", "User-Agent")
    } == {
        "RegionId": "cn-neimeng-env30-d01",
        "User-Agent": f"apsarastack.cloud/{VERSION}",
        "x-acs-regionid": "cn-neimeng-env30-d01",
        "x-acs-organizationid": "37",
        "x-acs-resourcegroupid": "412",
        "x-acs-request-version": "v1",
        "x-acs-asapi-product": "Ecs",
        "x-ascm-product-name": "Ecs",
        "x-acs-caller-sdk-source": "apsarastack.cloud",
    }


def test_without_a_tenancy_no_header_names_one() -> None:
    bench = Bench(Exchange("DescribeImages"))
    bench.call()
    assert not {"x-acs-organizationid", "x-acs-resourcegroupid"} & set(bench.script.seen[0].headers)


def test_the_secret_key_is_never_sent() -> None:
    bench = Bench(Exchange("DescribeImages"))
    bench.call()
    (seen,) = bench.script.seen
    assert SECRET not in f"{seen.url} {seen.form} {seen.headers}"


def test_each_attempt_has_a_new_signature_and_the_same_client_token() -> None:
    bench = Bench(
        Exchange("CreateImage", error=RESET, form=TOKEN_PARAMETERS),
        Exchange("CreateImage", HTML_502, 502, form=TOKEN_PARAMETERS),
        Exchange("CreateImage", {"ImageId": "m-1"}, form=TOKEN_PARAMETERS),
    )
    assert bench.call("CreateImage", TOKEN_PARAMETERS) == {"ImageId": "m-1"}
    forms = [seen.form for seen in bench.script.seen]
    assert [form["SignatureNonce"] for form in forms] == ["nonce-1", "nonce-2", "nonce-3"]
    assert [form["Timestamp"] for form in forms] == [
        "2025-03-04T05:06:07Z",
        "2025-03-04T05:06:07Z",
        "2025-03-04T05:06:08Z",
    ]
    assert len({form["Signature"] for form in forms}) == 3
    assert bench.pauses == [0.5, 1.0]


TRANSIENT_FAULTS = [
    Exchange("", error=RESET),
    Exchange("", error=requests.ReadTimeout()),
    Exchange("", error=REFUSED),
    Exchange("", HTML_502, 502),
    Exchange("", {"Code": "InternalError"}, 500),
    Exchange("", {"Code": "ServiceUnavailable"}, 503),
    Exchange("", {"asapiSuccess": False, "asapiErrorCode": "ServiceUnavailable"}, 200),
    Exchange("", b'{"Images": {"Im'),
    Exchange("", THROTTLED, 400),
    Exchange("", BUSY, 400),
]
SAFE_WHEREVER_IT_BROKE = [Exchange("", error=REFUSED), Exchange("", THROTTLED, 400), Exchange("", BUSY, 400)]


def named(fault: Exchange) -> str:
    return repr(fault.error or (fault.status, fault.body))


@pytest.mark.parametrize("fault", TRANSIENT_FAULTS, ids=named)
@pytest.mark.parametrize(
    ("action", "parameters"), [("DescribeImages", {}), ("DeleteImage", {}), ("CreateImage", TOKEN_PARAMETERS)]
)
def test_a_transient_error_is_retried(fault: Exchange, action: str, parameters: dict[str, str]) -> None:
    broken = Exchange(action, fault.body, fault.status, error=fault.error)
    bench = Bench(broken, broken, Exchange(action, {"RequestId": "R"}))
    assert bench.call(action, parameters) == {"RequestId": "R"}


@pytest.mark.parametrize("fault", TRANSIENT_FAULTS, ids=named)
def test_a_write_without_a_token_is_retried_only_if_it_was_not_processed(fault: Exchange) -> None:
    broken = Exchange("CreateImage", fault.body, fault.status, error=fault.error)
    if fault in SAFE_WHEREVER_IT_BROKE:
        assert Bench(broken, Exchange("CreateImage", {"ImageId": "m-1"})).call("CreateImage") == {"ImageId": "m-1"}
    else:
        bench = Bench(broken)
        with pytest.raises((ServiceError, NoAnswerError)):
            bench.call("CreateImage")
        assert len(bench.script.seen) == 1


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"Code": "InvalidImageId.NotFound"}, 404, ServiceError),
        ({"Code": "Forbidden.RAM"}, 403, ServiceError),
        ({"Code": "InvalidAccessKeyId.NotFound"}, 404, ServiceError),
        ({"Code": "QuotaExceed.Image"}, 403, ServiceError),
        ({"Code": "InvalidAction.NotFound"}, 404, ServiceError),
        (b"<html>", 200, NoAnswerError),
        (b"", 302, NoAnswerError),
    ],
)
def test_a_permanent_error_is_not_retried(body: t.Any, status: int, kind: type[Exception]) -> None:
    bench = Bench(Exchange("DescribeImages", body, status))
    with pytest.raises(kind) as raised:
        bench.call()
    error = t.cast("ServiceError | NoAnswerError", raised.value)
    assert (error.action, error.endpoint) == ("DescribeImages", "https://ecs-internal.example.com/")
    assert bench.pauses == []


@pytest.mark.parametrize(
    ("headers", "pause"),
    [({"Retry-After": "7"}, 7.0), ({"x-acs-retry-after": "7500"}, 7.5), ({"Retry-After": "0"}, 0.5), ({}, 0.5)],
)
def test_retry_after_makes_the_pause_longer(headers: dict[str, str], pause: float) -> None:
    bench = Bench(Exchange("DescribeImages", THROTTLED, 400, headers), Exchange("DescribeImages"))
    bench.call()
    assert bench.pauses == [pause]


def test_a_pause_has_jitter() -> None:
    bench = Bench(Exchange("DescribeImages", THROTTLED, 400), Exchange("DescribeImages"), random=0.25)
    bench.call()
    assert bench.pauses == [0.125]


@pytest.mark.parametrize("action", ["DeleteImage", "ModifyImageAttribute", "TagResources", "UntagResources"])
def test_a_write_that_returns_nothing_may_be_answered_with_an_empty_body(action: str) -> None:
    assert Bench(Exchange(action, b"")).call(action) == {}


@pytest.mark.parametrize(("action", "parameters"), [("DescribeImages", {}), ("CreateImage", TOKEN_PARAMETERS)])
def test_an_empty_body_is_refused_where_a_body_is_expected(action: str, parameters: dict[str, str]) -> None:
    # An empty body that is read as an empty list would mean that the image does not exist.
    bench = Bench(Exchange(action, b""), Exchange(action, {"RequestId": "R"}))
    assert bench.call(action, parameters) == {"RequestId": "R"}


@pytest.mark.parametrize(
    ("parameters", "form"),
    [
        ({}, {}),
        ({"A": None}, {}),
        ({"A": True, "B": False}, {"A": "true", "B": "false"}),
        ({"A": 40, "B": "", "C": "Text"}, {"A": "40", "B": "", "C": "Text"}),
        ({"A": ["x", "y"]}, {"A.1": "x", "A.2": "y"}),
        ({"A": ("x",)}, {"A.1": "x"}),
        ({"A": []}, {}),
        (
            {"Tag": [{"Key": "env", "Value": "dev"}, {"Key": "a"}]},
            {"Tag.1.Key": "env", "Tag.1.Value": "dev", "Tag.2.Key": "a"},
        ),
        ({"Disk": [{"Size": 40, "SnapshotId": None}]}, {"Disk.1.Size": "40"}),
        ({"Features": {"ImdsSupport": "v2"}}, {"Features.ImdsSupport": "v2"}),
    ],
)
def test_parameters_are_flattened(parameters: dict[str, t.Any], form: dict[str, str]) -> None:
    assert flatten(parameters) == form


def test_a_string_that_cannot_be_encoded_is_refused_with_its_parameter() -> None:
    with pytest.raises(RefusalError, match=r"Tag\.1\.Value"):
        flatten({"Tag": [{"Value": "\ud800"}]})


@pytest.mark.parametrize(
    ("action", "form", "is_safe"),
    [
        ("DescribeImages", {}, True),
        ("ListTagResources", {}, True),
        ("ModifyImageAttribute", {}, True),
        ("DeleteImage", {}, True),
        ("DeleteSnapshot", {}, True),
        ("TagResources", {}, True),
        ("UntagResources", {}, True),
        ("AddTags", {}, True),
        ("RemoveTags", {}, True),
        ("CreateImage", {}, False),
        ("CopyImage", {}, False),
        ("ImportImage", {}, False),
        ("CreateImage", TOKEN_PARAMETERS, True),
        # Not every release knows their token.
        ("CopyImage", TOKEN_PARAMETERS, False),
        ("ImportImage", TOKEN_PARAMETERS, False),
        ("CancelTask", {}, True),
        ("CancelCopyImage", {}, True),
    ],
)
def test_which_calls_may_be_repeated(action: str, form: dict[str, str], is_safe: bool) -> None:
    assert is_safe_to_repeat(action, form) is is_safe


@pytest.mark.parametrize(
    ("error", "if_safe", "if_not"),
    [
        (ServiceError("Throttling"), True, True),
        (ServiceError("ImageIsCreating"), True, True),
        (ServiceError("InternalError"), True, False),
        (ServiceError("SignatureNonceUsed"), True, False),
        (ServiceError("InvalidAction.NotFound"), False, False),
        (ServiceError("Forbidden"), False, False),
        (NoAnswerError("reset"), True, False),
        (NoAnswerError("refused", sent=False), True, True),
        (NoAnswerError("certificate", permanent=True, sent=False), False, False),
    ],
)
def test_when_an_error_is_retried(error: ServiceError | NoAnswerError, if_safe: bool, if_not: bool) -> None:
    assert (may_repeat(error, is_safe=True), may_repeat(error, is_safe=False)) == (if_safe, if_not)


def test_a_code_that_the_caller_handles_is_not_retried() -> None:
    bench = Bench(Exchange("ExportImage", {"Code": "ImageIsExporting"}, 403))
    with pytest.raises(ServiceError) as caught:
        bench.client.call("ExportImage", handled=("ImageIsExporting",))
    assert (caught.value.code, bench.pauses) == ("ImageIsExporting", [])


def test_a_client_has_real_nonces_and_timestamps() -> None:
    script = Script(Exchange("DescribeImages"), Exchange("DescribeImages"))
    client = Client(connection(), Clock().deadline(), script.session())
    client.call("DescribeImages")
    client.call("DescribeImages")
    first, second = (seen.form for seen in script.seen)
    assert first["SignatureNonce"] != second["SignatureNonce"]
    assert first["Timestamp"] > "2025"
