# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `keep_newest.yml` deletes, and what it never deletes."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import worlds

if t.TYPE_CHECKING:
    from ansible_process import Run
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

RECIPE = "keep_newest.yml"
USABLE = [f"web-golden-{number}" for number in range(1, 5)]


@pytest.fixture
def recipe(playbooks: Path) -> Path:
    return playbooks / RECIPE


def usable_images(*ages: int) -> list[worlds.Document]:
    """Usable images that are not in use, with these ages in hours."""
    return [worlds.seeded(name, hours * worlds.HOUR) for name, hours in zip(USABLE, ages)]


def crowded(simulator: Simulator) -> None:
    """Four usable matching images, newer and older ones in all other states, and one with another name."""
    worlds.populate(
        simulator,
        [
            *usable_images(1, 2, 3, 4),
            *worlds.in_every_state("web-golden-newer-", 60),
            *worlds.in_every_state("web-golden-older-", 100 * worlds.HOUR),
            worlds.seeded("db-golden", 1000 * worlds.HOUR),
        ],
    )


def deleted(simulator: Simulator, before: t.Iterable[str]) -> set[str]:
    return set(before) - worlds.remembered(simulator).keys()


def announced(run: Run) -> list[str]:
    """The actions of all items of all tasks."""
    items = [item for result in run.results for item in result.get("results", [])]
    return [action for item in items for action in item.get("actions", [])]


# The newer images that are in use or shared count as well, so that two of the four usable ones are kept.
KEEP = 4
OLDEST = {"m-web-golden-3", "m-web-golden-4"}


def test_only_the_older_usable_images_are_deleted(ansible: Playbooks, simulator: Simulator, recipe: Path) -> None:
    crowded(simulator)
    before, snapshots = worlds.remembered(simulator), worlds.snapshots(simulator)

    checked = ansible.playbook(recipe, "--check", keep=KEEP)
    assert (checked.code, worlds.remembered(simulator)) == (0, before), checked.output
    run = ansible.playbook(recipe, keep=KEEP)

    assert run.code == 0, run.output
    assert announced(run) == announced(checked)
    assert deleted(simulator, before) == OLDEST
    left = worlds.remembered(simulator)
    assert left == {image_id: image for image_id, image in before.items() if image_id not in OLDEST}
    assert snapshots - worlds.snapshots(simulator) == {"s-web-golden-3", "s-web-golden-4"}


def test_failed_images_are_deleted_if_requested(ansible: Playbooks, simulator: Simulator, recipe: Path) -> None:
    crowded(simulator)
    before = worlds.remembered(simulator)

    checked = ansible.playbook(recipe, "--check", keep=KEEP, remove_failed=True)
    run = ansible.playbook(recipe, keep=KEEP, remove_failed=True)

    assert (checked.code, run.code) == (0, 0), checked.output + run.output
    assert announced(run) == announced(checked)
    failed = {"m-web-golden-newer-failed", "m-web-golden-older-failed"}
    assert deleted(simulator, before) == OLDEST | failed


def test_failed_images_do_not_cause_the_deletion_of_usable_ones(
    ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    failed = [worlds.seeded(f"web-golden-failed-{age}", age, fails_as="CreateFailed") for age in (10, 20, 30)]
    worlds.populate(simulator, [*usable_images(1, 2), *failed])
    run = ansible.playbook(recipe)

    assert run.code == 0, run.output
    assert "DeleteImage" not in {call["action"] for call in simulator.calls()}


def test_the_requested_number_of_images_is_kept_if_several_have_the_same_creation_time(
    ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    worlds.populate(simulator, usable_images(1, 2, 2, 2))
    before = worlds.remembered(simulator)
    checked = ansible.playbook(recipe, "--check", keep=2)
    run = ansible.playbook(recipe, keep=2)

    assert run.code == 0, run.output
    assert announced(run) == announced(checked)
    assert len(deleted(simulator, before)) == 2
    assert "m-web-golden-1" in worlds.remembered(simulator)


@pytest.mark.parametrize(
    "variables",
    [
        *({"keep": keep} for keep in ("", "three", 0, -1, None)),
        *({"name_regex": pattern} for pattern in (None, "", "  ", ".*", "web-|")),
    ],
    ids=str,
)
def test_options_that_select_every_image_are_refused_before_the_list_is_read(
    variables: dict[str, t.Any], ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    run = ansible.playbook(recipe, **variables)

    assert run.code != 0
    assert "keep must be an integer of at least 1, and name_regex a pattern" in run.result["msg"]
    assert simulator.calls() == []
