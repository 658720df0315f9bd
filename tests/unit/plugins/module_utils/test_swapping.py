# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swap of names: whatever happens between the two renames, a usable image keeps the name."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.interruption import reported
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.swapping import NEEDED_SECONDS
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    ServiceError,
    TaskFailedError,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    changing,
    image,
    passing,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import failing, followed, planned
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    BEFORE_THE_DELETION,
    BEFORE_THE_SWAP,
    SWAPPED,
    UNTOUCHED,
    names,
    old,
    ready,
    replacement,
    replacing,
)

FORBIDDEN = refusing(ServiceError("Forbidden.RAM", http_status=403))

# If names need not be unique, the new image is renamed first.
BOTH_NAMED = {"m-old": "web", "m-new": "web"}


def renames(images: FakeImages) -> list[tuple[t.Any, ...]]:
    return [call[1:3] for call in images.calls if call[0] == "modify"]


def finished_by_the_next_run(images: FakeImages) -> bool:
    followed(replacing(), images)
    images.by_name("")
    return names(images) == {"m-new": "web"} and MARK not in images.images["m-new"]["tags"]


# --- the two renames -------------------------------------------------------------------------------------------------


class Watched(FakeImages):
    """Records whether there was a moment at which no image had the name."""

    was_nameless = False

    def _note(self, verb: str, *arguments: t.Any) -> None:
        super()._note(verb, *arguments)
        self.was_nameless |= "web" not in names(self).values()


def test_where_names_need_not_be_unique_the_new_image_is_renamed_first() -> None:
    images = Watched(old(), replacement())
    followed(replacing(), images)
    assert renames(images) == [("m-new", "web"), ("m-old", "web-m-old")]
    assert not images.was_nameless


def test_where_names_must_be_unique_the_old_image_is_renamed_first() -> None:
    images = ready(unique=True)
    followed(replacing(), images)
    # The first call shows that the site requires unique names.
    assert renames(images) == [("m-new", "web"), ("m-old", "web-m-old"), ("m-new", "web")]


def test_a_list_without_the_new_name_is_read_again() -> None:
    images = ready()
    images.read_lag = 3
    followed(replacing(), images)
    assert list(images.images) == ["m-new"]


def test_a_refused_first_rename_changes_nothing() -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={("modify", 1): FORBIDDEN})
    assert (result["error"]["code"], result["changed"], names(images)) == ("Forbidden.RAM", False, UNTOUCHED)
    assert finished_by_the_next_run(images)


@pytest.mark.parametrize("error", [ServiceError("Forbidden.RAM", http_status=403), NoAnswerError("reset")])
def test_a_failed_second_rename_rolls_the_first_one_back(error: ApsaraStackError) -> None:
    images = ready(unique=True)
    result = failing(replacing(), images, meanwhile={("modify", 3): refusing(error)})
    assert f": {error.message}." in result["msg"]
    assert names(images) == UNTOUCHED
    assert finished_by_the_next_run(images)


def test_a_new_image_that_was_changed_gives_the_name_back() -> None:
    images = ready(unique=True)
    result = failing(replacing(), images, meanwhile={("by_name", 2): changing("m-new", status="Deprecated")})
    assert (result["reason"], result["changed"], names(images)) == ("changed_meanwhile", True, UNTOUCHED)


def test_a_refused_rollback_reports_the_names() -> None:
    images = ready(unique=True)
    result = failing(replacing(), images, meanwhile={("modify", 3): FORBIDDEN, ("modify", 4): FORBIDDEN})
    assert names(images) == {"m-old": "web-m-old", "m-new": "web-replacement"}
    for fact in ("Forbidden.RAM", "m-old", "'web-m-old'", "m-new", "'web-replacement'"):
        assert fact in result["msg"]
    assert finished_by_the_next_run(images)


@pytest.mark.parametrize(
    ("meanwhile", "left"),
    [
        ({("modify", 2): FORBIDDEN}, UNTOUCHED),
        ({("modify", 2): removing("m-old"), ("modify", 3): FORBIDDEN}, {"m-new": "web-replacement"}),
    ],
    ids=["refused", "deleted"],
)
def test_an_old_image_that_was_not_renamed_is_not_given_its_name_back(
    meanwhile: t.Any, left: dict[str, str | None]
) -> None:
    images = ready(unique=True)
    result = failing(replacing(), images, meanwhile=meanwhile)
    assert (names(images), result["changed"], len(renames(images))) == (left, False, max(meanwhile)[1])
    assert "could not be given its name back" not in result["msg"]
    assert "rolled back" not in result["msg"]


@pytest.mark.parametrize("unique", [True, False])
def test_a_failure_after_the_swap_does_not_deny_it(unique: bool) -> None:
    images = ready(unique=unique)
    result = failing(replacing(), images, meanwhile={BEFORE_THE_DELETION: changing("m-new", status="Deprecated")})
    assert (result["reason"], names(images)) == ("changed_meanwhile", SWAPPED)
    assert "nothing was renamed" not in result["msg"]


def test_a_second_rename_that_was_processed_is_not_rolled_back_after_a_lost_answer() -> None:
    def renamed(now: FakeImages) -> None:
        now.change("m-new", image_name="web")
        raise NoAnswerError("reset")

    images = ready(unique=True)
    followed(replacing(), images, meanwhile={("modify", 3): renamed})
    assert names(images) == {"m-new": "web"}


@pytest.mark.parametrize("unique", [True, False])
def test_a_site_that_ignores_renames_keeps_the_old_image(unique: bool) -> None:
    images = ready(unique=unique)
    images.ignored = {"image_name"}
    assert "m-new" in failing(replacing(), images)["msg"]
    assert images.images == {"m-old": old(), "m-new": replacement()}


