# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client against scripted HTTP; every test states every request."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of, result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import (
    PATIENCE_SECONDS,
    Client,
    flatten,
    is_safe_to_repeat,
    may_repeat,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    DeadlineError,
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


def test_the_deadline_ends_the_attempts_and_reports_the_last_answer() -> None:
    bench = Bench(*[Exchange("CreateImage", {**BUSY, "RequestId": "R"}, 400)] * 6, seconds=10)
    with pytest.raises(DeadlineError) as raised:
        bench.call("CreateImage", TOKEN_PARAMETERS)
    message = message_of(raised.value)
    assert bench.clock.now == 10
    assert "imed out after 5 attempts of CreateImage" in message
    assert "CreateImage at https://ecs-internal.example.com/" in message
    assert "IncorrectInstanceStatus: The current status of the instance does not support this operation." in message
    assert "request id R" in message
    assert "wait_timeout (10 seconds) covers the whole task" in message
    error = result_of(raised.value)["error"]
    assert (error["code"], error["http_status"]) == ("IncorrectInstanceStatus", 400)
    assert len(bench.script.seen) == 5


def test_a_timeout_after_a_single_attempt_says_so() -> None:
    bench = Bench(Exchange("DescribeImages", THROTTLED, 400, takes=10), seconds=10)
    with pytest.raises(DeadlineError, match="after 1 attempt of DescribeImages"):
        bench.call()


def test_nothing_is_sent_after_the_deadline() -> None:
    bench = Bench(seconds=10)
    bench.clock.now = 10
    with pytest.raises(DeadlineError, match="before DescribeImages could be sent to https://ecs-internal") as raised:
        bench.call()
    assert result_of(raised.value) == {"msg": message_of(raised.value), "reason": "timed_out"}


def test_a_refused_connection_is_retried_only_briefly_before_the_first_answer() -> None:
    bench = Bench(*[Exchange("DescribeImages", error=REFUSED)] * 8)
    with pytest.raises(NoAnswerError, match=r"no usable response from .*Connection refused"):
        bench.call()
    bench.finished()
    assert bench.clock.now == pytest.approx(PATIENCE_SECONDS, abs=1)


def test_a_second_slow_connection_attempt_is_the_last_one() -> None:
    bench = Bench(*[Exchange("DescribeImages", error=requests.ConnectTimeout(), takes=10)] * 2)
    with pytest.raises(NoAnswerError, match="connect_timeout"):
        bench.call()
    bench.finished()


def test_a_lost_answer_is_retried_a_few_times_before_the_first_answer() -> None:
    bench = Bench(*[Exchange("DescribeImages", error=requests.ReadTimeout(), takes=60)] * 3)
    with pytest.raises(NoAnswerError, match="read_timeout"):
        bench.call()
    bench.finished()


@pytest.mark.parametrize(
    "first",
    [Exchange("DescribeImages"), Exchange("DescribeImages", THROTTLED, 400), Exchange("DescribeImages", HTML_502, 502)],
    ids=named,
)
def test_after_the_first_answer_calls_are_retried_until_the_deadline(first: Exchange) -> None:
    answers = [first] if first.status == 200 else [first, Exchange("DescribeImages")]
    bench = Bench(*answers, *[Exchange("DescribeImages", error=REFUSED)] * 100)
    bench.client.call("DescribeImages")
    with pytest.raises(DeadlineError, match="Connection refused"):
        bench.client.call("DescribeImages")
    assert bench.clock.now == 600


def test_the_time_for_retries_begins_with_the_call() -> None:
    bench = Bench(Exchange("DescribeImages", error=REFUSED), Exchange("DescribeImages"))
    bench.clock.now = 300
    bench.call()


@pytest.mark.parametrize("status", [400, 500])
def test_no_error_shows_the_secret_or_the_token(status: int) -> None:
    quoted = f"{SECRET} simulator-secret%2F0037 simulator-secret%252F0037 {TOKEN} simulator%2Btoken simulator%252Btoken"
    bench = Bench(
        Exchange("CreateImage", {"Code": "Odd", "Message": quoted, "RequestId": SECRET}, status), security_token=TOKEN
    )
    with pytest.raises(ServiceError) as raised:
        bench.call("CreateImage")
    shown = Secrets({"secret_key": SECRET, "security_token": TOKEN}).hidden(result_of(raised.value))
    assert "0037" not in shown["msg"] + shown["error"]["message"]
    assert "token" not in shown["msg"] + shown["error"]["message"]


def test_a_page_that_echoes_the_request_shows_no_secret() -> None:
    bench = Bench(Exchange("DescribeImages", f"<html>{SECRET} {TOKEN}".encode()), security_token=TOKEN)
    with pytest.raises(NoAnswerError) as raised:
        bench.call()
    shown = Secrets({"secret_key": SECRET, "security_token": TOKEN}).hidden(result_of(raised.value))
    assert SECRET not in shown["msg"] + shown["error"]["message"]
    assert TOKEN not in shown["msg"] + shown["error"]["message"]


def test_a_wrong_secret_key_is_reported_without_key_id_and_string_to_sign() -> None:
    message = (
        "Specified signature is not matched with our calculation. "
        "server string to sign is:POST&%2F&AccessKeyId%3DLTAIsimulator37"
    )
    bench = Bench(Exchange("DescribeImages", {"Code": "SignatureDoesNotMatch", "Message": message}, 400))
    with pytest.raises(ServiceError) as raised:
        bench.call()
    assert raised.value.reason == "credentials"
    assert "LTAIsimulator37" not in str(result_of(raised.value))


def test_a_wrong_clock_is_reported_with_its_offset() -> None:
    headers = {"Date": "Tue, 04 Mar 2025 05:26:07 GMT"}
    bench = Bench(Exchange("DescribeImages", {"Code": "InvalidTimeStamp.Expired", "Message": "expired"}, 400, headers))
    with pytest.raises(ServiceError) as raised:
        bench.call()
    assert "1200 seconds behind that of the cloud" in message_of(raised.value)


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
