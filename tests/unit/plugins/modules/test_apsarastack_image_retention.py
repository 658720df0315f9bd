# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of apsarastack_image_retention on the in-memory fake cloud."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.judging import PROTECTION
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_retention import hints
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    Intervention,
    backup,
    changing,
    disk,
    passing,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.retention_bench import (
    FakeSite,
    aged,
    ids,
    reasons,
    result,
    retention,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention

FOUR = (aged(1), aged(2), aged(3), aged(4))
FORBIDDEN = ServiceError("Forbidden.RAM", "User not authorized", action="DeleteImage", http_status=403)
LOST = NoAnswerError("reset", action="ModifyImageAttribute")


def failure(desired: DesiredRetention, site: FakeSite, seconds: float = 600) -> dict[str, t.Any]:
    with pytest.raises(ApsaraStackError) as caught:
        result(desired, site, seconds)
    return result_of(caught.value, own_hints=hints())


def entry(days: int, **more: str) -> dict[str, t.Any]:
    one = aged(days)
    known = ("image_id", "image_name", "status", "creation_time")
    return {**{key: one[key] for key in known}, **more}  # type: ignore[literal-required]


def test_the_newest_images_are_kept_and_the_older_ones_deleted() -> None:
    site = FakeSite(*FOUR)
    assert result(retention(), site) == {
        "changed": True,
        "actions": ["delete image m-4 'web-4'", "delete image m-3 'web-3'"],
        "warnings": [],
        "kept": [entry(1), entry(2)],
        "removed": [entry(3, action="delete"), entry(4, action="delete")],
        "skipped_images": [],
        "snapshots_deleted": [],
        "snapshots_failed": [],
        "snapshots_left": ["s-m-4", "s-m-3"],
        "diff": {
            "before": {
                "images": [
                    "m-1 'web-1', Available, created 2026-11-25T00:00:00Z",
                    "m-2 'web-2', Available, created 2026-11-24T00:00:00Z",
                    "m-3 'web-3', Available, created 2026-11-23T00:00:00Z",
                    "m-4 'web-4', Available, created 2026-11-22T00:00:00Z",
                ],
                "snapshots": {"s-m-3": "present", "s-m-4": "present"},
            },
            "after": {
                "images": [
                    "m-1 'web-1', Available, created 2026-11-25T00:00:00Z",
                    "m-2 'web-2', Available, created 2026-11-24T00:00:00Z",
                ],
                "snapshots": {"s-m-3": "left behind", "s-m-4": "left behind"},
            },
            "before_header": "images with name_regex '^web-'",
            "after_header": "images with name_regex '^web-'",
        },
    }
    assert site.writes == [("delete", "m-4", False), ("delete", "m-3", False)]


def test_a_second_run_changes_nothing_with_one_call() -> None:
    site = FakeSite(*FOUR)
    result(retention(), site)
    site.calls.clear()
    again = result(retention(), site)
    assert (again["changed"], again["actions"], ids(again["kept"])) == (False, [], ["m-1", "m-2"])
    assert again["diff"]["before"] == again["diff"]["after"]
    assert site.calls == [("owned",)]


def test_an_empty_selection_removes_nothing() -> None:
    site = FakeSite(aged(1, image_name="db-1"))
    told = result(retention(), site)
    assert (told["changed"], told["kept"], told["removed"], told["skipped_images"]) == (False, [], [], [])


def test_each_criterion_must_fit() -> None:
    fitting: dict[str, t.Any] = {"tags": {"team": "web", "left": "over"}, "image_family": "golden"}
    others = (
        aged(5, image_name="db-5", **fitting),
        aged(6, **{**fitting, "tags": {"team": "db"}}),
        aged(7, **{**fitting, "image_family": ""}),
        aged(8, **{**fitting, "image_family": None}),
    )
    site = FakeSite(aged(1, **fitting), aged(4, **fitting), *others)
    told = result(retention(1, tags={"team": "web"}, image_family="golden"), site)
    assert ids(told["removed"]) == ["m-4"]
    assert set(site.present()) == {"m-1", "m-5", "m-6", "m-7", "m-8"}
    assert told["diff"]["before_header"] == ("images with name_regex '^web-' and tags team=web and image_family golden")


def test_only_images_older_than_the_limit_are_removed() -> None:
    told = result(retention(1, older_than=3 * 86400.0), FakeSite(*FOUR))
    assert (ids(told["kept"]), ids(told["removed"])) == (["m-1", "m-2"], ["m-3", "m-4"])


def test_the_newest_are_kept_however_old_they_are() -> None:
    told = result(retention(3, older_than=3600.0), FakeSite(*FOUR))
    assert (ids(told["kept"]), ids(told["removed"])) == (["m-1", "m-2", "m-3"], ["m-4"])


# What is never touched, and the reason.
UNTOUCHED: dict[str, dict[str, t.Any]] = {
    "in_use": {"usage": "instance"},
    "shared": {"is_self_shared": True},
    "protected": {"tags": {PROTECTION: ""}},
    "being_created": {"status": "Creating"},
    "unavailable": {"status": "UnAvailable"},
    "deprecated": {"status": "Deprecated"},
    "creation_failed": {"status": "CreateFailed"},
    "unknown_age": {"creation_time": "yesterday"},
}


@pytest.mark.parametrize(("reason", "known"), UNTOUCHED.items(), ids=UNTOUCHED)
@pytest.mark.parametrize("action", ["delete", "deprecate"])
def test_an_image_that_must_not_be_removed_is_reported_and_the_others_go(
    reason: str, known: dict[str, t.Any], action: str
) -> None:
    site = FakeSite(*FOUR, aged(9, "m-special", **known))
    told = result(retention(action=action), site)
    assert reasons(told) == {"m-special": reason}
    assert ids(told["removed"]) == ["m-3", "m-4"]
    assert [call[1] for call in site.writes] == ["m-4", "m-3"]


@pytest.mark.parametrize(
    "known",
    [
        {"status": "Waiting"},
        {"status": "Verifying"},
        {"status": "Available", "usable": False},
    ],
)
def test_an_image_that_is_not_finished_neither_counts_nor_goes(known: dict[str, t.Any]) -> None:
    told = result(retention(), FakeSite(aged(0.5, "m-new", **known), *FOUR, aged(9, "m-old", **known)))
    assert reasons(told) == {"m-new": "being_created", "m-old": "being_created"}
    assert (ids(told["kept"]), ids(told["removed"])) == (["m-1", "m-2"], ["m-3", "m-4"])


def test_in_use_shared_and_protected_images_count_if_they_are_among_the_newest() -> None:
    site = FakeSite(
        aged(1, usage="instance"), aged(2, is_self_shared=True), aged(3, tags={PROTECTION: ""}), aged(4), aged(5)
    )
    told = result(retention(3), site)
    assert (ids(told["kept"]), ids(told["removed"])) == (["m-1", "m-2", "m-3"], ["m-4", "m-5"])


@pytest.mark.parametrize(
    "known",
    [
        {"tags": {MARK: "m-9/0123456789abcdef/20261101T000000Z"}},
        {"tags": {MARK: "m-9"}},
        {"image_name": "web-golden-replacement"},
        {"image_name": "web-golden-replacement-2"},
        {"image_name": "web-golden-m-7"},
    ],
    ids=str,
)
def test_an_unfinished_replacement_neither_counts_nor_goes(known: dict[str, t.Any]) -> None:
    site = FakeSite(*FOUR, aged(7, **known), aged(0.5, "m-7-too", **{**known, "image_name": "web-x-replacement"}))
    told = result(retention(), site)
    assert reasons(told) == {"m-7-too": "unfinished_replacement", "m-7": "unfinished_replacement"}
    assert ids(told["removed"]) == ["m-3", "m-4"]


def test_an_image_that_is_being_replaced_is_not_touched_even_if_its_replacement_is_not_selected() -> None:
    successor = aged(0.1, "m-new", image_name="db", tags={MARK: "m-4/0123456789abcdef/20261101T000000Z"})
    told = result(retention(), FakeSite(*FOUR, successor))
    assert (reasons(told), ids(told["removed"])) == ({"m-4": "unfinished_replacement"}, ["m-3"])


def test_failed_images_never_count() -> None:
    failed = [aged(days / 10, status="CreateFailed") for days in range(1, 5)]
    site = FakeSite(*failed, aged(1), aged(2))
    told = result(retention(2), site)
    assert (told["changed"], ids(told["kept"])) == (False, ["m-1", "m-2"])


def test_failed_images_are_deleted_on_request_whatever_their_age() -> None:
    site = FakeSite(*FOUR, aged(0.1, status="CreateFailed"), aged(9, status="CreateFailed", creation_time=None))
    told = result(retention(4, remove_failed=True), site)
    assert told["actions"] == [
        "delete image m-9 'web-9' (its creation failed)",
        "delete image m-0.1 'web-0.1' (its creation failed)",
    ]


def test_failed_images_that_are_not_old_enough_stay() -> None:
    site = FakeSite(*FOUR, *(aged(days, f"m-failed-{days}", status="CreateFailed") for days in (5, 9)))
    told = result(retention(1, remove_failed=True, older_than=7 * 86400.0), site)
    assert (ids(told["removed"]), reasons(told)) == (["m-failed-9"], {"m-failed-5": "too_recent"})


def test_a_selection_with_too_few_usable_images_removes_nothing() -> None:
    site = FakeSite(aged(1), aged(3, status="CreateFailed"), aged(4, status="Deprecated"))
    told = result(retention(2, remove_failed=True, remove_deprecated=True), site)
    assert (told["changed"], site.writes) == (False, [])
    assert reasons(told) == {"m-3": "too_few_usable", "m-4": "too_few_usable"}
    assert told["skipped_images"][0]["message"] == "keep is 2, but 1 of the selected images can be kept"


def test_deprecated_images_are_deleted_on_request_if_they_are_older_than_those_that_are_kept() -> None:
    deprecated = [aged(days, f"m-d{days:g}", status="Deprecated") for days in (0.5, 1.5, 2.5, 3.5)]
    told = result(retention(2, remove_deprecated=True, older_than=3 * 86400.0), FakeSite(*FOUR[:2], *deprecated))
    assert ids(told["removed"]) == ["m-d3.5"]
    told = result(retention(2, remove_deprecated=True), FakeSite(*FOUR[:2], *deprecated))
    assert ids(told["removed"]) == ["m-d2.5", "m-d3.5"]
    assert reasons(told) == {"m-d0.5": "too_recent", "m-d1.5": "too_recent"}


def test_the_newest_deprecated_images_stay_in_addition_to_the_usable_ones_on_request() -> None:
    in_use = aged(4, "m-d4", status="Deprecated", usage="instance")
    deprecated = [*(aged(days, f"m-d{days}", status="Deprecated") for days in (2, 3, 5, 6)), in_use]
    told = result(retention(1, remove_deprecated=True, keep_deprecated=3), FakeSite(aged(1), *deprecated))
    assert (ids(told["kept"]), ids(told["removed"])) == (["m-1"], ["m-d5", "m-d6"])
    assert reasons(told) == {"m-d2": "deprecated", "m-d3": "deprecated", "m-d4": "in_use"}
    assert "keep_deprecated" in told["skipped_images"][0]["message"]


def test_a_time_without_seconds_is_compared_by_its_moment() -> None:
    images = (
        aged(1, creation_time="2026-11-25T00:00Z"),
        aged(2, creation_time="2026-11-25T00:00:01Z"),
        aged(3, creation_time="2026-11-24T23:59:59Z"),
    )
    told = result(retention(2), FakeSite(*images))
    assert ids(told["kept"]) == ["m-2", "m-1"]


# --- sharing ---------------------------------------------------------------------------------------------------------


def test_an_image_that_is_shared_is_not_removed_even_if_the_list_does_not_report_it() -> None:
    site = FakeSite(*FOUR)
    site.shares.reports = False
    site.shares.share("m-4", ["1000000000000038", "1000000000000039"])
    checked, told = result(retention(), site, check_mode=True), result(retention(), site)
    assert reasons(checked) == reasons(told) == {"m-4": "shared"}
    assert told["skipped_images"][0]["message"] == ("it is shared with accounts 1000000000000038, 1000000000000039")
    assert ids(checked["removed"]) == ids(told["removed"]) == ["m-3"]


def test_the_sharing_of_many_images_is_read_by_the_run() -> None:
    site = FakeSite(*(aged(days) for days in range(1, 131)))
    site.shares.reports = False
    site.shares.share("m-3", ["38"])
    site.shares.share("m-130", ["38"])
    checked = result(retention(), site, check_mode=True)
    assert len([call for call in site.calls if call[0] == "sharing"]) == 100
    assert (reasons(checked), len(checked["removed"])) == ({"m-130": "shared"}, 127)
    told = result(retention(), site)
    assert reasons(told) == {"m-3": "shared", "m-130": "shared"}
    assert site.present().keys() == {"m-1", "m-2", "m-3", "m-130"}
    # The cloud would refuse it as well, but not on every site.
    assert "m-3" not in {call[1] for call in site.writes}


# --- deprecation -----------------------------------------------------------------------------------------------------


def test_older_images_are_deprecated_instead_of_deleted() -> None:
    site = FakeSite(*FOUR)
    told = result(retention(action="deprecate"), site)
    assert told["actions"] == ["deprecate image m-4 'web-4'", "deprecate image m-3 'web-3'"]
    assert [each["action"] for each in told["removed"]] == ["deprecate", "deprecate"]
    assert told["snapshots_left"] == []
    assert told["diff"]["after"]["images"][2:] == [
        "m-3 'web-3', Deprecated, created 2026-11-23T00:00:00Z",
        "m-4 'web-4', Deprecated, created 2026-11-22T00:00:00Z",
    ]
    again = result(retention(action="deprecate"), site)
    assert (again["changed"], reasons(again)) == (False, {"m-3": "deprecated", "m-4": "deprecated"})


def test_a_site_that_ignores_the_deprecation_is_reported() -> None:
    site = FakeSite(*FOUR)
    site.ignored = {"status"}
    told = failure(retention(action="deprecate"), site)
    assert (told["reason"], told["changed"], told["removed"]) == ("not_supported_by_site", False, [])
    assert told["msg"].startswith(
        "Could not deprecate image m-4 'web-4': the site accepted the call, but shows its status as Available after a "
        "minute. This site does not support action=deprecate"
    )
    assert [call[0] for call in site.writes] == ["deprecate"]


def test_a_site_that_no_longer_lists_a_deprecated_image_is_reported() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("by_id", 1): removing("m-4")}
    assert "does not list it after a minute" in failure(retention(action="deprecate"), site)["msg"]


