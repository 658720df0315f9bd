# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invalid answers lead to a result or a message within the deadline, never to another exception."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inside import Answer, Site, run_main

# With EXPLORE in the environment, new cases in each run, and this many.
EXPLORE = int(os.environ.get("EXPLORE", "0"))
FUZZED = settings(max_examples=EXPLORE or 400, deadline=None, derandomize=not EXPLORE, database=None)

IMAGE = {
    "ImageId": "m-1",
    "ImageName": "web",
    "Description": "d",
    "Status": "Available",
    "Progress": "100%",
    "Usage": "instance",
    "CreationTime": "2026-11-24T05:06:10Z",
    "Size": 40,
    "Tags": {"Tag": [{"TagKey": "a", "TagValue": "1"}]},
    "DiskDeviceMappings": {"DiskDeviceMapping": [{"Device": "/dev/xvda", "Size": "40", "SnapshotId": "s-1"}]},
}
INSTANCE = {
    "InstanceId": "i-1",
    "ImageId": "m-1",
    "Status": "Running",
    "OperationLocks": {"LockReason": [{"LockReason": "financial"}]},
}
SNAPSHOT = {"SnapshotId": "s-2", "Status": "accomplished", "SourceDiskSize": "40", "SourceDiskType": "system"}
COUNTS = {"RequestId": "r-1", "TotalCount": 1, "PageNumber": 1, "PageSize": 50}
HEALTHY: dict[str, t.Any] = {
    "DescribeImages": {**COUNTS, "Images": {"Image": [IMAGE]}},
    "DescribeInstances": {**COUNTS, "Instances": {"Instance": [INSTANCE]}},
    "DescribeSnapshots": {**COUNTS, "Snapshots": {"Snapshot": [SNAPSHOT]}},
    "CreateImage": {"RequestId": "r-1", "ImageId": "m-1"},
}
FAILURE = {"RequestId": "r-1", "HostId": "h", "Code": "Forbidden.RAM", "Message": "no"}
GATEWAY = {
    "asapiSuccess": False,
    "asapiErrorCode": "X",
    "asapiErrorMessage": "y",
    "code": "500",
    "eagleEyeTraceId": "z",
}
WISHES: list[dict[str, t.Any]] = [
    {"image_name": "web", "instance_id": "i-1", "description": "e", "tags": {"b": "2"}},
    {"image_name": "web", "snapshot_id": "s-2", "recreate": "on_source_change"},
    {"image_name": "new", "snapshot_id": "s-2"},
    {"image_id": "m-1", "image_name": "other"},
    {"image_name": "web", "state": "absent", "force": True, "delete_snapshots": True},
    {"image_name": "web", "state": "absent"},
]

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["\0", "web\0", "\ud800", "100%", "1e999", "-1", "true", "None", "Sleeping", "9" * 5000, "é" * 300]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -1, 0, 2**63]),
    st.floats(),
    TEXTS,
)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
REPLACED, DROPPED, WRAPPED = "replaced", "dropped", "wrapped"
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(["-1", "1e999", "nan", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400]),
        "x-acs-retry-after": st.sampled_from(["-1", "0", "inf", "x", "99999999999999999999"]),
        "Date": st.sampled_from(["", "yesterday", "Wed, 99 Foo 9999 99:99:99 GMT"]),
        "Content-Length": st.sampled_from(["-1", "x", "", "1" * 5000, "٣"]),
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "x", "gzip, gzip"]),
        "Location": st.sampled_from(["http://\0/", "//", "é"]),
    },
)
STATUSES = st.sampled_from([200] * 6 + [201, 204, 301, 304, 400, 403, 404, 407, 429, 500, 502, 503, 599, 999])
RAW = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"", b" ", b"null", b"[]", b"{}", b"0", b'"', b"{", b"<html>", b"\xff\xfe{}", b"\xef\xbb\xbf{}"]),
    st.sampled_from([b"[" * 100_000, b'{"Images":' * 50_000, b'{"a":' + b"9" * 100_000 + b"}", b'{"a":1e400,"a":NaN}']),
)


