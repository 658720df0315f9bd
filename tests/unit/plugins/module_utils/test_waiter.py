# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import VANISHED_AFTER, Goal, wait_until
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.goals import CANCELED, GONE, SETTLED, usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, DeadlineError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock, image

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

USABLE = usable(lambda _image: None)


class Script:
    """The image that each read returns; the last one is repeated."""

    def __init__(self, *shown: Image | Exception | None) -> None:
        self.shown = list(shown)
        self.reads = 0

    def __call__(self) -> Image | None:
        now = self.shown[min(self.reads, len(self.shown) - 1)]
        self.reads += 1
        if isinstance(now, Exception):
            raise now
        return now


def wait(goal: Goal[Image], script: Script, seconds: float = 600, clock: Clock | None = None) -> Image | None:
    return wait_until(goal, script, (clock or Clock()).deadline(seconds))


def creating(progress: int | None = 0) -> Image:
    return image(status="Creating", progress=progress)


def test_a_usable_image_is_returned_after_the_first_read() -> None:
    script = Script(image())
    assert wait(USABLE, script) == image()
    assert script.reads == 1


@pytest.mark.parametrize(
    "before",
    [
        (None, None),
        (creating(), creating(50)),
        (None, image(status="Waiting", progress=None), creating()),
        (image(status=""),),
        (image(usable=False),),
        (image(status="Sleeping"),),
    ],
)
def test_an_image_that_is_not_yet_usable_is_waited_for(before: tuple[Image | None, ...]) -> None:
    script = Script(*before, image(usable=True))
    assert wait(USABLE, script) == image(usable=True)
    assert script.reads == len(before) + 1


@pytest.mark.parametrize("status", ["CreateFailed", "UnAvailable"])
def test_a_failure_ends_the_wait_at_once_and_carries_the_image(status: str) -> None:
    script = Script(creating(), image(status=status, progress=30), image())
    with pytest.raises(ApsaraStackError) as caught:
        wait(USABLE, script)
    assert script.reads == 2
    assert status in message_of(caught.value)
    assert caught.value.reason == ("creation_failed" if status == "CreateFailed" else "unavailable")
    assert caught.value.facts == {"image_id": "m-1", "image": image(status=status, progress=30)}


def test_an_image_that_vanishes_after_it_was_seen_ends_the_wait() -> None:
    clock, script = Clock(), Script(creating(20), None)
    with pytest.raises(ApsaraStackError) as caught:
        wait(USABLE, script, clock=clock)
    assert VANISHED_AFTER <= clock.now <= 2 * VANISHED_AFTER
    assert "no longer listed; it was Creating at 20 %" in message_of(caught.value)
    assert caught.value.facts == {"image_id": "m-1", "image": creating(20)}


def test_a_list_without_the_image_does_not_end_the_wait() -> None:
    script = Script(creating(20), None, None, creating(30), None, None, image())
    assert wait(USABLE, script) == image()
    assert script.reads == 7


def test_an_image_that_is_missing_from_one_list_has_not_vanished() -> None:
    clock, reads = Clock(), 0

    def read() -> Image | None:
        nonlocal reads
        reads += 1
        clock.sleep(100)
        return [creating(20), None, image()][reads - 1]

    assert wait_until(USABLE, read, clock.deadline(1000)) == image()


def test_the_timeout_reports_the_last_status_and_carries_the_image() -> None:
    clock = Clock()
    with pytest.raises(DeadlineError) as caught:
        wait(USABLE, Script(creating(7)), seconds=30, clock=clock)
    assert clock.now <= 30
    assert "imed out after 30 seconds (wait_timeout); it is Creating at 7 %" in message_of(caught.value)
    assert "Run the task again" in message_of(caught.value)
    assert caught.value.facts["image_id"] == "m-1"


@pytest.mark.parametrize(
    ("pace", "told"),
    [
        (lambda now: int(now / 10), "it is Creating at 59 %, and the last 12 % took 120 seconds"),
        (
            lambda now: min(50, int(now / 2)),
            "it is Creating at 50 %, and the last 10 % took 27 seconds, but the progress has not grown for 490 seconds",
        ),
        (lambda now: 7, "it is Creating at 7 %, and the progress has not grown for 599 seconds"),
        (
            lambda now: int(now / 5) if now < 400 else 20,
            "it is Creating at 20 %, and the progress fell back from 79 % and has not grown for 170 seconds",
        ),
        (
            lambda now: int(now / 5) if now < 400 else int(20 + (now - 400) / 10),
            "it is Creating at 39 %, and the last 10 % took 100 seconds",
        ),
        (
            lambda now: [30, 90, 10, 90][int(now / 160) % 4],
            "it is Creating at 90 %, and the last 80 % took 10 seconds, but the progress has not grown for 113 seconds",
        ),
        (lambda now: int(now / 10) if now < 500 else None, "it is Creating."),
        (
            lambda now: 0 if now < 300 else 60,
            "it is Creating at 60 %, and the last 60 % took 10 seconds, but the progress has not grown for 298 seconds",
        ),
        (lambda now: None, "it is Creating."),
    ],
)
def test_the_timeout_states_how_long_the_last_percents_took(pace: t.Callable[[float], int | None], told: str) -> None:
    clock = Clock()
    with pytest.raises(DeadlineError) as caught:
        wait_until(USABLE, lambda: creating(pace(clock.now)), clock.deadline(600))
    message = message_of(caught.value)
    assert f"imed out after 600 seconds (wait_timeout); {told}" in message
    assert "The creation continues in the cloud. Run the task again to resume waiting" in message


