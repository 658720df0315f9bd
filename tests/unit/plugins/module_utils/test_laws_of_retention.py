# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of every retention, whatever images there are and whatever somebody else does meanwhile. They are judged
by what the cloud holds before and after the task."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    changing,
    passing,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.retention_bench import (
    DAY,
    FakeSite,
    aged,
    ids,
    result,
    retention,
)
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention

KEEP_TAG = "apsarastack.cloud/keep"
STATUSES = ("Available", "Available", "Available", "Creating", "Waiting", "UnAvailable", "CreateFailed", "Deprecated")
NAMES = ("web-1", "web-2", "db-1", "web-1-replacement")
UNFINISHED = {MARK: "m-0/0123456789abcdef/20261101T000000Z"}
TAGS: tuple[dict[str, str], ...] = ({}, {}, {KEEP_TAG: "true"}, UNFINISHED, {"team": "web"})
NUMBERS = st.integers(0, 7)


@st.composite
def sites(draw: st.DrawFn) -> FakeSite:
    count = draw(NUMBERS)
    images = [
        aged(
            draw(st.integers(0, 40)) / 2,
            f"m-{number}",
            image_name=draw(st.sampled_from(NAMES)),
            status=draw(st.sampled_from(STATUSES)),
            usable=draw(st.sampled_from([None, True, False])),
            usage=draw(st.sampled_from(["none", "none", "instance"])),
            tags=draw(st.sampled_from(TAGS)),
        )
        for number in range(count)
    ]
    site = FakeSite(*images)
    site.shares.reports = draw(st.booleans())
    for one in images:
        if draw(st.integers(0, 4)) == 0:
            site.shares.share(one["image_id"], ["1000000000000038"])
    return site


RETENTIONS = st.builds(
    retention,
    keep=st.integers(1, 4),
    older_than=st.sampled_from([None, DAY, 5 * DAY]),
    action=st.sampled_from(["delete", "deprecate"]),
    remove_failed=st.booleans(),
    remove_deprecated=st.booleans(),
    keep_deprecated=st.integers(0, 2),
    delete_snapshots=st.booleans(),
).filter(lambda desired: desired.action == "delete" or not desired.remove_deprecated)


@st.composite
def interventions(draw: st.DrawFn) -> dict[tuple[str, int], t.Any]:
    """What others do at some of the calls."""
    image_id = f"m-{draw(NUMBERS)}"

    def once(deed: t.Any) -> t.Any:
        return lambda site: deed(site) if image_id in site.images else None

    deeds = st.sampled_from(
        [
            once(removing(image_id)),
            once(changing(image_id, status="Deprecated")),
            once(changing(image_id, usage="instance")),
            once(changing(image_id, tags={KEEP_TAG: ""})),
            once(changing(image_id, image_name="db-9")),
            once(lambda site: site.shares.share(image_id, ["1000000000000038"])),
            passing(700),
        ]
    )
    refusals = st.sampled_from([refusing(ServiceError(code)) for code in ("ImageIsExporting", "Forbidden.RAM")])
    reads = st.tuples(st.sampled_from(["by_ids", "sharing", "owned", "snapshots"]), st.integers(1, 4))
    writes = st.tuples(st.sampled_from(["delete", "deprecate"]), st.integers(1, 3))
    return {
        **draw(st.dictionaries(reads, deeds, max_size=3)),
        **draw(st.dictionaries(writes, refusals, max_size=2)),
    }


def is_good(one: Image) -> bool:
    """Usable, and selected by every task here."""
    is_temporary = MARK in one["tags"] or one["image_name"] == "web-1-replacement"
    is_usable = one["status"] == "Available" and one["usable"] is not False
    return is_usable and not is_temporary and str(one["image_name"]).startswith("web-")


def run(desired: DesiredRetention, site: FakeSite) -> dict[str, t.Any]:
    """The result; of a failure, what it knows."""
    try:
        return result(desired, site)
    except ApsaraStackError as error:
        return {"failed": True, **error.facts}


