# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    Create,
    ReadBack,
    WaitUntilListed,
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    kinds,
    planned,
)

LABELS = {"image_version": "7", "platform": "CentOS", "architecture": "x86_64"}


def web(**options: t.Any) -> DesiredImage:
    return DesiredImage(**{"image_name": "web", "source": FROM_INSTANCE, **options})


def test_an_image_is_created_with_its_tags_and_then_waited_for_and_read() -> None:
    made = planned(web(description="d", tags={"a": "1"}), FakeImages())
    create = Create("web", FROM_INSTANCE, "d", {"a": "1"})
    assert made.steps == (create, WaitUntilUsable(None, "web"), ReadBack(None, name="web"))
    assert made.actions == ["create image 'web' from instance i-1"]
    assert made.before is None
    assert made.after is not None
    assert (made.after["image_id"], made.after["status"], made.after["tags"]) == (None, "Available", {"a": "1"})


def test_properties_that_cannot_be_changed_later_are_set_at_creation_and_predicted() -> None:
    made = planned(web(**LABELS), FakeImages())
    assert made.steps[0] == Create("web", FROM_INSTANCE, **t.cast("t.Any", LABELS))
    assert made.after is not None
    assert made.after.items() >= LABELS.items()


def test_without_wait_the_task_ends_as_soon_as_the_new_image_is_listed() -> None:
    made = planned(web(wait=False), FakeImages())
    assert kinds(made) == [Create, WaitUntilListed]
    assert made.after is not None
    assert made.after["status"] == "Creating"


def test_an_empty_description_is_not_sent_when_an_image_is_created() -> None:
    made = planned(web(description=""), FakeImages())
    assert t.cast("Create", made.steps[0]).description is None
