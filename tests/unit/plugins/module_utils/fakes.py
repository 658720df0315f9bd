# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small cloud in memory with the verbs of ``Images``, and a clock that only moves when somebody sleeps."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image, image_stub

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Create


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def deadline(self, seconds: float = 600) -> Deadline:
        return Deadline(seconds, clock=self, sleep=self.sleep)


def image(image_id: str = "m-1", **known: t.Any) -> Image:
    """An image as the cloud shows a healthy one, with what the test cares about."""
    defaults = {
        "image_name": "web",
        "description": "",
        "status": "Available",
        "progress": 100,
        "usage": "none",
        "creation_time": "2026-11-24T05:06:07Z",
    }
    return image_stub(image_id=image_id, **{**defaults, **known})


class FakeImages:
    """``build_time`` and ``removal_time`` in seconds of the clock; ``outcome`` is how a build ends."""

    def __init__(self, *images: Image, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.images: dict[str, Image] = {str(one["image_id"]): one for one in images}
        self.instances: dict[str, Instance] = {}
        self.known_snapshots: dict[str, Snapshot] = {}
        self.users_of: dict[str, tuple[str, ...]] = {}
        self.build_time = 0.0
        self.removal_time = 0.0
        self.read_lag = 0.0
        self.outcome = "Available"
        self.calls: list[tuple[t.Any, ...]] = []
        self.errors: dict[str, Exception] = {}
        self._ready_at: dict[str, float] = {}
        self._gone_at: dict[str, float] = {}
        self._stale: dict[str, tuple[float, Image]] = {}

    def _note(self, verb: str, *arguments: t.Any) -> None:
        self.calls.append((verb, *arguments))
        if verb in self.errors:
            raise self.errors.pop(verb)

    @property
    def writes(self) -> list[tuple[t.Any, ...]]:
        return [call for call in self.calls if call[0] in ("create", "modify", "delete", "set_tags", "unset_tags")]

    def _pass_time(self) -> None:
        for image_id, ready_at in list(self._ready_at.items()):
            if self.clock.now >= ready_at:
                del self._ready_at[image_id]
                self.images[image_id] = {**self.images[image_id], "status": self.outcome, "progress": 100}
        for image_id, gone_at in list(self._gone_at.items()):
            if self.clock.now >= gone_at:
                del self._gone_at[image_id]
                del self.images[image_id]

    def _shown(self) -> list[Image]:
        self._pass_time()
        return [
            self._stale[image_id][1] if self._stale.get(image_id, (0.0,))[0] > self.clock.now else one
            for image_id, one in self.images.items()
        ]

    def by_id(self, image_id: str) -> Image | None:
        self._note("by_id", image_id)
        return next((one for one in self._shown() if one["image_id"] == image_id), None)

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        self._note("by_name", image_name)
        return tuple(one for one in self._shown() if one["image_name"] == image_name)

    def users(self, image_id: str) -> tuple[str, ...]:
        self._note("users", image_id)
        return self.users_of.get(image_id, ())

    def instance(self, instance_id: str) -> Instance | None:
        self._note("instance", instance_id)
        return self.instances.get(instance_id)

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        self._note("snapshots", tuple(snapshot_ids))
        return {key: value for key, value in self.known_snapshots.items() if key in snapshot_ids}

    def create(self, wanted: Create) -> str:
        self._note("create", wanted)
        image_id = f"m-new-{len(self.images) + 1}"
        made = image(
            image_id,
            image_name=wanted.image_name,
            description=wanted.description or "",
            tags=dict(wanted.tags),
            status="Creating",
            progress=0,
        )
        self.images[image_id] = made
        self._ready_at[image_id] = self.clock.now + self.build_time
        return image_id

    def modify(self, image_id: str, image_name: str | None, description: str | None) -> None:
        self._note("modify", image_id, image_name, description)
        changes = {"image_name": image_name, "description": description}
        self._change(image_id, **{key: value for key, value in changes.items() if value is not None})

    def set_tags(self, image_id: str, tags: t.Mapping[str, str]) -> None:
        self._note("set_tags", image_id, dict(tags))
        self._change(image_id, tags={**self.images[image_id]["tags"], **tags})

    def unset_tags(self, image_id: str, keys: t.Sequence[str]) -> None:
        self._note("unset_tags", image_id, tuple(keys))
        kept = {key: value for key, value in self.images[image_id]["tags"].items() if key not in keys}
        self._change(image_id, tags=kept)

    def _change(self, image_id: str, **changes: t.Any) -> None:
        self._stale.setdefault(image_id, (self.clock.now + self.read_lag, self.images[image_id]))
        self.images[image_id] = t.cast("Image", {**self.images[image_id], **changes})

    def delete(self, image_id: str, force: bool) -> None:
        self._note("delete", image_id, force)
        self._gone_at[image_id] = self.clock.now + self.removal_time
