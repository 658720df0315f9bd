# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK, MAXIMUM_TAG_LENGTH, own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.marks import (
    CLOCK_SKEW,
    LONGEST_NAME,
    RECENT_SECONDS,
    Mark,
    digest,
    has_replaced_name,
    mark_of,
    replaced_name,
    temporary_names,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import NOW

DIGEST = "0123456789abcdef"
WHOLE = Mark("m-old", DIGEST, NOW)

# --- the mark --------------------------------------------------------------------------------------------------------


def test_a_mark_is_one_short_tag_value_that_says_what_when_and_of_what() -> None:
    assert WHOLE.text() == f"m-old/{DIGEST}/20261126T120000Z"
    assert len(Mark("m-" + "x" * 60, DIGEST, NOW).text()) <= MAXIMUM_TAG_LENGTH


def test_a_mark_is_read_as_it_was_written() -> None:
    assert mark_of(image("m-new", tags={MARK: WHOLE.text()})) == WHOLE


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "/",
        "m-new",
        # Release 1.0.0 wrote only the id.
        "m-old",
        f"m-new/{DIGEST}/20261126T120000Z",
        f"/{DIGEST}/20261126T120000Z",
        f"m-old/{DIGEST}",
        f"m-old/{DIGEST}/yesterday",
        f"m-old/{DIGEST[1:]}/20261126T120000Z",
        f"m-old/{DIGEST}/more/20261126T120000Z",
    ],
)
def test_a_value_that_the_module_never_wrote_is_ignored(value: str | None) -> None:
    assert mark_of(image("m-new", tags={} if value is None else {MARK: value})) is None


def test_the_mark_does_not_count_as_a_tag_of_the_user() -> None:
    assert own_tags({"a": "1", MARK: WHOLE.text()}) == {"a": "1"}


@pytest.mark.parametrize(
    ("age", "recent"),
    [(0, True), (RECENT_SECONDS, True), (RECENT_SECONDS + 1, False), (-CLOCK_SKEW, True), (-CLOCK_SKEW - 1, False)],
)
def test_only_a_replacement_of_the_last_three_hours_is_recent(age: float, recent: bool) -> None:
    assert WHOLE.is_recent(NOW + age) is recent


def test_an_age_says_whether_the_start_is_in_the_future() -> None:
    assert WHOLE.age(WHOLE.begun + 120).endswith(", 2 minutes ago")
    assert WHOLE.age(WHOLE.begun - 120).endswith(", 2 minutes in the future")


def test_the_age_is_described_with_its_time() -> None:
    told = WHOLE.age(NOW + 754)
    assert "2026-11-26T12:00:00Z" in told
    assert "13 minutes" in told


# --- the digest ------------------------------------------------------------------------------------------------------

SOURCES = (
    None,
    Source(instance_id="i-1"),
    Source(instance_id="i-2"),
    Source(snapshot_id="i-1"),
    Source(disks=(DiskMapping("s-1"), DiskMapping("s-2"))),
    Source(disks=(DiskMapping("s-1"), DiskMapping("s-2", 40))),
    Source(disks=(DiskMapping("s-1", disk_type="system"), DiskMapping("s-2"))),
)
LABELS: tuple[dict[str, t.Any], ...] = (
    {},
    {"platform": "CentOS"},
    {"platform": "Ubuntu"},
    {"image_version": "CentOS"},
    {"architecture": "x86_64"},
    # Of an import; the cloud changes it only to BYOL.
    {"license_type": "Aliyun"},
    {"license_type": "BYOL"},
)


def test_every_part_of_the_source_changes_the_digest() -> None:
    tasks = [DesiredImage(source=source, **labels) for source in SOURCES for labels in LABELS]
    assert len({digest(task) for task in tasks}) == len(tasks)


def test_properties_that_can_be_changed_later_do_not_change_the_digest() -> None:
    task = DesiredImage(source=SOURCES[1])
    other = DesiredImage(
        source=SOURCES[1], image_name="web", description="d", tags={"a": "1"}, wait=False, recreate="always", force=True
    )
    assert digest(task) == digest(other)


def test_a_digest_stays_the_same_from_release_to_release() -> None:
    """A later release must recognize what an earlier one began."""
    assert digest(DesiredImage(source=Source(instance_id="i-1"))) == "fa43b8282d1607c4"


# --- names -----------------------------------------------------------------------------------------------------------


def test_derived_names_keep_the_beginning_of_the_name() -> None:
    assert temporary_names("web") == ("web-replacement", "web-replacement-2")
    assert replaced_name("web", "m-1") == "web-m-1"
    longest = LONGEST_NAME - len("-replacement")
    assert temporary_names("n" * longest)[0] == "n" * longest + "-replacement"
    shortened = temporary_names("n" * (longest + 1))[0]
    assert len(shortened) == LONGEST_NAME
    assert re.fullmatch("n+-[0-9a-f]{8}-replacement", shortened)


@pytest.mark.parametrize("length", [2, 113, 114, 115, 116, 117, 120, 128])
def test_derived_names_are_valid_and_differ(length: int) -> None:
    name, other = "n" * length, "n" * (length - 1) + "o"
    names = [*temporary_names(name), *temporary_names(other), replaced_name(name, "m-1"), replaced_name(name, "m-2")]
    assert len({name, other, *names}) == len(names) + 2
    assert all(len(one) <= LONGEST_NAME for one in names)


@pytest.mark.parametrize(("name", "has_it"), [("web-m-1", True), ("web", False), ("web-m-2", False), ("db-m-1", False)])
def test_the_name_of_a_replaced_image_consists_of_its_name_and_its_id(name: str, has_it: bool) -> None:
    assert has_replaced_name(image("m-1", image_name=name), "web") is has_it