def test_a_timeout_while_the_deprecation_is_not_shown_yet_says_so() -> None:
    site = FakeSite(*FOUR)
    site.read_lag = 100
    told = failure(retention(action="deprecate"), site, seconds=30)
    assert (told["reason"], told["changed"]) == ("timed_out", True)
    assert "timed out after 30 seconds (wait_timeout): the site accepted the call" in told["msg"]
    assert "It is unknown whether this step was carried out" in told["msg"]
    assert told["actions"] == ["deprecate image m-4 'web-4' (may have been carried out)"]
    assert reasons(told) == {"m-4": "uncertain", "m-3": "not_reached"}


def test_a_deprecation_whose_answer_was_lost_is_not_reported_as_refused() -> None:
    class Losing(FakeSite):
        def set_deprecated(self, image_id: str, _look_again: t.Any = None) -> None:
            super().set_deprecated(image_id)
            raise ServiceError("ImageStatus.NotAvailable", action="ModifyImageAttribute") from LOST

    told = result(retention(action="deprecate"), Losing(*FOUR))
    assert (told["skipped_images"], ids(told["removed"])) == ([], ["m-3", "m-4"])


def test_an_image_that_can_no_longer_be_deprecated_is_reported_and_the_others_are() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("deprecate", 1): changing("m-4", status="UnAvailable")}
    told = result(retention(action="deprecate"), site)
    assert (reasons(told), ids(told["removed"])) == ({"m-4": "refused"}, ["m-3"])


