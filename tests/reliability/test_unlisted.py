# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New images that the cloud does not list yet: no name finds them, so a task must name the id to wait for them."""

from __future__ import annotations

import os
import signal

import pytest
from bench import Meanwhile
from sources_bench import COPY, IMPORT, ORIGINAL, SOURCES, Document, actions, named, site
from through_main import run_main

CREATE: Document = {"image_name": "web", "snapshot_id": "s-system"}
ALL_SOURCES = [pytest.param(CREATE, "CreateImage", id="create"), *SOURCES]
# A minute is not enough.
LONG: Document = {
    **dict.fromkeys(("copy_visible_after", "visible_after"), 900),
    **dict.fromkeys(("copy_time", "import_time", "create_time"), 600),
}


def judge_message(text: str, image_id: str) -> None:
    """It says which task is safe, and does not promise that the same one is."""
    assert f"Until the cloud lists image {image_id}" in text
    assert "would create a second image" in text
    assert f"image_id={image_id}" in text
    assert "resume" not in text
    assert "Run the task again to continue" not in text


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_the_id_in_a_timeout_resumes_without_a_second_image(desired: Document, action: str) -> None:
    with site(**LONG) as simulator:
        first = run_main(simulator, {**desired, "wait_timeout": 60})
        last = run_main(simulator, {**desired, "image_id": first["image_id"], "wait_timeout": None})
        sent, (image,) = simulator.calls(action), named(simulator)
    assert first["reason"] == "timed_out"
    judge_message(first["msg"], image["image_id"])
    assert (len(sent), last["image_id"], last["image"]["status"]) == (1, image["image_id"], "Available")


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_the_id_in_a_warning_resumes_without_a_second_image(desired: Document, action: str) -> None:
    with site(**LONG) as simulator:
        first = run_main(simulator, {**desired, "wait": False})
        last = run_main(simulator, {**desired, "image_id": first["image_id"], "wait_timeout": None})
        sent, (image,) = simulator.calls(action), named(simulator)
    (warning,) = first["warnings"]
    judge_message(str(warning), image["image_id"])
    assert (len(sent), last["image_id"], last["image"]["status"]) == (1, image["image_id"], "Available")


@pytest.mark.parametrize(("desired", "_action"), ALL_SOURCES)
@pytest.mark.parametrize("wait", [True, False])
def test_an_interruption_says_that_the_same_task_is_not_safe(desired: Document, _action: str, wait: bool) -> None:
    number = 4 if desired is COPY else 3
    with site(**LONG) as simulator:
        interrupting = Meanwhile("DescribeImages", lambda: os.kill(os.getpid(), signal.SIGTERM), number)
        result = run_main(simulator, {**desired, "wait": wait}, adapter=interrupting)
        (image,) = named(simulator)
    assert (result["reason"], result["image_id"]) == ("interrupted", image["image_id"])
    judge_message(result["msg"], image["image_id"])


def test_a_failed_read_says_that_the_same_task_is_not_safe() -> None:
    with site(**LONG) as simulator:
        simulator.fault(action="DescribeImages", code="Forbidden.RAM", status=403, skip=3, times=0)
        result = run_main(simulator, COPY)
        (image,) = named(simulator)
    assert (result["reason"], result["image_id"]) == ("access_denied", image["image_id"])
    judge_message(result["msg"], image["image_id"])


def test_a_replacement_is_resumed_once_its_image_is_listed() -> None:
    own = {"id": "m-web", "name": "web"}
    with site([own, ORIGINAL], **LONG) as simulator:
        desired = {**COPY, "recreate": "always"}
        first = run_main(simulator, {**desired, "wait_timeout": 60})
        simulator.advance(900)
        last = run_main(simulator, {**desired, "wait_timeout": None})
        sent = simulator.calls("CopyImage")
    assert first["reason"] == "timed_out"
    assert "would create a second image" in first["msg"]
    assert f"Wait until apsarastack_image_info lists image {first['image_id']}" in first["msg"]
    assert "image_id=" not in first["msg"]
    assert (len(sent), last["image_id"]) == (1, first["image_id"])


# --- by id -----------------------------------------------------------------------------------------------------------


def test_an_id_is_looked_for_until_lists_no_longer_lag() -> None:
    with site(visible_after=50) as simulator:
        started = run_main(simulator, {**CREATE, "wait_timeout": 10})
        simulator.clear_calls()
        result = run_main(simulator, {"image_id": started["image_id"]})
        writes = [call for call in simulator.calls() if call["write"]]
    assert (started["reason"], result["changed"], writes) == ("timed_out", False, [])
    assert result["image"]["status"] == "Available"


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_unknown_id_fails_after_a_minute(check_mode: bool) -> None:
    with site() as simulator:
        before = simulator.service.clock.now()
        result = run_main(simulator, {"image_id": "m-nowhere", "_ansible_check_mode": check_mode})
        passed = simulator.service.clock.now() - before
    assert result["reason"] == "not_found"
    assert "No image m-nowhere owned by this account was listed within a minute" in result["msg"]
    assert 60 <= passed <= 75


@pytest.mark.parametrize(
    "desired", [{"wait": False}, {"state": "absent"}, {"state": "absent", "wait": False}, {**COPY, "wait": False}]
)
def test_without_a_wait_for_an_image_an_unknown_id_is_looked_up_once(desired: Document) -> None:
    with site() as simulator:
        result = run_main(simulator, {"image_name": "web", **desired, "image_id": "m-nowhere"})
        calls = actions(simulator)
    assert (calls, result.get("changed", False)) == (["DescribeImages"], False)
    assert result.get("reason") == (None if "state" in desired else "not_found")


@pytest.mark.parametrize("desired", [COPY, IMPORT])
def test_with_a_slow_source_an_id_is_looked_for_as_long_as_the_task_may_take(desired: Document) -> None:
    with site() as simulator:
        result = run_main(simulator, {**desired, "image_id": "m-nowhere", "wait_timeout": 300})
        writes = [call for call in simulator.calls() if call["write"]]
    assert (result["reason"], result["image_id"], writes) == ("timed_out", "m-nowhere", [])
    assert "Could not wait for image m-nowhere to be listed: timed out after 300 seconds" in result["msg"]
    assert "Check image_id" in result["msg"]


def test_an_interrupted_look_for_an_id_contains_the_id() -> None:
    with site() as simulator:
        interrupting = Meanwhile("DescribeImages", lambda: os.kill(os.getpid(), signal.SIGTERM), 3)
        result = run_main(simulator, {**COPY, "image_id": "m-nowhere"}, adapter=interrupting)
    assert (result["reason"], result["image_id"]) == ("interrupted", "m-nowhere")