@given(site=sites(), desired=RETENTIONS)
def test_never_fewer_usable_images_are_left_than_are_to_be_kept(site: FakeSite, desired: DesiredRetention) -> None:
    before = {key for key, one in site.images.items() if is_good(one)}
    run(desired, site)
    left = {key for key, one in site.present().items() if is_good(one)}
    assert len(left) >= min(desired.keep, len(before))
    assert left <= before


@given(site=sites(), desired=RETENTIONS)
def test_the_newest_usable_images_are_left(site: FakeSite, desired: DesiredRetention) -> None:
    by_age = sorted(
        filter(is_good, site.images.values()), key=lambda one: (one["creation_time"] or "", one["image_id"])
    )
    newest = {one["image_id"]: one for one in by_age[-desired.keep :]}
    run(desired, site)
    assert newest.items() <= site.present().items()


@given(site=sites(), desired=RETENTIONS, meanwhile=interventions())
def test_what_must_not_be_touched_is_not_touched_whatever_happens(
    site: FakeSite, desired: DesiredRetention, meanwhile: dict[tuple[str, int], t.Any]
) -> None:
    touched: list[tuple[str, Image, bool]] = []

    class Watching(FakeSite):
        """Remembers each image as it is when the cloud removes it."""

        def _note(self, verb: str, *arguments: t.Any) -> None:
            super()._note(verb, *arguments)
            if verb in ("delete", "deprecate") and arguments[0] in self.images:
                one = self.images[arguments[0]]
                touched.append((verb, copy.deepcopy(one), bool(self.shares.accounts(arguments[0]))))

    watched = Watching(*site.images.values())
    watched.shares.with_all, watched.shares.reports = site.shares.with_all, site.shares.reports
    watched.meanwhile = dict(meanwhile)
    run(desired, watched)
    for verb, one, is_shared in touched:
        assert not is_shared
        assert one["usage"] != "instance"
        assert KEEP_TAG not in one["tags"]
        assert MARK not in one["tags"]
        assert str(one["image_name"]).startswith("web-")
        assert not str(one["image_name"]).endswith("-replacement")
        assert one["status"] in ("Available", "Deprecated", "CreateFailed")
        assert one["usable"] is not False or one["status"] != "Available"
        assert verb == "delete" or one["status"] == "Available"


@given(site=sites(), desired=RETENTIONS, meanwhile=interventions())
def test_each_selected_image_is_in_exactly_one_list_and_the_lists_are_true(
    site: FakeSite, desired: DesiredRetention, meanwhile: dict[tuple[str, int], t.Any]
) -> None:
    before = copy.deepcopy(site.images)
    site.meanwhile = dict(meanwhile)
    told = run(desired, site)
    if "kept" not in told:
        return  # it failed before the first step
    listed = [*ids(told["kept"]), *ids(told["removed"]), *ids(told["skipped_images"])]
    if ("owned", 1) not in meanwhile:
        assert sorted(listed) == sorted(key for key, one in before.items() if str(one["image_name"]).startswith("web-"))
    if not told.get("failed"):
        deleted = {each["image_id"] for each in told["removed"] if each["action"] == "delete"}
        assert not deleted & site.present().keys()
    asked = {call[1] for call in site.writes if call[0] in ("delete", "deprecate")}
    assert set(ids(told["removed"])) <= asked
    assert told["changed"] == bool(told["removed"] or told["snapshots_deleted"]) or told.get("failed")


@given(site=sites(), desired=RETENTIONS)
def test_check_mode_predicts_the_run_and_the_next_run_changes_nothing(
    site: FakeSite, desired: DesiredRetention
) -> None:
    checked = result(desired, site, check_mode=True)
    assert site.writes == []
    told = result(desired, site)
    assert {**checked, "snapshots_failed": []} == {**told, "snapshots_failed": []}
    assert not result(desired, site)["changed"]


@given(site=sites(), desired=RETENTIONS)
def test_a_young_image_stays_unchanged(site: FakeSite, desired: DesiredRetention) -> None:
    before = copy.deepcopy(site.images)
    run(desired, site)
    limit = desired.older_than
    young = {key: one for key, one in before.items() if limit is not None and _age(one) < limit}
    assert young.items() <= site.present().items()


def _age(one: Image) -> float:
    days = {aged(half / 2)["creation_time"]: half / 2 for half in range(41)}
    return days[one["creation_time"]] * DAY