def test_failed_images_are_deleted_and_not_deprecated() -> None:
    site = FakeSite(*FOUR, aged(9, status="CreateFailed"))
    told = result(retention(3, action="deprecate", remove_failed=True), site)
    assert [each["action"] for each in told["removed"]] == ["deprecate", "delete"]


# --- snapshots -------------------------------------------------------------------------------------------------------


def test_the_snapshots_of_each_deleted_image_are_deleted_right_after_it() -> None:
    site = FakeSite(*FOUR)
    told = result(retention(delete_snapshots=True), site)
    assert told["actions"] == [
        "delete image m-4 'web-4'",
        "delete snapshot s-m-4",
        "delete image m-3 'web-3'",
        "delete snapshot s-m-3",
    ]
    assert (told["snapshots_deleted"], told["snapshots_left"]) == (["s-m-4", "s-m-3"], [])
    assert told["diff"]["after"]["snapshots"] == {"s-m-4": "deleted", "s-m-3": "deleted"}


def test_a_snapshot_of_two_images_is_deleted_after_both() -> None:
    both = [disk("s-m-4")]
    site = FakeSite(*FOUR[:3], aged(4), aged(5, "m-5", disk_device_mappings=both))
    site.create_snapshot("s-m-4", aged(5))
    told = result(retention(3, delete_snapshots=True), site)
    assert told["actions"] == ["delete image m-5 'web-5'", "delete image m-4 'web-4'", "delete snapshot s-m-4"]


