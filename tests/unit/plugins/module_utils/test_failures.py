# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of, result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    NoAnswerError,
    RefusalError,
    ServiceError,
    TaskFailedError,
)

ENDPOINT = "https://ecs-internal.example.com/"
IN_USE = ServiceError(
    "ImageUsingByInstance",
    "The specified image has been used to create instances.",
    action="DeleteImage",
    endpoint=ENDPOINT,
    http_status=403,
    request_id="540CFF28",
    asapi_request_id="B7C2",
    trace_id="0a1b",
)


def test_a_failure_names_the_attempt_the_cause_the_solution_and_the_ids() -> None:
    failed = TaskFailedError(IN_USE, "delete image m-1 'web'", notes=("It has snapshots.",), facts={"changed": False})
    assert result_of(failed, own_hints={"ImageUsingByInstance": "Set force=true."}) == {
        "changed": False,
        "msg": "Could not delete image m-1 'web': ImageUsingByInstance: The specified image has been used to create "
        "instances. It has snapshots. Set force=true. (DeleteImage at https://ecs-internal.example.com/, HTTP 403, "
        "request id 540CFF28, ASAPI request id B7C2, trace id 0a1b)",
        "reason": "in_use",
        "error": {
            "code": "ImageUsingByInstance",
            "message": "The specified image has been used to create instances.",
            "request_id": "540CFF28",
            "asapi_request_id": "B7C2",
            "trace_id": "0a1b",
            "http_status": 403,
            "action": "DeleteImage",
            "endpoint": ENDPOINT,
        },
    }


def test_facts_that_the_answer_lacks_leave_no_gaps() -> None:
    assert message_of(ServiceError("Odd", action="DeleteImage", endpoint=ENDPOINT)) == (
        "Odd. (DeleteImage at https://ecs-internal.example.com/, HTTP 400)"
    )


def test_a_wrong_clock_is_reported_with_its_offset() -> None:
    assert "1200 seconds behind" in message_of(ServiceError("IllegalTimestamp", clock_offset=1200))


def test_without_an_answer_neither_code_nor_id_is_named() -> None:
    error = NoAnswerError(
        "its name cannot be resolved",
        reason="unreachable",
        action="DescribeImages",
        endpoint=ENDPOINT,
        advice="Check it.",
    )
    assert result_of(error) == {
        "msg": "No usable response from https://ecs-internal.example.com/: its name cannot be resolved. Check it. "
        "(DescribeImages at https://ecs-internal.example.com/)",
        "reason": "unreachable",
        "error": {
            "code": None,
            "message": "its name cannot be resolved",
            "request_id": None,
            "asapi_request_id": None,
            "trace_id": None,
            "http_status": None,
            "action": "DescribeImages",
            "endpoint": ENDPOINT,
        },
    }


def test_a_timeout_names_the_last_error_its_solution_and_then_wait_timeout() -> None:
    late = DeadlineError("timed out after 3 attempts", advice="wait_timeout covers the whole task.")
    late.__cause__ = ServiceError("Throttling", action="DescribeImages", endpoint=ENDPOINT)
    told = result_of(late)
    assert told["error"]["code"] == "Throttling"
    assert told["msg"].startswith("Timed out after 3 attempts. Too many calls at once: ")
    assert "wait_timeout. wait_timeout covers the whole task. (DescribeImages at " in told["msg"]


@pytest.mark.parametrize("cause", [None, OSError("not an error of the collection")])
def test_a_timeout_without_a_call_has_no_error(cause: BaseException | None) -> None:
    error = DeadlineError("timed out")
    error.__cause__ = cause
    assert result_of(error) == {"msg": "Timed out.", "reason": "timed_out"}


def test_only_the_last_attempt_gives_advice() -> None:
    last = ServiceError("Odd", action="DeleteImage")
    last.__cause__ = NoAnswerError("reset", action="DeleteImage", advice="Check the endpoint.")
    assert "Check the endpoint" not in message_of(last)


@pytest.mark.parametrize("kind", [ApsaraStackError, RefusalError])
def test_an_error_without_a_call_has_its_message_reason_and_facts(kind: type[ApsaraStackError]) -> None:
    error = kind("this cannot be done", "in_use", advice="Do that.", facts={"image_id": "m-1"})
    assert result_of(error) == {"image_id": "m-1", "msg": "This cannot be done. Do that.", "reason": "in_use"}


@pytest.mark.parametrize(
    ("message", "options", "sentence"),
    [
        ("more than one image", {}, "More than one image."),
        ("image_name must be given", {}, "image_name must be given."),
        ("department is odd.", {"department": "x"}, "department is odd."),
        ("", {}, ""),
    ],
)
def test_an_option_at_the_start_of_a_sentence_is_not_capitalized(
    message: str, options: dict[str, t.Any], sentence: str
) -> None:
    assert message_of(RefusalError(message), Context(options)) == sentence


def test_a_refusal_has_the_hint_of_the_equivalent_code() -> None:
    error = RefusalError("image m-1 is in use", "in_use", hint="ImageUsingByInstance")
    assert message_of(error, own_hints={"ImageUsingByInstance": "Set force=true."}) == (
        "Image m-1 is in use. Set force=true."
    )
