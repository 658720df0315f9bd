# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of each row of the guide on permissions, and the world in which they run."""

from __future__ import annotations

import dataclasses
import typing as t

TENANT = {"organization": 37, "resource_group": 412}
OF_WEB = "SnapshotForImage-m-web-system"
STORED = {"device": "/dev/xvda", "type": "system", "size": 100, "bucket": "golden-images", "object": "data.raw"}
READ = [{"OSSBucket": "golden-images", "OSSObject": "data.raw", "ImageFormat": "RAW"}]
WRITTEN = [{"OSSBucket": "exports", "OSSObject": "m-exporting_system.raw.tar.gz", "ImageFormat": "raw"}]
MANY = {f"key-{number:02d}": "value" for number in range(12)}
WORLD = {
    "images": [
        {
            "id": image_id,
            "name": name,
            "created": -3600,
            "tags": {"team": "web", "left": "over"},
            "mappings": [{"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot_id}],
            **TENANT,
            **more,
        }
        for image_id, name, snapshot_id, more in (
            ("m-web", "web", "s-of-web", {}),
            ("m-web-newer", "web-newer", "", {"created": -60}),
            ("m-failed", "failed", "", {"fails_as": "CreateFailed"}),
            ("m-in-use", "in-use", "", {}),
            ("m-shared", "shared", "", {"shared_with": ["1000000000000038"]}),
            ("m-many-tags", "many-tags", "", {"tags": MANY}),
            ("m-exporting", "exporting", "", {}),
            ("m-copying", "copying", "s-of-copying", {"copied_from": "m-many-tags", "ready_at": 3600}),
            (
                "m-importing",
                "importing",
                "",
                {"ready_at": 3600, "mappings": [{**STORED, "snapshot_id": "s-of-importing"}]},
            ),
            ("m-not-imported", "not-imported", "", {"fails_as": "CreateFailed", "mappings": [STORED]}),
        )
    ],
    "snapshots": [
        {"id": "s-of-web", "name": OF_WEB, "disk_type": "system", "size": 40, "created": -3600, **TENANT},
        {"id": "s-system", "name": "system", "disk_type": "system", "size": 40, "created": -7200, **TENANT},
    ],
    "tasks": [
        {"id": f"t-{image_id}", "action": action, "image_id": image_id, "disks": disks, **TENANT, **more}
        for image_id, action, disks, more in (
            ("m-exporting", "ExportImage", WRITTEN, {"created": -60, "ends_at": 3600}),
            ("m-importing", "ImportImage", READ, {"created": -3600, "ends_at": 3600}),
            ("m-not-imported", "ImportImage", READ, {"created": -3600, "error": "The disk file cannot be read."}),
        )
    ],
}


@dataclasses.dataclass(frozen=True)
class Situation:
    """A task. ``rows``: other rows of the guide that apply to it. ``reason``: of its failure, if it fails."""

    options: dict[str, t.Any]
    rows: tuple[str, ...] = ()
    reason: str | None = None
    knobs: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    module: str = "apsarastack_image"


ALWAYS = "uses any of the modules"
FROM_INSTANCE = "creates an image from ``instance_id``"
FROM_SNAPSHOT = "creates an image from ``snapshot_id`` or ``disk_device_mapping``"
COPIES = "copies an image (``copy_from``)"
AGAIN = "creates an image after it has deleted one of the same name that is ``CreateFailed``"
IMPORTS = "imports an image (``import_from``)"
EXPLAINS = "says why an import has failed"
STOPS_COPY = "deletes an image that is still being copied"
STOPS_IMPORT = "deletes an image that is still being imported"
SHARES = "shares an image, or stops that (``share_with``)"
UNSHARES = "stops sharing an image before it is deleted (``unshare``)"
DELETES = "deletes an image (``state: absent``)"
REPLACES = "replaces an image (``recreate``)"
WITH_SNAPSHOTS = "also deletes the snapshots of an image (``delete_snapshots``)"
INSTANCE = {"instance_id": "i-web-running"}
COPY, FILE = {"copy_from": {"image_name": "web"}}, {"import_from": [{"bucket": "golden-images", "object": "data.raw"}]}
ROLE = {"assume_role": {"role_arn": "acs:ram::1000000000000037:role/imager"}}
# The image has the tags team and left: another tag is added, or left is removed.
ADDED, REMOVED = {"tags": {"team": "web", "left": "over", "stage": "golden"}}, {"tags": {"team": "web"}}
EXPORT = {"image_name": "web", "bucket": "exports"}
RETENTION = {"name_regex": "^web(-newer)?$", "keep": 1}
OLD_SITE = {"tag_resources": False, "tags_per_call": 5}
SITUATIONS: dict[str, tuple[Situation, ...]] = {
    ALWAYS: (
        Situation({"image_name": "web", **INSTANCE}),
        Situation({"image_id": "m-web"}),
        Situation({"image_name": "missing", "state": "absent"}),
        Situation({"image_name": "missing"}, reason="not_found"),
        Situation({"tags": {"team": "web"}, "usage": "instance"}, module="apsarastack_image_info"),
    ),
    FROM_INSTANCE: (
        Situation({"image_name": "new", **INSTANCE, "description": "made", "tags": {"team": "web"}}),
        Situation({"image_name": "new", "instance_id": "i-unknown"}, reason="not_found"),
    ),
    FROM_SNAPSHOT: (
        Situation({"image_name": "new", "snapshot_id": "s-system"}),
        Situation({"image_name": "new", "disk_device_mapping": [{"snapshot_id": "s-system"}, {"size": 20}]}),
    ),
    COPIES: (
        Situation({"image_name": "new", **COPY, "description": "copied", "tags": {"team": "web"}}),
        Situation({"image_name": "new", "copy_from": {"image_id": "m-web", "encrypted": True}}),
    ),
    IMPORTS: (
        Situation({"image_name": "new", **FILE, "description": "imported", "tags": {"team": "web"}}),
        Situation({"image_name": "importing", **FILE, "wait": False}),
    ),
    AGAIN: (Situation({"image_name": "failed", **INSTANCE}, rows=(FROM_INSTANCE,)),),
    "changes ``image_name``, ``description``, ``image_family``, ``boot_mode``, ``license_type`` or ``deprecated``": (
        Situation({"image_name": "web", "description": "changed"}),
        Situation({"image_name": "web", "image_family": "golden", "boot_mode": "uefi"}),
        Situation({"image_name": "web", "deprecated": True}),
        Situation({"image_id": "m-web", "image_name": "renamed"}),
    ),
    "adds or changes ``tags``": (Situation({"image_name": "web", **ADDED}),),
    "removes ``tags`` (``purge_tags``)": (Situation({"image_name": "web", **REMOVED}),),
    "adds, changes or removes ``tags`` on a site that does not support ``TagResources``": (
        Situation({"image_name": "web", **ADDED}, rows=("adds or changes ``tags``",), knobs=OLD_SITE),
        Situation({"image_name": "web", **REMOVED}, rows=("removes ``tags`` (``purge_tags``)",), knobs=OLD_SITE),
        Situation(
            {"image_name": "many-tags", "tags": {name.replace("key", "new"): "value" for name in MANY}},
            rows=("adds or changes ``tags``", "removes ``tags`` (``purge_tags``)"),
            knobs=OLD_SITE,
        ),
    ),
    SHARES: (
        Situation({"image_name": "web", "share_with": ["1000000000000038"]}),
        Situation({"image_name": "shared", "share_with": [], "purge_shares": True}),
    ),
    UNSHARES: (Situation({"image_name": "shared", "state": "absent", "unshare": True}, rows=(DELETES,)),),
    "fails because the image to delete is shared, and lists the accounts": (
        Situation({"image_name": "shared", "state": "absent"}, reason="shared"),
    ),
    "lists the accounts that images are shared with (``gather_shares``)": (
        Situation({"image_name": "shared", "gather_shares": True}, module="apsarastack_image_info"),
    ),
    REPLACES: (
        Situation({"image_name": "web", **INSTANCE, "recreate": "always"}, rows=(FROM_INSTANCE,)),
        Situation({"image_name": "web", **FILE, "recreate": "always"}, rows=(IMPORTS,)),
        Situation(
            {"image_name": "web", "snapshot_id": "s-system", "recreate": "on_source_change"}, rows=(FROM_SNAPSHOT,)
        ),
    ),
    DELETES: (
        Situation({"image_name": "web", "state": "absent"}),
        Situation({"image_name": "in-use", "state": "absent", "force": True}),
    ),
    STOPS_COPY: (Situation({"image_name": "copying", "state": "absent"}, rows=(DELETES,)),),
    STOPS_IMPORT: (Situation({"image_name": "importing", "state": "absent"}, rows=(DELETES,)),),
    EXPLAINS: (
        Situation({"image_name": "not-imported"}, reason="creation_failed"),
        Situation({"image_name": "not-imported", **FILE}, rows=(IMPORTS, AGAIN)),
    ),
    "fails because the image to delete is in use, and lists the instances": (
        Situation({"image_name": "in-use", "state": "absent"}, reason="in_use"),
    ),
    WITH_SNAPSHOTS: (
        Situation({"image_name": "web", "state": "absent", "delete_snapshots": True}, rows=(DELETES,)),
        Situation(
            {"image_name": "web", **INSTANCE, "recreate": "always", "delete_snapshots": True},
            rows=(FROM_INSTANCE, REPLACES),
        ),
    ),
    "exports an image (``apsarastack_image_export``)": (
        Situation(EXPORT, module="apsarastack_image_export"),
        Situation({**EXPORT, "wait": False}, module="apsarastack_image_export"),
    ),
    "cancels the export of an image (``state: absent``)": (
        Situation({"image_id": "m-exporting", "state": "absent"}, module="apsarastack_image_export"),
    ),
    "deletes older images (``apsarastack_image_retention``)": (
        Situation(RETENTION, module="apsarastack_image_retention"),
        Situation(
            {**RETENTION, "delete_snapshots": True}, rows=(WITH_SNAPSHOTS,), module="apsarastack_image_retention"
        ),
    ),
    "deprecates older images (``action: deprecate``)": (
        Situation({**RETENTION, "action": "deprecate"}, module="apsarastack_image_retention"),
    ),
    "``assume_role``, or a ``profile`` that assumes a role": (Situation({"image_id": "m-web", **ROLE}),),
    "``resource_group_set_name``": (
        Situation({"image_id": "m-web", "resource_group_set_name": "ops", "department": None, "resource_group": None}),
    ),
}
