# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How calls of the client fail: the deadline, sites that do not answer, and what an error shows."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of, result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import PATIENCE_SECONDS
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    DeadlineError,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.client_bench import Bench
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import SECRET, TOKEN, Exchange

REFUSED = requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
THROTTLED = {"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}
HTML_502 = b"<html>502 Bad Gateway</html>"
TOKEN_PARAMETERS = {"ClientToken": "123e4567"}
BUSY = {
    "Code": "IncorrectInstanceStatus",
    "Message": "The current status of the instance does not support this operation.",
}


def named(fault: Exchange) -> str:
    return repr(fault.error or (fault.status, fault.body))


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
