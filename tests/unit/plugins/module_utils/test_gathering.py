# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.gathering import with_shares
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, image, refusing

ONE, TWO = "1000000000000038", "1000000000000039"


def shared(*accounts: str, **known: t.Any) -> FakeImages:
    """A cloud with an image that is shared with these accounts."""
    cloud = FakeImages(image(is_self_shared=True, **known))
    cloud.shares.with_all["m-1"] = set(accounts)
    return cloud


def test_the_accounts_of_own_images_are_gathered() -> None:
    cloud = shared(TWO, ONE, image_owner_alias="self")
    assert with_shares(cloud.images["m-1"], t.cast("t.Any", cloud.shares))["shared_with"] == [ONE, TWO]


@pytest.mark.parametrize("known", [{"image_id": "m-gone"}, {"image_owner_alias": "others"}])
def test_accounts_that_cannot_be_known_are_null(known: dict[str, t.Any]) -> None:
    cloud = shared(ONE)
    found = with_shares(t.cast("t.Any", {**cloud.images["m-1"], **known}), t.cast("t.Any", cloud.shares))
    assert found["shared_with"] is None


def test_accounts_that_must_not_be_read_are_a_failure() -> None:
    cloud = shared(ONE)
    cloud.meanwhile[("sharing", 1)] = refusing(ServiceError("Forbidden.RAM", http_status=403))
    with pytest.raises(ApsaraStackError):
        with_shares(cloud.images["m-1"], t.cast("t.Any", cloud.shares))
