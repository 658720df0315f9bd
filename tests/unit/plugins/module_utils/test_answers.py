# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import email.utils
import json
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.answers import body_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Kind
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, ServiceError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.failed_answers import (
    ErrorFields,
    error_in,
    retry_after,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer
from hypothesis import given
from hypothesis import strategies as st

NOW = 1741064767.0
ENDPOINT = "https://ecs-internal.example.com/"
HTML = b"<html><head><title>Welcome</title></head></html>"


def understood(
    content: bytes, status: int = 200, may_be_empty: bool = False, headers: t.Mapping[str, str] | None = None
) -> dict[str, t.Any]:
    return body_of(Answer(status, headers or {}, content), "DescribeImages", ENDPOINT, NOW, may_be_empty=may_be_empty)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"RequestId": "R", "ImageId": "m-1"}),
        (200, {"RequestId": "R"}),
        (200, {"asapiSuccess": True, "ImageId": "m-1"}),
        (200, {"asapiSuccess": "true"}),
        (200, {"asapiSuccess": True, "Code": "Odd", "Message": "reported as a success"}),
        (200, {"success": False}),
        (200, {"code": "200", "message": "success", "data": [], "success": True}),
        (200, {"Code": "200", "Message": "success"}),
        (200, {"Code": "Odd", "Message": "part of the result", "ImageId": "m-1"}),
        (200, {"Code": "Odd"}),
        (204, {}),
        (200, None),
    ],
)
def test_an_answer_without_an_error_is_accepted(status: int, body: dict[str, t.Any] | None) -> None:
    assert error_in(status, body) is None


@pytest.mark.parametrize(
    ("status", "body", "fields"),
    [
        (404, {"Code": "A", "Message": "m", "RequestId": "R"}, ("A", "m", "R")),
        (400, {"asapiErrorCode": "A", "asapiErrorMessage": "m"}, ("A", "m")),
        (400, {"errorCode": "A", "errorMessage": "m"}, ("A", "m")),
        (400, {"errorKey": "A", "message": "m"}, ("A", "m")),
        (400, {"code": "A", "message": "m", "requestId": "R"}, ("A", "m", "R")),
        (400, {"code": "400", "message": "m"}, ("HTTP400", "m")),
        (400, {"Code": "A", "asapiErrorCode": "B", "errorCode": "C", "errorKey": "D", "code": "E"}, ("A", "")),
        (400, {"asapiErrorCode": "B", "errorCode": "C", "errorKey": "D", "code": "E"}, ("B", "")),
        (400, {"errorCode": "C", "errorKey": "D", "code": "E"}, ("C", "")),
        (400, {"errorKey": "D", "code": "E"}, ("D", "")),
        (400, {"Message": "1", "asapiErrorMessage": "2", "errorMessage": "3", "message": "4"}, ("HTTP400", "1")),
        (400, {"asapiErrorMessage": "2", "errorMessage": "3", "message": "4"}, ("HTTP400", "2")),
        (400, {"errorMessage": "3", "message": "4"}, ("HTTP400", "3")),
        (200, {"asapiSuccess": False, "asapiErrorCode": "A"}, ("A", "")),
        (200, {"asapiSuccess": "False", "Code": "A"}, ("A", "")),
        (200, {"asapiSuccess": False}, ("HTTP200", "")),
        (200, {"asapiSuccess": False, "code": "500"}, ("HTTP500", "")),
        (200, {"asapiSuccess": False, "code": 503}, ("HTTP503", "")),
        (200, {"success": False, "errorCode": "A"}, ("A", "")),
        (200, {"success": "false", "errorMessage": "m"}, ("HTTP200", "m")),
        (200, {"Code": "A", "Message": "m", "RequestId": "R", "HostId": "h"}, ("A", "m", "R")),
        (
            400,
            {"Code": "A", "RequestId": "R", "asapiRequestId": "G", "eagleEyeTraceId": "T"},
            ("A", "", "R", "G", "T"),
        ),
        (400, {"Code": ["A"], "Message": {"m": 1}, "RequestId": True}, ("HTTP400", "")),
        (400, {"Code": None, "Message": 17}, ("HTTP400", "17")),
        (400, {"Code": "A" * 200, "Message": "m" * 2000}, ("A" * 128, "m" * 1000 + "...")),
        (502, None, ("HTTP502", "")),
    ],
)
def test_the_error_in_an_answer(status: int, body: dict[str, t.Any] | None, fields: tuple[str, ...]) -> None:
    assert error_in(status, body) == ErrorFields(*fields)


def test_the_string_to_sign_is_removed_from_the_message() -> None:
    quoted = "POST&%2F&AccessKeyId%3DLTAIsimulator37%26Action%3DDescribeImages"
    message = f"Specified signature is not matched with our calculation. server string to sign is:{quoted}"
    fields = error_in(400, {"Code": "SignatureDoesNotMatch", "Message": message})
    assert fields == ErrorFields("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")


def test_the_body_of_a_successful_answer_is_returned() -> None:
    assert understood(b'{"ImageId": "m-1"}') == {"ImageId": "m-1"}


def test_a_service_error_carries_the_facts_of_the_answer() -> None:
    with pytest.raises(ServiceError) as raised:
        understood(
            b'{"Code": "Throttling", "Message": "slow down", "RequestId": "R"}',
            400,
            headers={"x-acs-retry-after": "1500"},
        )
    error = raised.value
    assert (error.code, error.cloud_message, error.request_id) == ("Throttling", "slow down", "R")
    assert (error.http_status, error.action, error.endpoint) == (400, "DescribeImages", ENDPOINT)
    assert (error.retry_after, error.kind) == (1.5, Kind.THROTTLED)