def test_a_backup_and_a_snapshot_that_a_kept_image_uses_are_kept() -> None:
    site = FakeSite(
        aged(1, disk_device_mappings=[disk("s-m-4")]),
        aged(4),
        aged(5, disk_device_mappings=[disk("s-backup")]),
    )
    site.known_snapshots["s-backup"] = backup("s-backup")
    site.create_snapshot("s-m-4", aged(4))
    told = result(retention(1, delete_snapshots=True), site)
    assert (told["snapshots_deleted"], told["snapshots_left"]) == ([], ["s-backup", "s-m-4"])
    assert told["warnings"] == [
        "snapshot s-backup is kept because it was not created for image m-5",
        "snapshot s-m-4 is kept because image m-1 uses it",
    ]


def test_the_snapshots_of_an_image_that_stays_are_kept() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("delete", 1): refusing(ServiceError("ImageUsingByInstance", http_status=403))}
    told = result(retention(delete_snapshots=True), site)
    assert told["actions"] == ["delete image m-3 'web-3'", "delete snapshot s-m-3"]
    assert site.deleted_snapshots == ["s-m-3"]


def test_a_snapshot_that_the_cloud_refuses_to_delete_is_reported_and_the_others_go() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("delete_snapshot", 1): refusing(ServiceError("SnapshotCreatedDisk", "in use"))}
    told = result(retention(delete_snapshots=True), site)
    assert told["snapshots_failed"] == [{"snapshot_id": "s-m-4", "code": "SnapshotCreatedDisk", "message": "in use"}]
    assert (told["snapshots_deleted"], told["snapshots_left"]) == (["s-m-3"], ["s-m-4"])
    assert told["warnings"] == ["did not delete snapshot s-m-4: SnapshotCreatedDisk: in use"]


