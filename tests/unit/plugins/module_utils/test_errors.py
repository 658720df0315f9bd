# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    DeadlineError,
    Kind,
    NoAnswerError,
    RefusalError,
    ServiceError,
    kind_of,
    plain_text,
    without_secrets,
)

ENDPOINT = "https://ecs-internal.example.com/"


@pytest.mark.parametrize(
    ("code", "http_status", "message", "kind"),
    [
        ("Throttling", 400, "", Kind.THROTTLED),
        ("Throttling.User", 400, "", Kind.THROTTLED),
        ("Rejected.Throttling", 503, "", Kind.THROTTLED),
        ("HTTP429", 429, "", Kind.THROTTLED),
        ("TooManyRequests", 429, "", Kind.THROTTLED),
        ("ThrottlingOfAnotherKind", 400, "", Kind.PERMANENT),
        ("IncorrectInstanceStatus", 400, "", Kind.BUSY),
        ("IncorrectInstanceStatus", 500, "", Kind.BUSY),
        ("IncorrectInstanceStatus.NeedRestart", 403, "", Kind.PERMANENT),
        ("ImageIsCreating", 403, "", Kind.BUSY),
        ("OperationDenied.ImageCopying", 403, "", Kind.BUSY),
        ("OperationDenied", 403, "", Kind.PERMANENT),
        ("IdempotentProcessing", 403, "", Kind.BUSY),
        ("Whatever", 400, "The status does not support this operation, please retry again.", Kind.BUSY),
        ("InternalError", 500, "", Kind.TRANSIENT),
        ("InternalError", 403, "", Kind.TRANSIENT),
        ("UnknownError", 400, "", Kind.TRANSIENT),
        ("ServiceUnavailable", 503, "", Kind.TRANSIENT),
        ("ServiceUnavailable.RegionMaintaining", 400, "", Kind.TRANSIENT),
        ("SignatureNonceUsed", 400, "", Kind.TRANSIENT),
        ("Anything", 502, "", Kind.TRANSIENT),
        ("HTTP503", 200, "", Kind.TRANSIENT),
        ("Anything", 501, "", Kind.PERMANENT),
        ("InvalidAction", 403, "", Kind.NOT_OFFERED),
        ("InvalidAction.NotFound", 404, "", Kind.NOT_OFFERED),
        ("InvalidApi.NotFound", 404, "", Kind.NOT_OFFERED),
        ("InvalidParameter", 400, "Action or Version is not valid", Kind.NOT_OFFERED),
        ("SignatureDoesNotMatch", 400, "", Kind.PERMANENT),
        ("InvalidImageId.NotFound", 404, "", Kind.PERMANENT),
        ("QuotaExceed.Image", 403, "", Kind.PERMANENT),
    ],
)
def test_the_code_decides_the_kind_before_the_status_does(
    code: str, http_status: int, message: str, kind: Kind
) -> None:
    assert kind_of(code, http_status, message) is kind


def test_a_service_error_says_what_was_tried_what_was_answered_and_what_resolves_it() -> None:
    error = ServiceError(
        "ImageUsingByInstance",
        "The specified image has been used to create instances.",
        action="DeleteImage",
        endpoint=ENDPOINT,
        http_status=403,
        request_id="540CFF28",
    )
    error.facts["image_id"] = "m-1"
    result = error.as_result()
    assert result["image_id"] == "m-1"
    assert result["error"] == {
        "code": "ImageUsingByInstance",
        "message": "The specified image has been used to create instances.",
        "request_id": "540CFF28",
        "http_status": 403,
        "action": "DeleteImage",
        "endpoint": ENDPOINT,
    }
    assert result["msg"].startswith(
        f"DeleteImage failed at {ENDPOINT}: ImageUsingByInstance: "
        "The specified image has been used to create instances. "
        "(HTTP 403, request id 540CFF28). Instances use this image: force=true"
    )
    assert str(error) == result["msg"]


def test_a_service_error_without_message_request_id_and_advice_has_no_gaps() -> None:
    error = ServiceError("Odd", action="DeleteImage", endpoint=ENDPOINT)
    assert error.message == f"DeleteImage failed at {ENDPOINT}: Odd (HTTP 400)"


def test_an_advice_of_its_own_replaces_that_of_the_table() -> None:
    assert ServiceError("ImageUsingByInstance", advice="Do this.").message.endswith("(HTTP 400). Do this.")


def test_an_error_without_an_answer_has_no_code() -> None:
    error = NoAnswerError("Connection refused", action="DescribeImages", endpoint=ENDPOINT, advice="Check endpoint.")
    assert error.as_result() == {
        "msg": f"DescribeImages got no usable answer from {ENDPOINT}: Connection refused. Check endpoint.",
        "error": {
            "code": None,
            "message": "Connection refused",
            "request_id": None,
            "http_status": None,
            "action": "DescribeImages",
            "endpoint": ENDPOINT,
        },
    }
    assert error.said() == "no usable answer: Connection refused"


def test_a_deadline_error_reports_the_last_error() -> None:
    last = ServiceError("Throttling", action="DescribeImages", endpoint=ENDPOINT)
    error = DeadlineError("The time was over.")
    error.__cause__ = last
    assert error.as_result() == {"msg": "The time was over.", "error": last.error()}


@pytest.mark.parametrize("cause", [None, OSError("no error of ours")])
def test_a_deadline_error_without_a_last_error_has_no_error(cause: BaseException | None) -> None:
    error = DeadlineError("The time was over.")
    error.__cause__ = cause
    assert error.as_result() == {"msg": "The time was over."}


@pytest.mark.parametrize("kind", [ApsaraStackError, RefusalError])
def test_an_error_without_a_call_reports_its_message_and_the_facts(kind: type[ApsaraStackError]) -> None:
    error = kind("This cannot be done.")
    error.facts["changed"] = True
    assert error.as_result() == {"msg": "This cannot be done.", "changed": True}


def test_a_hidden_secret_is_in_no_text_of_the_error() -> None:
    error = ServiceError(
        "Odd", "it was s3/cret", action="s3/cret", endpoint="s3/cret", request_id="s3/cret", advice="s3/cret"
    )
    error.hide(["s3/cret"])
    everything = f"{error.as_result()} {error} {error.args} {vars(error)}"
    assert "s3/cret" not in everything
    assert error.cloud_message == "it was ********"


@pytest.mark.parametrize(
    ("text", "secrets", "hidden"),
    [
        ("plain s3/cret", ["s3/cret"], "plain ********"),
        ("once s3%2Fcret", ["s3/cret"], "once ********"),
        ("twice s3%252Fcret", ["s3/cret"], "twice ********"),
        ("abcdef abc", ["abc", "abcdef"], "******** ********"),
        ("ab b", ["b", "ab"], "******** ********"),
        ("nothing to hide", [], "nothing to hide"),
    ],
)
def test_secrets_are_hidden_in_every_form_that_a_request_holds(text: str, secrets: list[str], hidden: str) -> None:
    assert without_secrets(text, secrets) == hidden


def test_plain_text_is_one_printable_line() -> None:
    assert plain_text(" a\n\tb\0\x1b[31mc\ud800 镜像 ") == "a b [31mc 镜像"