@pytest.mark.parametrize(
    ("date", "words"),
    [(NOW + 1200, "1200 seconds behind"), (NOW - 1200, "1200 seconds ahead of"), (None, "more than 15 minutes")],
)
def test_a_refused_timestamp_is_a_wrong_clock(date: float | None, words: str) -> None:
    headers = {} if date is None else {"Date": email.utils.formatdate(date, usegmt=True)}
    with pytest.raises(ServiceError) as raised:
        understood(b'{"Code": "InvalidTimeStamp.Expired", "Message": "expired"}', 400, headers=headers)
    assert words in message_of(raised.value)


@pytest.mark.parametrize(
    ("content", "status", "code", "message", "kind"),
    [
        (b"<html>Bad Gateway</html>", 502, "HTTP502", "<html>Bad Gateway</html>", Kind.TRANSIENT),
        (b"", 503, "HTTP503", "", Kind.TRANSIENT),
        (b"slow down", 429, "HTTP429", "slow down", Kind.THROTTLED),
        (b"not implemented", 501, "HTTP501", "not implemented", Kind.PERMANENT),
        (b'{"Code": "InternalErr', 500, "HTTP500", '{"Code": "InternalErr', Kind.TRANSIENT),
    ],
)
def test_a_page_of_a_gateway_in_between_is_an_error_with_its_status(
    content: bytes, status: int, code: str, message: str, kind: Kind
) -> None:
    with pytest.raises(ServiceError) as raised:
        understood(content, status)
    assert (raised.value.code, raised.value.cloud_message, raised.value.kind) == (code, message, kind)


@pytest.mark.parametrize(
    ("content", "status", "permanent", "words"),
    [
        (HTML, 200, True, "HTML or XML page"),
        (b'  <?xml version="1.0"?><DescribeImagesResponse/>', 200, True, "HTML or XML page"),
        (b"pong", 200, True, "not an answer of an ApsaraStack API: pong"),
        (b"[1, 2]", 200, True, "not an answer"),
        (b"17", 200, True, "not an answer"),
        (b"null", 200, True, "not an answer"),
        (b"\xff\xfe\x00", 200, True, "not an answer"),
        (b"\0\0\0", 200, True, "not an answer of an ApsaraStack API: nothing readable"),
        (b'{"ImageId": "m', 200, False, "cut short or damaged"),
        (b'{"ImageId": "\xff"}', 200, False, "cut short or damaged"),
        (b'{"a":' * 100000, 200, False, "cut short or damaged"),
        (b"", 200, False, "empty"),
        (b" \n", 204, False, "empty"),
        (HTML, 404, True, "HTTP 404, which is not an answer of an ApsaraStack API: <html>"),
        (b"[]", 400, True, "HTTP 400"),
        (b"", 407, True, "the proxy wants a user name"),
    ],
)
def test_a_body_that_does_not_come_from_the_api_is_refused(
    content: bytes, status: int, permanent: bool, words: str
) -> None:
    with pytest.raises(NoAnswerError) as raised:
        understood(content, status)
    error = raised.value
    assert words in message_of(error)
    assert (error.permanent, error.sent, error.http_status) == (permanent, True, status)
    assert error.endpoint == ENDPOINT
    assert any(option in message_of(error) for option in ("endpoint", "proxy")), "the message names what to check"


def test_a_redirect_is_reported_and_not_followed() -> None:
    with pytest.raises(NoAnswerError, match=r"redirects to 'https://login.example.com/' \(HTTP 302\)") as raised:
        understood(b"", 302, headers={"Location": "https://login.example.com/"})
    assert raised.value.permanent


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_write_may_have_an_empty_answer(content: bytes) -> None:
    assert understood(content, may_be_empty=True) == {}


def test_a_quoted_page_is_short_and_on_one_line() -> None:
    with pytest.raises(NoAnswerError) as raised:
        understood(b"<html>\n\x1b[31m" + "镜".encode() * 5000)
    assert message_of(raised.value).isprintable()
    assert len(message_of(raised.value)) < 700


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-acs-retry-after": "1500"}, 1.5),
        ({"x-acs-retry-after": "1500", "Retry-After": "7"}, 1.5),
        ({"x-acs-retry-after": "0", "Retry-After": "7"}, 7.0),
        ({"x-acs-retry-after": "-1"}, None),
        ({"x-acs-retry-after": "9999999"}, 60.0),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "3600"}, 60.0),
        ({"Retry-After": "-7"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": email.utils.formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"Retry-After": email.utils.formatdate(NOW - 30, usegmt=True)}, 0.0),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KNOWN_KEYS = st.sampled_from(
    ["Code", "Message", "RequestId", "asapiSuccess", "success", "errorCode", "code", "message"]
)


@given(
    st.one_of(st.binary(max_size=50), st.dictionaries(KNOWN_KEYS, JSON).map(lambda body: json.dumps(body).encode())),
    st.integers(100, 599),
    st.booleans(),
    st.dictionaries(st.sampled_from(["Date", "Retry-After", "x-acs-retry-after", "Location"]), st.text(max_size=20)),
)
def test_every_response_becomes_a_body_or_an_error_of_the_collection(
    content: bytes, status: int, may_be_empty: bool, headers: dict[str, str]
) -> None:
    def outcome() -> dict[str, t.Any] | ServiceError | NoAnswerError:
        try:
            return body_of(Answer(status, headers, content), "DescribeImages", ENDPOINT, NOW, may_be_empty=may_be_empty)
        except (ServiceError, NoAnswerError) as error:
            return error

    got = outcome()
    assert status // 100 == 2 if isinstance(got, dict) else got.message.isprintable()