def test_the_snapshots_that_a_failed_run_leaves_are_reported() -> None:
    site = FakeSite(*FOUR)
    site.removal_time = 100
    told = failure(retention(delete_snapshots=True), site, seconds=30)
    assert (told["reason"], ids(told["removed"])) == ("timed_out", ["m-4"])
    assert told["snapshots_failed"] == [{"snapshot_id": "s-m-4", "code": None, "message": None}]
    assert "Of the snapshots that were to be deleted, s-m-4 may be left" in told["msg"]
    assert told["msg"].startswith("Could not wait for image m-4 to be deleted: timed out after 30 seconds")
    assert "image_id" not in told
    assert reasons(told) == {"m-3": "not_reached"}


# --- what happens meanwhile ------------------------------------------------------------------------------------------

# Right before m-4 is removed; its entry is read first.
MEANWHILE: dict[str, tuple[Intervention, str]] = {
    "in use": (changing("m-4", usage="instance"), "in_use"),
    "protected": (changing("m-4", tags={PROTECTION: "true"}), "protected"),
    "tagged": (changing("m-4", tags={"team": "db"}), "changed_meanwhile"),
    "renamed": (changing("m-4", image_name="web-4-good"), "changed_meanwhile"),
    "of another family": (changing("m-4", image_family="db"), "changed_meanwhile"),
    "described": (changing("m-4", description="good"), "changed_meanwhile"),
    "deprecated": (changing("m-4", status="Deprecated"), "changed_meanwhile"),
    "unavailable": (changing("m-4", status="UnAvailable"), "unavailable"),
    "marked": (changing("m-4", tags={MARK: "m-1"}), "unfinished_replacement"),
    "deleted": (removing("m-4"), "vanished"),
    "shared": (lambda site: site.shares.share("m-4", ["38"]), "shared"),
}


