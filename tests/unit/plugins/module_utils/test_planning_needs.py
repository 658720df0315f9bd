# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import (
    needs_replaced,
    needs_source,
    needs_stand_ins,
    needs_users,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, SourceFacts
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image

RUNNING = SourceFacts(instance=Instance("i-1", "Running"))
FROM_INSTANCE = Source(instance_id="i-1")


def wish(**options: t.Any) -> Wish:
    return Wish(**{"image_name": "web", **options})


@pytest.mark.parametrize("needs", [needs_stand_ins, needs_replaced, needs_source, needs_users])
def test_duplicates_are_refused_by_name_before_anything_else_is_read(needs: t.Any) -> None:
    wished = wish(source=FROM_INSTANCE, recreate="always")
    with pytest.raises(RefusalError, match="More than one image is named 'web'"):
        needs(wished, Found(images=(image("m-1"), image("m-2"))))


@pytest.mark.parametrize(
    ("options", "marked"),
    [
        ({"recreate": "always"}, "m-0"),
        ({"recreate": "on_source_change"}, "m-0"),
        ({"recreate": "never"}, None),
        ({"recreate": "always", "state": "absent"}, None),
    ],
)
def test_a_replaced_image_is_read_only_when_it_may_be_finished(options: dict[str, t.Any], marked: str | None) -> None:
    wished = wish(source=FROM_INSTANCE, **options)
    bearer = image(tags={MARK: "m-0"})
    assert needs_replaced(wished, Found(images=(bearer,))) == marked
    assert needs_replaced(wished, Found(stand_ins=(bearer,))) == marked
    assert needs_replaced(wished, Found(images=(image(),))) is None


@pytest.mark.parametrize(
    ("options", "images", "needed"),
    [
        ({"recreate": "always"}, (), True),
        ({"recreate": "always"}, (image(),), True),
        ({"recreate": "always"}, (image(tags={MARK: "m-0"}),), False),
        ({"recreate": "on_source_change"}, (image(),), False),
        ({"recreate": "on_source_change", "platform": "Ubuntu"}, (image(platform="CentOS"),), True),
        ({"recreate": "never"}, (), False),
        ({"recreate": "on_source_change", "source": None}, (), False),
        ({"recreate": "always", "state": "absent"}, (), False),
    ],
)
def test_stand_ins_are_read_only_when_one_may_be_there(
    options: dict[str, t.Any], images: tuple[t.Any, ...], needed: bool
) -> None:
    assert needs_stand_ins(wish(**{"source": FROM_INSTANCE, **options}), Found(images=images)) is needed


@pytest.mark.parametrize(
    ("wished", "images", "needed"),
    [
        (wish(source=FROM_INSTANCE), (), True),
        (wish(source=FROM_INSTANCE), (image(status="CreateFailed"),), True),
        (wish(source=FROM_INSTANCE), (image(),), False),
        (wish(), (), False),
        (wish(state="absent", source=FROM_INSTANCE), (), False),
        (Wish(image_id="m-1", source=FROM_INSTANCE), (), False),
    ],
)
def test_the_source_is_read_only_when_an_image_has_to_be_made(
    wished: Wish, images: tuple[t.Any, ...], needed: bool
) -> None:
    assert needs_source(wished, Found(images=images)) is needed


@pytest.mark.parametrize(
    ("wished", "found", "needed"),
    [
        (wish(state="absent"), image(usage="instance"), True),
        (wish(state="absent"), image(usage="none"), False),
        (wish(state="absent"), image(usage=None), False),
        (wish(state="absent", force=True), image(usage="instance"), False),
        (wish(), image(usage="instance"), False),
    ],
)
def test_the_users_are_read_only_when_they_can_forbid_a_deletion(wished: Wish, found: t.Any, needed: bool) -> None:
    assert needs_users(wished, Found(images=(found,))) == ((found,) if needed else ())
