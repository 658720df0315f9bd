# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With whom an image is shared, while others change it as well. The table of situations has the other cases."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    NoAnswerError,
    RefusalError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    disk,
    image,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_SNAPSHOT,
    NOW,
    failing,
    followed,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Intervention

ONE, TWO, THREE = "1000000000000038", "1000000000000039", "1000000000000040"
ABSENT = DesiredImage(state="absent", image_name="web", unshare=True)
EXACTLY_ONE = DesiredImage(image_name="web", share_with=(ONE,), purge_shares=True)
REPLACE = DesiredImage(image_name="web", source=FROM_SNAPSHOT, recreate="on_source_change", unshare=True)


def shared(*accounts: str, image_id: str = "m-1", **known: t.Any) -> FakeImages:
    """A cloud with an image that is shared with these accounts."""
    cloud = FakeImages(image(image_id, is_self_shared=bool(accounts), **known))
    cloud.shares.with_all[image_id] = set(accounts)
    return cloud


def replaceable(*accounts: str) -> FakeImages:
    return shared(*accounts, image_id="m-old", disk_device_mappings=[disk("s-other")])


def sharing(image_id: str, *accounts: str) -> Intervention:
    return lambda cloud: cloud.shares.share(image_id, accounts)


def changes(cloud: FakeImages) -> list[t.Any]:
    """The calls that share an image or stop that."""
    return [call for call in cloud.calls if call[0] == "share"]


# --- withdrawals ------------------------------------------------------------------------------------------------------


def test_nobody_loses_an_image_whose_accounts_have_changed_since_the_plan() -> None:
    cloud = shared(TWO, status="Creating")
    cloud.finish("m-1", after=30)
    result = failing(EXACTLY_ONE, cloud, meanwhile={("sharing", 1): sharing("m-1", TWO, THREE)})
    assert (result["reason"], result["actions"], changes(cloud)) == ("changed_meanwhile", [], [])
    assert f"it is shared with accounts {TWO}, {THREE}" in result["msg"]
    assert cloud.shares.accounts("m-1") == {TWO, THREE}


@pytest.mark.parametrize("desired", [EXACTLY_ONE, ABSENT])
def test_a_withdrawal_that_somebody_else_has_made_is_not_an_obstacle(desired: DesiredImage) -> None:
    cloud = shared(TWO, THREE, status="Creating")
    cloud.finish("m-1", after=30)
    made = followed(desired, cloud, meanwhile={("sharing", 1): sharing("m-1", THREE)})
    assert made.actions[0] == f"stop sharing image m-1 with accounts {TWO}, {THREE}"


def test_a_withdrawal_right_after_the_plan_takes_no_further_read() -> None:
    cloud = shared(TWO)
    followed(EXACTLY_ONE, cloud)
    assert [call[0] for call in cloud.calls] == ["share", "share", "sharing"]
    assert changes(cloud) == [("share", "m-1", (), (TWO,)), ("share", "m-1", (ONE,), ())]


def test_an_image_that_cannot_be_deleted_is_not_withdrawn() -> None:
    cloud = shared(TWO, status="Creating")
    cloud.finish("m-1", after=30)
    result = failing(ABSENT, cloud, meanwhile={("by_ids", 1): lambda them: them.change("m-1", usage="instance")})
    assert (result["reason"], result["actions"], cloud.writes) == ("in_use", [], [])
    assert cloud.shares.accounts("m-1") == {TWO}


@pytest.mark.parametrize(
    ("deed", "told"), [(sharing("m-1", THREE), THREE), (lambda cloud: cloud.shares.public.add("m-1"), "it is public")]
)
def test_an_image_that_is_shared_again_before_its_deletion_is_kept(deed: Intervention, told: str) -> None:
    cloud = shared(TWO)
    result = failing(ABSENT, cloud, meanwhile={("sharing", 1): deed})
    assert result["reason"] == "shared"
    assert result["actions"] == [f"stop sharing image m-1 with account {TWO}"]
    assert "m-1" in cloud.present()
    assert told in result["msg"]


@pytest.mark.parametrize("lag", [{"lag": 3.0}, {"reports": False}], ids=["its accounts", "the image"])
def test_an_image_that_the_cloud_shows_as_shared_for_a_while_is_deleted(lag: dict[str, t.Any]) -> None:
    cloud = shared(TWO)
    vars(cloud.shares).update(lag)
    if "reports" in lag:
        # The list lags behind; the deletion itself does not.
        cloud.meanwhile[("delete", 1)] = lambda them: them.change("m-1", is_self_shared=False)
    made = followed(ABSENT, cloud, meanwhile=cloud.meanwhile)
    assert made.actions == [f"stop sharing image m-1 with account {TWO}", "delete image m-1 'web'"]
    assert cloud.present() == {}