@pytest.mark.parametrize(("happens", "reason"), MEANWHILE.values(), ids=MEANWHILE)
@pytest.mark.parametrize("action", ["delete", "deprecate"])
def test_an_image_that_has_changed_stays_unchanged_and_the_others_go(
    happens: Intervention, reason: str, action: str
) -> None:
    family = {"image_family": "golden"}
    site = FakeSite(*(aged(days, **family) for days in (1, 2, 3, 4)))
    site.meanwhile = {("by_ids", 1): happens}
    told = result(retention(action=action, image_family="golden"), site)
    assert (reasons(told), ids(told["removed"])) == ({"m-4": reason}, ["m-3"])
    assert [call[1] for call in site.writes] == ["m-3"]
    assert told["warnings"][0].startswith(f"did not {action} image m-4 'web-4': ")
    assert len(told["diff"]["after"]["images"]) == (4 if action == "deprecate" else 3)


def test_an_image_that_loses_the_tag_of_the_platform_that_selects_it_stays_unchanged() -> None:
    tags = {"ascm:set": "412"}
    site = FakeSite(*(aged(days, tags=tags) for days in (1, 2, 3, 4)))
    site.meanwhile = {("by_ids", 1): changing("m-4", tags={"ascm:set": "413"})}
    told = result(retention(name_regex=None, tags=tags), site)
    assert (reasons(told), ids(told["removed"])) == ({"m-4": "changed_meanwhile"}, ["m-3"])


def test_a_refused_deprecation_is_not_among_the_actions() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("deprecate", 1): refusing(FORBIDDEN)}
    told = result(retention(action="deprecate"), site)
    assert (reasons(told), told["actions"]) == ({"m-4": "refused"}, ["deprecate image m-3 'web-3'"])


GUARD_LOST: dict[str, Intervention] = {
    "deleted": removing("m-2"),
    "deprecated": changing("m-2", status="Deprecated"),
    "unavailable": changing("m-2", status="UnAvailable"),
    "no longer selected": changing("m-2", image_name="db"),
}


@pytest.mark.parametrize("happens", GUARD_LOST.values(), ids=GUARD_LOST)
def test_nothing_more_is_removed_once_an_image_that_is_kept_is_lost(happens: Intervention) -> None:
    site = FakeSite(*FOUR, aged(5))
    site.meanwhile = {("by_ids", 2): happens}
    told = result(retention(), site)
    assert ids(told["removed"]) == ["m-5"]
    assert reasons(told) == {"m-3": "too_few_usable", "m-4": "too_few_usable"}
    assert "image m-2, which is to be kept, is no longer usable" in told["warnings"][0]
    # The others are not even read.
    assert [call for call in site.calls if call[0] == "sharing"][-1] == ("sharing", "m-4")


