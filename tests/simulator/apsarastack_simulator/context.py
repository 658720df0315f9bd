# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action gets to see: the world, the knobs, the moment, and whose call it is."""

from __future__ import annotations

import dataclasses
import typing as t

from . import lifecycle
from .errors import CloudError

if t.TYPE_CHECKING:
    from .answers import Body
    from .knobs import Knobs
    from .parameters import Arguments, Specification
    from .world import AccessKey, Image, Instance, Organization, Owned, Snapshot, World


@dataclasses.dataclass(frozen=True)
class Context:
    """`resource_group` None: the call is not narrowed to a resource set. `now` is simulated seconds."""

    action: str
    world: World
    knobs: Knobs
    now: float
    region: str
    key: AccessKey
    organization: Organization
    resource_group: int | None

    def owns(self, thing: t.Union[Owned, Image]) -> bool:
        """Of this caller's organization, resource set and region; everything else does not exist for it."""
        if thing.organization != self.organization.id or thing.region != self.region:
            return False
        return self.resource_group is None or thing.resource_group == self.resource_group

    def own_image(self, image_id: str) -> Image:
        """Raises CloudError when there is none that the caller owns: also for the vendor's public images."""
        image = self.world.images.get(image_id)
        if image is None or not self.owns(image) or not lifecycle.exists(image, self.now):
            raise CloudError("InvalidImageId.NotFound")
        return image

    def own_instance(self, instance_id: str) -> Instance:
        instance = self.world.instances.get(instance_id)
        if instance is None or not self.owns(instance):
            raise CloudError("InvalidInstanceId.NotFound")
        return instance

    def own_snapshot(self, snapshot_id: str) -> Snapshot:
        snapshot = self.world.snapshots.get(snapshot_id)
        if snapshot is None or not self.owns(snapshot):
            raise CloudError("InvalidSnapshotId.NotFound")
        return snapshot


@dataclasses.dataclass(frozen=True)
class Action:
    """One operation of the API. `needs_region`: RegionId is mandatory, as for nearly all of ECS."""

    name: str
    specification: Specification
    run: t.Callable[[Context, Arguments], Body]
    write: bool
    product: str = "Ecs"
    needs_region: bool = True
    region_missing: str = "MissingParameter"
    region_unknown: str = "InvalidRegionId.NotFound"


def new_home(context: Context) -> int | None:
    """The resource set of something new: the caller's, else the first of the organization."""
    if context.resource_group is not None:
        return context.resource_group
    groups = context.organization.resource_groups
    return groups[0].id if groups else None
