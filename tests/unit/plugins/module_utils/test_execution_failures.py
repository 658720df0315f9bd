# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    DeadlineError,
    NoAnswerError,
    RefusalError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils.interruption import InterruptedTaskError
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    failing,
    planned,
)


def test_a_failed_wait_carries_the_id_and_what_was_done() -> None:
    images = FakeImages()
    images.build_time = 1000
    result = failing(Wish(image_name="web", source=FROM_INSTANCE), images, seconds=30)
    assert result["changed"] is True
    assert result["image_id"] == "m-new-1"
    assert result["image"]["status"] == "Creating"
    assert result["actions"] == ["create image 'web' from instance i-1"]


def test_an_error_that_ends_a_wait_leaves_the_image_as_it_was_last_seen() -> None:
    images = FakeImages()
    images.build_time = 1000
    made = planned(Wish(image_name="web", source=FROM_INSTANCE), images)
    looked = images.by_id
    images.by_id = lambda image_id: looked(image_id) if images.clock.now < 5 else _forbidden()  # type: ignore[method-assign]
    with pytest.raises(ServiceError) as caught:
        execute(made, t.cast("t.Any", images), images.clock.deadline())
    assert caught.value.facts["image"]["status"] == "Creating"
    assert caught.value.facts["image_id"] == "m-new-1"


def _forbidden() -> t.NoReturn:
    raise ServiceError("Forbidden.RAM", http_status=403)


def test_a_build_that_fails_carries_the_id() -> None:
    images = FakeImages()
    images.build_time, images.outcome = 5, "CreateFailed"
    result = failing(Wish(image_name="web", source=FROM_INSTANCE), images)
    assert (result["image_id"], result["image"]["status"], result["changed"]) == ("m-new-1", "CreateFailed", True)


def test_a_new_image_that_is_never_listed_still_has_its_id_told() -> None:
    images = FakeImages()
    images.listed_after = 1000
    made = planned(Wish(image_name="web", source=FROM_INSTANCE), images)
    with pytest.raises(DeadlineError) as caught:
        execute(made, t.cast("t.Any", images), images.clock.deadline(10))
    assert caught.value.facts["image_id"] == "m-new-1"


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        (ServiceError("QuotaExceed.Image", http_status=403), False),
        (RefusalError("no"), False),
        (ServiceError("InternalError", http_status=500), True),
        (NoAnswerError("reset"), True),
        (NoAnswerError("refused", sent=False), False),
    ],
)
def test_a_failed_write_counts_as_changed_only_if_it_may_have_been_done(error: ApsaraStackError, changed: bool) -> None:
    images = FakeImages()
    images.errors["create"] = error
    assert failing(Wish(image_name="web", source=FROM_INSTANCE), images)["changed"] is changed


def test_a_deadline_over_a_lost_answer_counts_as_changed() -> None:
    images = FakeImages(image())
    late = DeadlineError("too late")
    late.__cause__ = NoAnswerError("reset")
    images.errors["delete"] = late
    assert failing(Wish(state="absent", image_id="m-1"), images)["changed"] is True


def test_a_failure_in_the_middle_tells_the_writes_before_it() -> None:
    images = FakeImages(image(tags={"a": "1"}))
    images.errors["set_tags"] = ServiceError("QuotaExceed.Tags", http_status=403)
    result = failing(Wish(image_id="m-1", description="d", tags={"b": "2"}), images)
    assert result["changed"] is True
    assert result["actions"] == ["set the description of image m-1 to 'd'", "remove tags a from image m-1"]
    assert result["image_id"] == "m-1"
    assert result["error"]["code"] == "QuotaExceed.Tags"


def test_an_interrupted_creation_may_have_been_done_and_is_named() -> None:
    images = FakeImages()
    images.errors["create"] = InterruptedTaskError("SIGTERM")
    result = failing(Wish(image_name="web", source=FROM_INSTANCE), images)
    assert (result["changed"], result["actions"], result["image_id"]) == (True, [], None)
    assert "Not known is whether this was done: create image 'web' from instance i-1." in result["msg"]


def test_an_interrupted_wait_tells_the_image_and_what_was_done() -> None:
    images = FakeImages()
    made = planned(Wish(image_name="web", source=FROM_INSTANCE), images)
    images.errors["by_name"] = InterruptedTaskError("SIGINT")
    with pytest.raises(InterruptedTaskError) as caught:
        execute(made, t.cast("t.Any", images), images.clock.deadline())
    result = caught.value.as_result()
    assert (result["changed"], result["image_id"]) == (True, "m-new-1")
    assert result["actions"] == ["create image 'web' from instance i-1"]
    assert "Not known" not in result["msg"]


def test_an_interruption_between_two_steps_tells_what_was_done() -> None:
    images = FakeImages(image())
    made = planned(Wish(image_id="m-1", description="d", tags={"b": "2"}), images)

    def interrupted() -> t.Iterator[t.Any]:
        yield made.steps[0]
        raise InterruptedTaskError("SIGTERM")

    broken = dataclasses.replace(made, steps=t.cast("t.Any", interrupted()))
    with pytest.raises(InterruptedTaskError) as caught:
        execute(broken, t.cast("t.Any", images), images.clock.deadline())
    assert caught.value.facts["actions"] == ["set the description of image m-1 to 'd'"]
    assert (caught.value.facts["changed"], caught.value.facts["image_id"]) == (True, "m-1")


def test_the_warnings_of_the_plan_are_told_in_a_failure_too() -> None:
    images = FakeImages()
    made = planned(Wish(image_name="web", source=FROM_INSTANCE), images)
    pending = Plan(made.before, made.after, made.steps, ("i-1 is Pending",))
    images.errors["create"] = ServiceError("IncorrectInstanceStatus")
    with pytest.raises(ApsaraStackError) as caught:
        execute(pending, t.cast("t.Any", images), images.clock.deadline())
    assert caught.value.facts["warnings"] == ["i-1 is Pending"]