def test_a_list_that_lags_for_a_moment_keeps_nothing_from_being_removed() -> None:
    class Lagging(FakeSite):
        hidden = 3

        def by_ids(self, image_ids: t.Sequence[str]) -> t.Any:
            found = super().by_ids(image_ids)
            Lagging.hidden -= 1
            return {} if Lagging.hidden >= 0 else found

    assert ids(result(retention(), Lagging(*FOUR))["removed"]) == ["m-3", "m-4"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ImageUsingByInstance", "in_use"),
        ("ImageUseShared", "shared"),
        ("ImageIsPublic", "shared"),
        ("ImageIsExporting", "refused"),
        ("OperationDenied.ImageCopying", "refused"),
        ("OperationDenied", "refused"),
        ("Forbidden.RAM", "refused"),
    ],
)
def test_what_the_cloud_refuses_for_one_image_is_reported_and_the_others_go(code: str, reason: str) -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("delete", 1): refusing(ServiceError(code, "no", action="DeleteImage", http_status=403))}
    told = result(retention(), site)
    assert (told["changed"], ids(told["removed"]), reasons(told)) == (True, ["m-3"], {"m-4": reason})
    assert told["skipped_images"][0]["message"] == f"the cloud refuses it: {code}: no"
    assert told["warnings"] == [f"did not delete image m-4 'web-4': the cloud refuses it: {code}: no"]


def test_the_deletion_of_an_image_that_is_being_exported_is_not_retried() -> None:
    seen: list[t.Container[str]] = []

    class Recording(FakeSite):
        def delete(self, image_id: str, force: bool, handled: t.Container[str] = (), **_more: t.Any) -> bool:
            seen.append(handled)
            return super().delete(image_id, force)

    result(retention(), Recording(*FOUR))
    assert all("ImageIsExporting" in handled and "OperationConflict" not in handled for handled in seen)
    assert len(seen) == 2


def test_a_refusal_of_each_image_is_a_failure() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("delete", number): refusing(FORBIDDEN) for number in (1, 2)}
    told = failure(retention(), site)
    assert (told["reason"], told["changed"], told["removed"]) == ("access_denied", False, [])
    assert told["msg"].startswith(
        "Could not delete image m-4 'web-4': Forbidden.RAM: User not authorized. The cloud refused it for each of 2 "
    )
    assert reasons(told) == {"m-3": "refused", "m-4": "refused"}


def test_a_task_whose_only_image_comes_into_use_does_not_fail() -> None:
    site = FakeSite(*FOUR[:3])
    site.meanwhile = {("delete", 1): changing("m-3", usage="instance")}
    told = result(retention(), site)
    assert (told["changed"], reasons(told)) == (False, {"m-3": "in_use"})


def test_an_error_that_concerns_every_image_ends_the_task() -> None:
    site = FakeSite(*FOUR)
    expired = ServiceError("InvalidAccessKeyId.NotFound", action="DeleteImage", http_status=404)
    site.meanwhile = {("delete", 2): refusing(expired)}
    told = failure(retention(), site)
    assert (told["reason"], told["changed"], ids(told["removed"])) == ("credentials", True, ["m-4"])
    assert reasons(told) == {"m-3": "refused"}


def test_a_deletion_of_which_nothing_is_known_is_reported() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("delete", 1): refusing(NoAnswerError("reset", action="DeleteImage"))}
    told = failure(retention(), site)
    assert (told["changed"], reasons(told)) == (True, {"m-4": "uncertain", "m-3": "not_reached"})
    assert "It is unknown whether this step was carried out" in told["msg"]


def test_one_deadline_covers_all_images() -> None:
    site = FakeSite(*FOUR)
    site.meanwhile = {("sharing", 3): passing(700)}
    site.removal_time = 1000
    told = failure(retention(), site)
    assert told["reason"] == "timed_out"


@pytest.mark.parametrize(
    "desired",
    [
        retention(),
        retention(1, older_than=2 * 86400.0, delete_snapshots=True),
        retention(1, action="deprecate", remove_failed=True),
        retention(1, remove_deprecated=True),
        retention(9),
    ],
)
def test_check_mode_returns_the_same_result_and_writes_nothing(desired: DesiredRetention) -> None:
    def site() -> FakeSite:
        special = [aged(5 + number, **known) for number, known in enumerate(UNTOUCHED.values())]
        return FakeSite(*FOUR, *special)

    checked = site()
    predicted = result(desired, checked, check_mode=True)
    assert checked.writes == []
    assert predicted == result(desired, site())