@st.composite
def damaged_answers(draw: st.DrawFn) -> t.Callable[[str], Answer]:
    """The ways to damage an answer of any action."""
    status, headers = draw(STATUSES), draw(HEADERS)
    kind = draw(st.sampled_from(["raw", "junk", "healthy", "mutated", "mutated", "mutated", "error", "gateway"]))
    raw, junk, place = draw(RAW), draw(JUNK), draw(st.integers(0, 60))
    how = draw(st.sampled_from([REPLACED, REPLACED, DROPPED, WRAPPED]))

    def answer(action: str) -> Answer:
        healthy = HEALTHY.get(action, {"RequestId": "r-1"})
        documents = {"error": FAILURE, "gateway": {**healthy, **GATEWAY}}
        document = documents.get(kind, healthy)
        if kind == "raw":
            return Answer(raw, status, headers)
        if kind == "junk":
            return Answer(json.dumps(junk).encode(), status, headers)
        damaged = document if kind == "healthy" else mutated(document, place, how, junk)
        return Answer(json.dumps(damaged).encode(), status, headers)

    return answer


def mutated(document: t.Any, place: int, how: str, junk: t.Any) -> t.Any:
    """A copy in which the value at this place is replaced."""
    copied = json.loads(json.dumps(document))
    places = list(_places(copied))
    holder, key = places[place % len(places)]
    if how == DROPPED:
        del holder[key]
    else:
        holder[key] = junk if how == REPLACED else [holder[key], junk]
    return copied


def _places(document: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield document, key
        yield from _places(document[key])


def told(result: dict[str, t.Any]) -> str:
    """Whether the result is "changed", "failed" or "ok"; AssertionError if it is invalid."""
    assert "exception" not in result, result
    if result.get("failed"):
        assert isinstance(result["msg"], str)
        assert len(result["msg"]) > 20
        assert "simulator-secret" not in json.dumps(result)
        return "failed"
    assert result["changed"] in (True, False)
    assert isinstance(result["actions"], list)
    return "changed" if result["changed"] else "ok"


@FUZZED
@given(st.sampled_from(WISHES), st.lists(damaged_answers(), min_size=1, max_size=8))
def test_every_answer_leads_to_a_result_or_a_message(
    desired: dict[str, t.Any], damaged: list[t.Callable[[str], Answer]]
) -> None:
    def answers(number: int, action: str) -> Answer:
        if number < len(damaged):
            return damaged[number](action)
        return Answer(json.dumps(HEALTHY.get(action, {"RequestId": "r-1"})).encode())

    told(run_main(desired, Site(answers)))


@FUZZED
@given(st.sampled_from(WISHES), damaged_answers())
def test_a_site_that_always_returns_the_same_invalid_answer_fails_in_time(
    desired: dict[str, t.Any], damaged: t.Callable[[str], Answer]
) -> None:
    told(run_main(desired, Site(lambda _number, action: damaged(action))))


@FUZZED
@given(st.sampled_from(WISHES), st.integers(0, 60), st.sampled_from([REPLACED, DROPPED, WRAPPED]), JUNK)
@example(WISHES[0], 1, REPLACED, 10**30)
@example(WISHES[0], 3, REPLACED, "9" * 5000)
def test_an_image_in_any_format_is_read_or_refused(
    desired: dict[str, t.Any], place: int, how: str, junk: t.Any
) -> None:
    def answers(_number: int, action: str) -> Answer:
        document = HEALTHY.get(action, {"RequestId": "r-1"})
        return Answer(json.dumps(mutated(document, place, how, junk)).encode())

    told(run_main(desired, Site(answers)))


@pytest.mark.parametrize("desired", WISHES)
def test_valid_answers_are_accepted(desired: dict[str, t.Any]) -> None:
    """Otherwise the tests above would only test refusals."""
    site = Site(lambda _number, action: Answer(json.dumps(HEALTHY.get(action, {"RequestId": "r-1"})).encode()))
    result = run_main({**desired, "wait": False}, site)
    assert told(result) in ("changed", "failed")
    assert "not an answer of an ApsaraStack API" not in str(result.get("msg"))