# --- another image of the name ---------------------------------------------------------------------------------------


def named_web(status: str = "Available") -> t.Any:
    """Somebody else has another image with the name."""
    return lambda cloud: cloud.images.update({"m-other": image("m-other", image_name="web", status=status)})


def test_the_later_of_two_images_that_get_the_name_gives_it_back() -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={("by_name", 2): named_web()})
    assert "Image m-new ('web-replacement') is ready, but " in result["msg"]
    assert "now used by m-other (Available" in result["msg"]
    assert (result["reason"], names(images)) == ("name_taken", {**UNTOUCHED, "m-other": "web"})


def test_a_rename_that_is_not_listed_because_another_image_has_the_name_says_so() -> None:
    images = ready()
    images.ignored = {"image_name"}
    result = failing(replacing(), images, meanwhile={("by_name", 2): named_web()})
    assert "Image m-new ('web-replacement') is ready, but " in result["msg"]
    assert "now used by m-other (Available" in result["msg"]
    assert result["reason"] == "name_taken"


def test_an_image_of_the_name_that_is_still_being_created_may_fail_so_the_new_one_keeps_the_name() -> None:
    def alone(cloud: FakeImages) -> None:
        removing("m-old")(cloud)
        named_web("Creating")(cloud)

    images = ready()
    result = failing(replacing(), images, meanwhile={("by_name", 2): alone})
    assert "Image m-new is named 'web', but now m-other (Creating" in result["msg"]
    assert (result["reason"], names(images)) == ("ambiguous_name", {"m-new": "web", "m-other": "web"})


# --- time and signals ------------------------------------------------------------------------------------------------


def test_a_swap_without_enough_time_is_left_to_the_next_run() -> None:
    images = ready()
    with pytest.raises(TaskFailedError) as caught:
        followed(replacing(), images, 600, {BEFORE_THE_SWAP: passing(601 - NEEDED_SECONDS)})
    for fact in ("m-new", "m-old", "'web'"):
        assert fact in caught.value.message
    assert (caught.value.reason, caught.value.facts["changed"], names(images)) == ("timed_out", False, UNTOUCHED)
    assert finished_by_the_next_run(images)


@pytest.mark.parametrize(("unique", "renaming"), [(True, 3), (False, 1)])
def test_the_deadline_does_not_interrupt_the_renames(unique: bool, renaming: int) -> None:
    """``renaming``: the number of the call that gives the new image the name."""
    images, left = ready(unique=unique), []
    made, deadline = planned(replacing(), images), images.clock.deadline(600)
    images.meanwhile = {
        BEFORE_THE_SWAP: passing(600 - NEEDED_SECONDS),
        ("modify", renaming - 1): passing(2 * NEEDED_SECONDS),
        ("modify", renaming): lambda _cloud: left.append(deadline.remaining()),
    }
    execute(made, t.cast("t.Any", images), deadline)
    assert left[0] > 2 * NEEDED_SECONDS


def test_a_rename_that_is_never_listed_was_ignored_by_the_site() -> None:
    images = ready()
    images.ignored = {"image_name"}
    result = failing(replacing(), images)
    uncertain = "rename image m-new to 'web' (may have been carried out)"
    assert (result["reason"], result["changed"], result["actions"]) == ("not_supported_by_site", True, [uncertain])
    assert "accepted the rename of image m-new to 'web', but" in result["msg"]
    assert LONGEST_LAG <= images.clock.now <= LONGEST_LAG + 1


@pytest.mark.parametrize("unique", [True, False])
def test_a_rename_that_is_not_listed_before_the_deadline_has_timed_out_and_is_not_rolled_back(unique: bool) -> None:
    images = ready(unique=unique)
    images.read_lag = 1000
    result = failing(replacing(), images, LONGEST_LAG / 2)
    renamed_old = ["rename image m-old to 'web-m-old'"] if unique else []
    assert result["actions"] == [*renamed_old, "rename image m-new to 'web' (may have been carried out)"]
    assert (result["reason"], result["changed"]) == ("timed_out", True)
    assert "image m-new was renamed to 'web'" in result["msg"]
    assert names(images) == (SWAPPED if unique else BOTH_NAMED)
    assert len(renames(images)) == (3 if unique else 1)
    images.clock.sleep(1000)
    assert finished_by_the_next_run(images)


def interrupted(_cloud: FakeImages) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize(
    ("unique", "moment", "left"),
    [
        (True, ("modify", 1), SWAPPED),
        (True, ("modify", 2), SWAPPED),
        (True, ("modify", 3), SWAPPED),
        (True, ("by_name", 2), SWAPPED),
        (False, ("modify", 1), BOTH_NAMED),
        (False, ("by_name", 2), BOTH_NAMED),
        (False, ("modify", 2), BOTH_NAMED),
    ],
)
def test_a_signal_is_deferred_until_the_new_image_has_the_name(
    unique: bool, moment: tuple[str, int], left: dict[str, str]
) -> None:
    """What was renamed until then is among the actions."""
    images = ready(unique=unique)
    with pytest.raises(TaskFailedError) as caught, reported():
        followed(replacing(), images, 600, {moment: interrupted})
    assert names(images) == left
    assert (caught.value.reason, caught.value.facts["changed"]) == ("interrupted", True)
    assert "rename image m-new to 'web'" in caught.value.facts["actions"]
    assert ("rename image m-old to 'web-m-old'" in caught.value.facts["actions"]) is unique
    assert "m-new" in caught.value.attempt
    assert finished_by_the_next_run(images)
