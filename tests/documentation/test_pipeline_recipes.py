# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks for pipelines: a weekly release, a check for drift, and the id of the newest image for other hosts."""

from __future__ import annotations

import typing as t

import pytest
import worlds
import yaml

if t.TYPE_CHECKING:
    from pathlib import Path

    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

WEEKLY = "weekly_golden_image.yml"
WEEK = 7 * 86400
WEEKS = ("2026-w45", "2026-w46", "2026-w47", "2026-w48")
REGIONS = ("cn-neimeng-env30-d01", "cn-wulan-env82-d01")
ACCOUNT = "1000000000000038"
FAMILY = "web-golden"
# No release may touch these.
BYSTANDERS = [
    *worlds.in_every_state("db-golden-", WEEK, family="db-golden"),
    *worlds.in_every_state("db-there-", WEEK, family="db-golden", region=REGIONS[1]),
    worlds.seeded("web-golden-foreign", WEEK, family=FAMILY, **worlds.OTHER_TENANT),
    worlds.seeded("web-golden-without-family", WEEK),
]


def writes(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls() if call["write"]]


def releases(simulator: Simulator, region: str) -> list[worlds.Document]:
    """The existing images of the family and the account in a region, newest first."""
    return [
        image
        for image in simulator.state()["images"]
        if (image["image_family"], image["organization"], image["region"]) == (FAMILY, 37, region)
        and not image["deleted"]
    ]


def shown(simulator: Simulator) -> dict[str, list[tuple[str, str, list[str]]]]:
    """By region, the name, the status and the accounts of each release, newest first."""
    return {
        region: [
            (image["image_name"].removeprefix("web-golden-"), image["status"], image["shared_with"])
            for image in releases(simulator, region)
        ]
        for region in REGIONS
    }


def expected(weeks: t.Sequence[str]) -> dict[str, list[tuple[str, str, list[str]]]]:
    """After releases in these weeks: the newest is usable and shared, and two deprecated ones are left."""
    newest, *older = reversed(weeks)
    of_a_region = [(newest, "Available", [ACCOUNT]), *((week, "Deprecated", []) for week in older[:2])]
    return dict.fromkeys(REGIONS, of_a_region)


def release(ansible: Playbooks, simulator: Simulator, playbooks: Path, week: str) -> None:
    simulator.advance(WEEK)
    run = ansible.playbook(playbooks / WEEKLY, week=week)
    assert run.code == 0, run.output


def test_each_week_releases_an_image_deprecates_the_last_one_and_keeps_three(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, BYSTANDERS, copy_time=0.2)
    before, snapshots = worlds.remembered(simulator), worlds.snapshots(simulator)
    for number, week in enumerate(WEEKS, start=1):
        release(ansible, simulator, playbooks, week)
        assert shown(simulator) == expected(WEEKS[:number])

    of_releases = {
        disk["snapshot_id"]
        for region in REGIONS
        for image in releases(simulator, region)
        for disk in image["disk_device_mappings"]
    }
    assert worlds.snapshots(simulator) - snapshots == of_releases
    after, done = worlds.remembered(simulator), writes(simulator)
    assert {image_id: after.get(image_id) for image_id in before} == before
    again = ansible.playbook(playbooks / WEEKLY, week=WEEKS[-1])
    next_week = ansible.playbook(playbooks / WEEKLY, "--check", week="2026-w49")
    assert (again.code, next_week.code, writes(simulator)) == (0, 0, done), again.output + next_week.output
    assert next_week.results[1]["actions"][0].startswith("create image 'web-golden-2026-w49' from instance")


def test_a_release_that_fails_takes_nothing_away_and_is_resumed(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [], copy_time=0.2)
    release(ansible, simulator, playbooks, WEEKS[0])
    simulator.fault(action="CopyImage", code="QuotaExceed.Image")
    failed = ansible.playbook(playbooks / WEEKLY, week=WEEKS[1])

    assert failed.code != 0
    left = [(week, status) for of_region in shown(simulator).values() for week, status, _accounts in of_region]
    assert left == [(WEEKS[1], "Available"), (WEEKS[0], "Available"), (WEEKS[0], "Available")]
    release(ansible, simulator, playbooks, WEEKS[1])
    assert shown(simulator) == expected(WEEKS[:2])
    assert len(simulator.calls("CreateImage")) == 2


REFUSED: tuple[worlds.Document, ...] = (
    *({"keep": keep} for keep in ("three", "", None, True, False, 2.9, "2.9", 0, -1, [3])),
    *({"week": week} for week in ("", " ", None)),
    {"second_region": REGIONS[0]},
)


