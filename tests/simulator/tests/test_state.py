# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world that survives a restart, and one that is large."""

from __future__ import annotations

import json
import pathlib
import time
import typing as t

import pytest

from apsarastack_simulator import seed, state
from apsarastack_simulator.clock import Clock
from apsarastack_simulator.knobs import Knobs
from apsarastack_simulator.service import Service
from apsarastack_simulator.testing import Simulator

from .rpc import Caller
from .test_command import Command, command
from .test_control import control

__all__ = ["command"]


def test_the_state_survives_a_restart(command: t.Callable[..., Command], tmp_path: pathlib.Path) -> None:
    words = ("--state", str(tmp_path / "state.json"), "--knob", "create_time=1000")
    first = command(*words)
    with Caller(first.port()) as caller:
        image_id = caller.create("kept", ClientToken="token-1", **{"Tag.1.Key": "env", "Tag.1.Value": "dev"})
        before = caller.image(image_id)
        caller.call("DeleteImage", ImageId="m-in-use", Force="true")
    control(first.port(), "POST", "clock", {"advance": 500})
    assert first.stop()[0] == 0
    (tmp_path / "port").unlink()
    with Caller(command(*words).port()) as caller:
        after = caller.image(image_id)
        assert after is not None
        assert before is not None
        assert 50 <= int(after["Progress"].rstrip("%")) <= 55
        changing = ("Progress", "DiskDeviceMappings")
        assert [after[name] for name in after if name not in changing] == [
            before[name] for name in before if name not in changing
        ]
        assert caller.create("kept", ClientToken="token-1", **{"Tag.1.Key": "env", "Tag.1.Value": "dev"}) == image_id
        assert caller.image("m-in-use") is None


def test_a_change_is_saved_while_it_runs(command: t.Callable[..., Command], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "state.json"
    running = command("--state", str(path))
    with Caller(running.port()) as caller:
        image_id = caller.create()
    give_up = time.monotonic() + 10
    while not path.exists() or image_id not in path.read_text(encoding="utf-8"):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    running.process.kill()
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == 2
    assert path.stat().st_mode & 0o077 == 0


def test_a_crash_while_saving_leaves_the_old_state(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    world = seed.build(seed.load(), 0.0)
    state.save(path, world, 1.0)

    def broken(_number: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", broken)
    world.images.remove(next(iter(world.images)))
    with pytest.raises(OSError, match="no space"):
        state.save(path, world, 2.0)
    loaded = state.load(path)
    assert loaded is not None
    assert loaded[1] == 1.0
    assert len(loaded[0].images) == 4


def test_saving_and_loading_changes_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "state.json"
    tasks = [{"id": "t-1", "organization": 37, "delivers": [], "disks": [{"OSSBucket": "exports"}]}]
    state.save(path, seed.build(seed.merged(seed.load(), {"tasks": tasks}), 100.0), 100.0)
    once = path.read_text(encoding="utf-8")
    loaded = state.load(path)
    assert loaded is not None
    state.save(path, *loaded)
    assert path.read_text(encoding="utf-8") == once


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}', '{"format": 2, "now": 1}', "\x00"])
def test_a_broken_state_file_is_refused_with_a_message(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(state.StateError, match=r"the state file .*state\.json"):
        state.load(path)


def test_a_missing_state_file_is_accepted(tmp_path: pathlib.Path) -> None:
    assert state.load(tmp_path / "state.json") is None


def test_ten_thousand_images_are_looked_up_by_name_in_a_few_milliseconds() -> None:
    with Simulator(seed_changes={"generated_images": 10_000}) as simulator, Caller(simulator.port) as caller:
        for number in range(1, 10_000, 400):
            (image,) = caller.find(ImageName=f"generated-{number:05d}")
            assert image["ImageId"] == f"m-generated{number:011d}"
        durations = sorted(call["duration_ms"] for call in simulator.calls("DescribeImages"))
        assert durations[len(durations) // 2] < 5
        reply = caller.call("DescribeImages", ImageOwnerAlias="self", PageSize="50", PageNumber="200")
        assert (reply.body["TotalCount"], len(reply.images)) == (10_001, 50)


ORGANIZATION = {"id": 1, "name": "one", "account": "1", "resource_groups": [{"id": 2, "name": "two", "rs_id": "rs"}]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"regions": []}, "regions is empty"),
        ({"organizations": []}, "at least one organization"),
        ({"organizations": [{**ORGANIZATION, "resource_groups": []}]}, "1 has no resource set"),
        ({"organizations": [ORGANIZATION]}, "LTAIsimulator37 is of an organization that does not exist"),
        ({"instance_role": "nobody"}, "no organization has the role nobody"),
        ({"instances": [{"id": "i-1", "organization": 37, "color": "blue"}]}, "seed section instances"),
        ({"snapshots": [{"id": "s-1", "organization": 37, "created": "yesterday"}]}, "seed section snapshots"),
        ({"images": [{"id": "m-1", "name": "one", "organization": 99}]}, "m-1 is of organization 99"),
        (
            {"instances": [{"id": "i-1", "organization": 37, "resource_group": 500}]},
            "i-1 is of resource set 500, which its organization does not have",
        ),
        ({"snapshots": [{"id": "s-1", "organization": 37, "region": "cn-nowhere"}]}, "s-1 is in region cn-nowhere"),
        ({"buckets": [{"name": "b-1", "organization": 37, "objects": [{"color": "blue"}]}]}, "seed section buckets"),
        ({"tasks": [{"id": "t-1", "organization": 37, "region": "cn-nowhere"}]}, "t-1 is in region cn-nowhere"),
        ({"pets": []}, "unknown section pets"),
    ],
)
def test_an_invalid_seed_is_refused_with_a_message(changes: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(seed.SeedError, match=sentence):
        seed.build(seed.merged(seed.load(), changes), 0.0)


@pytest.mark.parametrize("text", ["- a list", "a: [", "\ttab: 1"])
def test_a_seed_file_that_is_not_a_mapping_is_refused_with_a_message(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "seed.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(seed.SeedError, match=r"the seed .*seed\.yml"):
        seed.load(path)


def test_tags_of_a_seed_are_text_whatever_yaml_made_of_them() -> None:
    images = [{"id": "m-1", "name": "one", "organization": 37, "tags": {"version": 7, 8: True}}]
    world = seed.build(seed.merged(seed.load(), {"images": images}), 0.0)
    image = world.images.get("m-1")
    assert image is not None
    assert image.attributes.tags == {"version": "7", "8": "True"}


def test_the_service_needs_no_server() -> None:
    """The modules below the HTTP layer can be used and tested alone."""
    clock = Clock(real=lambda: 1_000_000.0)
    service = Service(seed.load(), Knobs(), clock)
    assert clock.now() == 1_000_000.0
    assert len(service.world.images) == 4