def test_a_withdrawal_that_the_site_ignores_deletes_nothing() -> None:
    cloud = shared(TWO)
    cloud.shares.ignores = True
    assert failing(ABSENT, cloud)["reason"] == "shared"
    assert "m-1" in cloud.present()


@pytest.mark.parametrize("call", [("by_ids", 1), ("sharing", 1)], ids=["before the reads", "between the reads"])
def test_an_image_that_somebody_else_deletes_after_its_withdrawal_counts_as_deleted(call: tuple[str, int]) -> None:
    cloud = shared(TWO)
    made = followed(ABSENT, cloud, meanwhile={call: removing("m-1")})
    assert made.actions == [f"stop sharing image m-1 with account {TWO}"]


def test_an_image_whose_accounts_cannot_be_read_again_is_not_deleted() -> None:
    cloud = shared(TWO)
    result = failing(ABSENT, cloud, meanwhile={("sharing", 1): refusing(ServiceError("Forbidden.RAM"))})
    assert result["reason"] == "access_denied"
    assert "m-1" in cloud.present()


def test_a_deletion_that_is_refused_after_the_withdrawal_tells_it() -> None:
    cloud = shared(TWO)
    result = failing(ABSENT, cloud, meanwhile={("delete", 1): refusing(ServiceError("ImageUsingByInstance"))})
    assert result["changed"]
    assert result["actions"] == [f"stop sharing image m-1 with account {TWO}"]


def test_a_withdrawal_whose_answer_is_lost_is_reported_as_uncertain() -> None:
    lost = NoAnswerError("lost", action="ModifyImageSharePermission", endpoint="https://ecs.example.com")
    result = failing(ABSENT, shared(TWO), meanwhile={("share", 1): refusing(lost)})
    assert result["actions"] == [f"stop sharing image m-1 with account {TWO} (may have been carried out)"]


def test_a_public_image_is_refused_with_unshare_as_well() -> None:
    cloud = shared()
    cloud.change("m-1", is_self_shared=True)
    cloud.shares.public.add("m-1")
    assert "is public" in refused(ABSENT, cloud)["msg"]
    assert refused(EXACTLY_ONE, cloud)["reason"] == "shared"


def test_whether_an_image_is_shared_is_read_where_the_cloud_does_not_show_it() -> None:
    cloud = shared(TWO, status="Available")
    cloud.change("m-1", is_self_shared=None)
    assert planned(ABSENT, cloud).actions[0] == f"stop sharing image m-1 with account {TWO}"


# --- sharing ----------------------------------------------------------------------------------------------------------


def test_a_sharing_that_the_site_ignores_is_a_failure() -> None:
    cloud = shared()
    cloud.shares.ignores = True
    result = failing(EXACTLY_ONE, cloud)
    assert result["reason"] == "not_supported_by_site"
    assert f"share_with (account {ONE})" in result["msg"]
    assert "shared_with" in result or result["changed"]


def test_a_sharing_that_the_task_has_no_time_to_confirm_is_not_called_ignored() -> None:
    cloud = shared()
    cloud.shares.lag = 50.0
    result = failing(EXACTLY_ONE, cloud, seconds=20)
    assert result["reason"] == "timed_out"


def test_a_failure_after_the_withdrawal_tells_what_was_done_and_no_accounts() -> None:
    cloud = shared(TWO)
    result = failing(EXACTLY_ONE, cloud, meanwhile={("share", 2): refusing(ServiceError("InvalidAccount.NotFound"))})
    assert result["reason"] == "invalid_input"
    assert result["actions"] == [f"stop sharing image m-1 with account {TWO}"]
    assert "shared_with" not in result


def test_an_image_that_is_shared_after_a_wait_is_returned_as_it_was_read() -> None:
    cloud = shared(status="Creating", progress=45)
    cloud.finish("m-1", after=30)
    made = followed(DesiredImage(image_name="web", share_with=(ONE,)), cloud)
    assert (made.image["progress"], made.image["is_self_shared"]) == (100, True)


# --- replacements -----------------------------------------------------------------------------------------------------


