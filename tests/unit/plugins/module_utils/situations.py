# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of situations, and the in-memory fake cloud in the state of each case.

A case describes the cloud like a seed of the simulator; ``tests/situations/README.md`` explains the format.
"""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

import yaml
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Disk
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import NOW

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

TESTS = Path(__file__).resolve().parents[3]
ORGANIZATION, REGION = 37, "cn-neimeng-env30-d01"
SEED = yaml.safe_load((TESTS / "simulator" / "apsarastack_simulator" / "seed.yml").read_text(encoding="utf-8"))
# The names of the simulator's knobs here. The fake cloud matches names exactly, as ``Images`` does.
KNOBS = {
    "names_unique": "names_unique",
    "delete_latency": "removal_time",
    "name_match": "",
    "unknown_accounts": "",
    "newest_fields": "",
}

Case = t.Mapping[str, t.Any]


def cases() -> t.Iterator[dict[str, t.Any]]:
    """The cases of the whole table. A case that depends on unique names is run twice."""
    for path in sorted((TESTS / "situations").glob("*.yml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            for case in row.get("cases", [row]):
                named = {**case, "name": f"{path.stem}: {case['name']}"}
                yield named
                if case.get("of_names"):
                    yield {**named, "name": f"{named['name']} (unique names)", "knobs": {"names_unique": True}}


def cloud_of(case: Case) -> FakeImages:
    everywhere, instances = _own(case, "images"), _own(case, "instances")
    own = [entry for entry in everywhere if entry.get("region", REGION) == REGION]
    used = {entry.get("image_id"): entry["id"] for entry in instances}
    cloud = FakeImages(*(_image(entry, used) for entry in own))
    if case.get("knobs", {}).get("newest_fields"):
        _report_encryption(cloud, own)
    cloud.shares.with_all = {entry["id"]: set(entry.get("shared_with", ())) for entry in own}
    for entry in own:
        if entry.get("ready_at", 0) > 0:
            cloud.finish(entry["id"], after=entry["ready_at"], status=entry.get("fails_as", "Available"))
    cloud.users_of = {entry["id"]: (used[entry["id"]],) for entry in own if entry["id"] in used}
    cloud.instances = {entry["id"]: _instance(entry) for entry in instances}
    imaged = {disk.get("snapshot_id") for entry in own for disk in entry.get("mappings", ())}
    cloud.known_snapshots = {entry["id"]: _snapshot(entry, imaged) for entry in _own(case, "snapshots")}
    original = case.get("desired", {}).get("copy_from", {})
    if original.get("region", REGION) != REGION:
        there = [entry for entry in everywhere if entry.get("region") == original["region"]]
        cloud.copies.elsewhere = [_image(entry, used) for entry in there]
    for task in case.get("tasks", ()):
        failures = [task["error"]] if "error" in task else []
        cloud.tasks.begin(cloud.images[task["image_id"]], failures, task["id"])
    for knob, value in case.get("knobs", {}).items():
        if KNOBS[knob]:
            setattr(cloud, KNOBS[knob], value)
    return cloud


def _report_encryption(cloud: FakeImages, entries: t.Iterable[Case]) -> None:
    for entry in entries:
        for disk in cloud.images[entry["id"]]["disk_device_mappings"]:
            disk["encrypted"] = entry.get("encrypted", False)


def _own(case: Case, section: str) -> list[Case]:
    """The entries that the task can see; those of a case belong to the account by default."""
    entries: list[Case] = case.get(section, SEED[section])
    return [entry for entry in entries if entry.get("organization", ORGANIZATION) == ORGANIZATION]


def _instance(entry: Case) -> Instance:
    return Instance(entry["id"], entry.get("status", "Running"), is_locked="security" in entry.get("lock_reasons", ()))


def _image(entry: Case, used: t.Container[str | None]) -> Image:
    status = entry.get("fails_as", "Available")
    if entry.get("ready_at", 0) > 0:
        status = "Waiting" if entry.get("creating_at", 0) > 0 else "Creating"
    return image(
        entry["id"],
        image_name=entry["name"],
        description=entry.get("description", ""),
        tags=entry.get("tags", {}),
        status="Deprecated" if entry.get("deprecated") else status,
        progress=100 if status == "Available" else 99,
        usage="instance" if entry["id"] in used else "none",
        is_self_shared=bool(entry.get("shared_with")),
        is_copied=bool(entry.get("copied_from")),
        creation_time=_time(entry.get("created", 0)),
        image_version=entry.get("version", ""),
        platform=entry.get("platform", ""),
        os_type=entry.get("os_type", "linux"),
        architecture=entry.get("architecture", "x86_64"),
        image_family=entry.get("family", ""),
        boot_mode=entry.get("boot_mode", "BIOS").lower(),
        disk_device_mappings=[_disk(disk) for disk in entry.get("mappings", ())],
    )


def _disk(entry: Case) -> Disk:
    known = {name: entry.get(name) for name in ("device", "size", "type")}
    told = {"snapshot_id": "snapshot_id", "format": "format", "import_bucket": "bucket", "import_object": "object"}
    texts = {key: entry.get(name, "") for key, name in told.items()}
    return t.cast("Disk", {**dict.fromkeys(Disk.__annotations__), **known, **texts})


def _snapshot(entry: Case, imaged: t.Container[str]) -> Snapshot:
    status = "failed" if entry.get("fails") else "progressing" if entry.get("ready_at", 0) > 0 else "accomplished"
    is_imaged, is_disk = entry["id"] in imaged, bool(entry.get("used_by_disk"))
    usage = "_".join(kind for kind, holds in (("image", is_imaged), ("disk", is_disk)) if holds) or "none"
    size, created = entry.get("size", 40), entry["created"]
    taken = created if isinstance(created, str) else _time(created)
    return Snapshot(entry["id"], status, size, entry.get("disk_type"), entry.get("name"), taken, usage)


def _time(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(NOW + seconds, tz=datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
