# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `keep_newest.yml`, and the playbook of the guide that decides itself, delete, and what they never delete."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import worlds
import yaml
from examples import ROOT, blocks

if t.TYPE_CHECKING:
    from ansible_process import Run
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

RECIPE = "keep_newest.yml"
USABLE = [f"web-golden-{number}" for number in range(1, 5)]


GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_recipes.rst"
LONG_WAY = "Keep the newest images, with a loop"


@pytest.fixture
def recipe(playbooks: Path) -> Path:
    return playbooks / RECIPE


def long_way() -> worlds.Document:
    """The playbook of the guide that does the same with a loop."""
    plays = [play for block in blocks(GUIDE) if isinstance(block.content, list) for play in block.content]
    (found,) = (play for play in plays if play["name"] == LONG_WAY)
    return t.cast("worlds.Document", found)


@pytest.fixture(params=[RECIPE, LONG_WAY])
def either(request: pytest.FixtureRequest, recipe: Path, ansible: Playbooks) -> Path:
    if request.param == RECIPE:
        return recipe
    return ansible.write("long_way.yml", yaml.safe_dump([long_way()], sort_keys=False))


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
    """The actions of all tasks."""
    return [action for result in run.results for action in result.get("actions", [])]


# The newer images that are in use or shared count as well, so that two of the four usable ones are kept.
KEEP = 4
OLDEST = {"m-web-golden-3", "m-web-golden-4"}


@pytest.mark.every_core
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


@pytest.mark.every_core
def test_failed_images_are_deleted_if_requested(ansible: Playbooks, simulator: Simulator, either: Path) -> None:
    crowded(simulator)
    before = worlds.remembered(simulator)

    checked = ansible.playbook(either, "--check", keep=KEEP, remove_failed=True)
    run = ansible.playbook(either, keep=KEEP, remove_failed=True)

    assert (checked.code, run.code) == (0, 0), checked.output + run.output
    assert announced(run) == announced(checked)
    failed = {"m-web-golden-newer-failed", "m-web-golden-older-failed"}
    assert deleted(simulator, before) == OLDEST | failed


def test_failed_images_do_not_cause_the_deletion_of_usable_ones(
    ansible: Playbooks, simulator: Simulator, either: Path
) -> None:
    failed = [worlds.seeded(f"web-golden-failed-{age}", age, fails_as="CreateFailed") for age in (10, 20, 30)]
    worlds.populate(simulator, [*usable_images(1, 2), *failed])
    run = ansible.playbook(either)

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


# Patterns that match every name, or almost every name: the prefix of a name is not a pattern.
PATTERNS = (
    "",
    " ",
    ".",
    ".+",
    ".*",
    "\\w",
    "^",
    "$",
    "a|",
    "web-|",
    "(?i)web-",
    "[a-z]-",
    "^web-golden-",
    "web-.*",
    "*-",
)
# The beginnings of many unrelated names.
VAGUE = ("w", "web", "-", "_", "7-", "web golden-")


NO_STRINGS: tuple[t.Any, ...] = (None, True, 7, [])
REFUSED: tuple[worlds.Document, ...] = (
    *({"keep": keep} for keep in ("", "three", 0, -1, None)),
    *({"name_prefix": prefix} for prefix in (*NO_STRINGS, *PATTERNS, *VAGUE)),
    {"name_regex": "^db-golden-"},
)


def test_the_guide_checks_the_same_variables(recipe: Path) -> None:
    (play,) = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    assert long_way()["tasks"][0] == play["tasks"][0]


@pytest.mark.every_core
def test_variables_that_may_select_unrelated_images_are_refused(ansible: Playbooks, recipe: Path) -> None:
    # The check of the recipe, repeated for all variables: a process for each would take minutes.
    (play,) = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    check = {**play["tasks"][0], "ignore_errors": True}
    tasks = [{**check, "vars": {**play["vars"], **variables}} for variables in ({}, *REFUSED)]
    run = ansible.play(tasks)

    assert run.code == 0, run.output
    # The condition that failed is only in the result of a failure.
    first, *others = ("assertion" in result for result in run.results)
    assert (first, len(others)) == (False, len(REFUSED))
    assert [variables for variables, is_refused in zip(REFUSED, others) if not is_refused] == []


@pytest.mark.every_core
@pytest.mark.parametrize("variables", [{"name_prefix": "."}, {"name_regex": "^web-"}], ids=str)
def test_refused_variables_end_the_play_before_the_list_is_read(
    variables: dict[str, t.Any], ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    run = ansible.playbook(recipe, **variables)

    assert run.code != 0
    assert "name_prefix must be what the names of the images start with" in run.result["msg"]
    assert simulator.calls() == []


@pytest.mark.parametrize("prefix", ["web.golden-", "eb-golden-"])
def test_each_character_of_the_prefix_stands_for_itself(
    prefix: str, ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    crowded(simulator)
    before = worlds.remembered(simulator)
    checked = ansible.playbook(recipe, "--check", name_prefix=prefix, keep=1, remove_failed=True)
    run = ansible.playbook(recipe, name_prefix=prefix, keep=1, remove_failed=True)

    assert (checked.code, run.code) == (0, 0), checked.output + run.output
    assert announced(checked) == announced(run) == []
    assert worlds.remembered(simulator) == before


def test_the_prefix_selects_the_images_whose_names_start_with_it(
    ansible: Playbooks, simulator: Simulator, recipe: Path
) -> None:
    names = ["\u955c\u50cf.v1-a", "\u955c\u50cf.v1-b", "x-\u955c\u50cf.v1-c", "\u955c\u50cfxv1-d"]
    images = [worlds.seeded(name, age * worlds.HOUR, id=f"m-{age}") for age, name in enumerate(names, start=1)]
    worlds.populate(simulator, images)
    before = worlds.remembered(simulator)
    run = ansible.playbook(recipe, name_prefix="\u955c\u50cf.v1-", keep=1)

    assert run.code == 0, run.output
    assert deleted(simulator, before) == {"m-2"}