def test_the_timeout_says_that_an_available_image_is_not_usable_yet() -> None:
    with pytest.raises(DeadlineError) as caught:
        wait(USABLE, Script(creating(40), creating(50), image(usable=False)))
    assert "(wait_timeout); it is Available, but not usable yet. The creation continues" in message_of(caught.value)


def test_the_timeout_of_a_deletion_does_not_mention_the_progress_of_the_creation() -> None:
    with pytest.raises(DeadlineError) as caught:
        wait(GONE, Script(image(status="CreateFailed", progress=40)))
    assert "(wait_timeout); it is still listed as CreateFailed. The deletion continues" in message_of(caught.value)


def test_the_timeout_of_a_cancelation_does_not_mention_the_progress_of_the_creation() -> None:
    with pytest.raises(DeadlineError) as caught:
        wait(CANCELED, Script(creating(40)))
    assert "(wait_timeout); it is still listed as Creating. The cancellation continues" in message_of(caught.value)


def test_the_timeout_names_an_image_that_was_never_listed() -> None:
    with pytest.raises(DeadlineError) as caught:
        wait(USABLE, Script(None), seconds=5)
    assert "it is not listed yet" in message_of(caught.value)
    assert "resume waiting" not in message_of(caught.value)
    assert "The creation continues in the cloud" in message_of(caught.value)
    assert caught.value.facts == {}


def test_a_timeout_of_a_read_is_a_timeout_of_the_wait() -> None:
    inner = DeadlineError("DescribeImages took too long")
    with pytest.raises(DeadlineError) as caught:
        wait(USABLE, Script(creating(7), inner))
    assert "Creating at 7 %" in message_of(caught.value)
    assert caught.value.__cause__ is inner


def test_other_errors_end_the_wait_at_once() -> None:
    script = Script(creating(), ApsaraStackError("no permission"))
    with pytest.raises(ApsaraStackError, match="no permission"):
        wait(USABLE, script)
    assert script.reads == 2


@pytest.mark.parametrize(
    "last", [image(), image(status="CreateFailed"), image(status="UnAvailable"), image(status="Deprecated"), None]
)
def test_settled_is_reached_when_the_cloud_has_stopped_processing_the_image(last: Image | None) -> None:
    script = Script(creating(), image(usable=False), last)
    assert wait(SETTLED, script) == last
    assert script.reads == 3


def test_gone_is_reached_when_the_image_is_no_longer_listed() -> None:
    script = Script(image(), image(status="CreateFailed"), None)
    assert wait(GONE, script) is None
    assert script.reads == 3


# --- the log of the host ---------------------------------------------------------------------------------------------


def logged(goal: Goal[Image], read: t.Callable[[float], Image | None], seconds: float = 600) -> list[str]:
    """The lines of a wait that ends or times out. ``read``: the image at a moment."""
    clock = Clock()
    lines: list[str] = []
    with contextlib.suppress(ApsaraStackError):
        wait_until(goal, lambda: read(clock.now), clock.deadline(seconds), lines.append, "image m-1")
    return lines


def test_the_log_shows_each_new_status_and_a_line_a_minute() -> None:
    def read(now: float) -> Image | None:
        if now < 2:
            return None
        return creating(int(now / 2)) if now < 195 else image()

    lines = logged(USABLE, read)
    assert lines[0] == "Waiting for image m-1: not listed, 0 of 600 seconds passed"
    assert lines[1] == "Waiting for image m-1 ('web'): Creating at 1 %, 2 of 600 seconds passed"
    assert lines[-1].startswith("Waiting for image m-1 ('web'): Available at 100 %, 1")
    between = [int(line.rpartition(", ")[2].split()[0]) for line in lines[1:-1]]
    assert len(between) == 4
    assert all(60 <= later - earlier <= 91 for earlier, later in zip(between, between[1:]))


def test_the_log_shows_a_failure() -> None:
    lines = logged(USABLE, lambda now: creating(20) if now < 30 else image(status="CreateFailed", progress=20))
    assert [line.split(": ")[1].split(",")[0] for line in lines] == ["Creating at 20 %", "CreateFailed at 20 %"]


def test_the_log_shows_an_available_image_that_is_not_usable_yet() -> None:
    lines = logged(USABLE, lambda now: creating(90) if now < 20 else image(usable=now >= 50))
    states = ["Creating at 90 %", "Available, but not usable yet", "Available at 100 %"]
    assert [line.split(": ")[1].rpartition(", ")[0] for line in lines] == states


def test_the_log_shows_a_deletion() -> None:
    lines = logged(GONE, lambda now: image() if now < 30 else None)
    assert [line.split(": ")[1].split(",")[0] for line in lines] == ["still listed as Available", "not listed"]
    assert lines[1].startswith("Waiting for image m-1 ('web'): ")


def test_nothing_is_logged_without_a_wait() -> None:
    assert logged(USABLE, lambda _now: image()) == []