@pytest.mark.every_core
def test_the_weekly_release_refuses_variables_that_it_could_misread(ansible: Playbooks, playbooks: Path) -> None:
    # The check of the recipe, repeated for all variables: a process for each would take minutes.
    (play,) = yaml.safe_load((playbooks / WEEKLY).read_text(encoding="utf-8"))
    check = {**play["tasks"][0], "ignore_errors": True}
    accepted: tuple[worlds.Document, ...] = ({}, {"keep": "3"}, {"keep": 1}, {"week": 48})
    variables = (*accepted, *REFUSED)
    run = ansible.play([{**check, "vars": {**play["vars"], **each}} for each in variables])

    assert run.code == 0, run.output
    # The condition that failed is only in the result of a failure.
    refused = [each for each, result in zip(variables, run.results) if "assertion" in result]
    assert (len(run.results), refused) == (len(variables), list(REFUSED))


@pytest.mark.parametrize("keep", ["three", True, 2.9], ids=str)
def test_a_number_of_releases_that_is_none_is_refused_before_anything_is_taken_away(
    keep: t.Any, ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    run = ansible.playbook(playbooks / WEEKLY, keep=keep)

    assert run.code != 0
    assert "keep must be an integer of at least 1" in run.result["msg"]
    assert simulator.calls() == []


@pytest.mark.every_core
def test_a_string_as_extra_variables_are_keeps_as_many_releases(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [], copy_time=0.2)
    for week in WEEKS[:3]:
        simulator.advance(WEEK)
        run = ansible.playbook(playbooks / WEEKLY, "--extra-vars", "keep=2", week=week)
        assert run.code == 0, run.output
    of_a_region = [("2026-w47", "Available", [ACCOUNT]), ("2026-w46", "Deprecated", [])]
    assert shown(simulator) == dict.fromkeys(REGIONS, of_a_region)


def test_a_release_that_is_not_the_newest_takes_nothing_away(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    """Somebody has added a newer image to the family: this week's release would be deprecated right away."""
    this_week = f"{FAMILY}-{WEEKS[0]}"
    images = [worlds.seeded(this_week, 3600, id=f"m-{region}", family=FAMILY, region=region) for region in REGIONS]
    worlds.populate(simulator, [*images, worlds.seeded("by-hand", 60, family=FAMILY)])
    run = ansible.playbook(playbooks / WEEKLY, week=WEEKS[0], accounts=[])

    assert run.code != 0, run.output
    told = f"The newest usable image of the family {FAMILY} in {REGIONS[0]} is by-hand, not {this_week}."
    assert told in run.output
    assert writes(simulator) == []


# --- check_drift.yml --------------------------------------------------------------------------------------------------

AS_DESIRED: worlds.Document = {"description": "nginx 1.27", "tags": {"team": "web"}}
DRIFTED: tuple[tuple[worlds.Document, str], ...] = (
    ({**AS_DESIRED, "description": "nginx 1.26"}, "set the description of image m-web-golden to 'nginx 1.27'"),
    ({**AS_DESIRED, "tags": {"team": "db", "left": "over"}}, "set tags team=web on image m-web-golden"),
)


@pytest.mark.every_core
def test_an_image_in_its_desired_state_passes(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600, **AS_DESIRED)])
    run = ansible.playbook(playbooks / "check_drift.yml")

    assert (run.code, writes(simulator)) == (0, []), run.output


@pytest.mark.every_core
@pytest.mark.parametrize(("known", "action"), DRIFTED, ids=["description", "tags"])
def test_drift_fails_with_the_actions_of_a_run_and_nothing_is_changed(
    known: worlds.Document, action: str, ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600, **known)])
    run = ansible.playbook(playbooks / "check_drift.yml")

    assert run.code != 0
    assert run.results[-1]["msg"].startswith("web-golden is not in its desired state. A run would: ")
    assert action in run.results[-1]["msg"]
    assert writes(simulator) == []


def test_a_missing_image_is_drift_as_well(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    worlds.populate(simulator, [])
    run = ansible.playbook(playbooks / "check_drift.yml")

    assert (run.code != 0, run.result["reason"], writes(simulator)) == (True, "not_found", [])


# --- hand_over_newest.yml ---------------------------------------------------------------------------------------------


@pytest.mark.every_core
def test_every_host_of_the_next_play_has_the_id(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    images = [worlds.seeded(name, age, family=FAMILY) for name, age in (("newest", 60), ("older", 3600))]
    worlds.populate(simulator, images)
    run = ansible.playbook(playbooks / "hand_over_newest.yml", "--inventory", "web-1,web-2,")

    assert run.code == 0, run.output
    assert [f"{host} uses image m-newest" in run.output for host in ("web-1", "web-2")] == [True, True]


@pytest.mark.every_core
def test_a_run_without_hosts_that_could_use_the_id_fails(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("newest", 60, family=FAMILY)])
    run = ansible.playbook(playbooks / "hand_over_newest.yml")

    assert run.code != 0
    assert "The inventory has no hosts" in run.result["msg"]
    assert simulator.calls() == []