def test_the_replacement_image_is_shared_before_the_replaced_one_is_withdrawn() -> None:
    cloud = replaceable(ONE, TWO)
    followed(REPLACE, cloud)
    assert changes(cloud) == [("share", "m-new-1", (ONE, TWO), ()), ("share", "m-old", (), (ONE, TWO))]
    assert list(cloud.present()) == ["m-new-1"]
    assert cloud.shares.accounts("m-new-1") == {ONE, TWO}


def test_a_replaced_image_whose_accounts_have_changed_is_kept_with_a_warning() -> None:
    cloud = replaceable(ONE)
    # The second read is that of the new image.
    made = followed(REPLACE, cloud, meanwhile={("sharing", 2): sharing("m-old", ONE, THREE)})
    assert not [text for text in made.actions if text.startswith("stop sharing")]
    assert cloud.shares.accounts("m-old") == {ONE, THREE}
    assert [text for text in made.warnings if "image m-old was not deleted" in text and THREE in text] != []
    assert len(made.warnings) == 1


def test_the_next_run_withdraws_and_deletes_a_replaced_image_that_was_kept() -> None:
    cloud = replaceable(ONE)
    followed(REPLACE, cloud, meanwhile={("sharing", 2): sharing("m-old", ONE, THREE)})
    followed(REPLACE, cloud)
    assert list(cloud.present()) == ["m-new-1"]
    assert cloud.shares.accounts("m-new-1") == {ONE, THREE}


def test_an_adopted_replacement_image_gets_only_the_accounts_that_it_lacks() -> None:
    cloud = replaceable(ONE, TWO)
    mark = marks.Mark("m-old", marks.digest(REPLACE), NOW - 60).text()
    cloud.images["m-2"] = image(
        "m-2", image_name="web-replacement", tags={MARK: mark}, disk_device_mappings=[disk("s-new")]
    )
    cloud.shares.with_all["m-2"] = {TWO}
    followed(REPLACE, cloud)
    assert changes(cloud)[0] == ("share", "m-2", (ONE,), ())


def test_a_replacement_that_follows_an_unfinished_one_shares_its_own_image() -> None:
    cloud = replaceable(ONE)
    mark = marks.Mark("m-old", marks.digest(REPLACE), NOW - 60).text()
    cloud.images["m-2"] = image("m-2", tags={MARK: mark}, disk_device_mappings=[disk("s-9")], is_self_shared=True)
    cloud.shares.with_all["m-2"] = {ONE, TWO}
    followed(REPLACE, cloud)
    assert changes(cloud) == [
        ("share", "m-old", (), (ONE,)),
        ("share", "m-new-1", (ONE, TWO), ()),
        ("share", "m-2", (), (ONE, TWO)),
    ]
    assert list(cloud.present()) == ["m-new-1"]


def test_a_replacement_image_with_too_many_accounts_is_refused_before_it_is_created() -> None:
    cloud = replaceable(*(str(number) for number in range(100, 150)))
    assert "51 accounts" in refused(REPLACE._replace(share_with=(ONE,)), cloud)["msg"]
    assert planned(REPLACE._replace(share_with=(ONE,), purge_shares=True), cloud).steps


def test_a_replacement_of_a_shared_image_is_refused_with_the_accounts() -> None:
    result = refused(REPLACE._replace(unshare=False), replaceable(ONE, TWO))
    assert result["reason"] == "shared"
    assert f"is shared with accounts {ONE}, {TWO}" in result["msg"]
    assert "unshare=true" in result["msg"]


def test_a_new_image_that_cannot_be_shared_does_not_replace_the_old_one() -> None:
    cloud = replaceable(ONE)
    result = failing(REPLACE, cloud, meanwhile={("share", 1): refusing(ServiceError("QuotaExceed.ShareImage"))})
    assert result["changed"]
    assert cloud.images["m-old"]["image_name"] == "web"
    assert cloud.shares.accounts("m-old") == {ONE}


# --- options ----------------------------------------------------------------------------------------------------------


def test_more_than_fifty_accounts_are_refused_before_the_first_request() -> None:
    numbers = [str(number) for number in range(100, 151)]
    given = params_of(ARGUMENTS, {"image_name": "web", "share_with": numbers})
    with pytest.raises(RefusalError) as caught:
        desired_from(given)
    assert "51 accounts" in caught.value.message
    # The same account twice is one.
    desired = desired_from(params_of(ARGUMENTS, {"image_name": "web", "share_with": [*numbers[:50], numbers[0]]}))
    assert desired.share_with == tuple(numbers[:50])
