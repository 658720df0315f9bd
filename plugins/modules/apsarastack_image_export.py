#!/usr/bin/python
# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apsarastack_image_export
short_description: Export custom ECS images to OSS on ApsaraStack
version_added: "1.1.0"
description:
  - Exports a custom ECS image to an OSS bucket, one object for each disk, and cancels running exports.
  - The module does not read the bucket. An image counts as exported if the cloud lists an export task of the image to
    the same bucket, with the same prefix and format, that is running or has finished. A running one is waited for.
  - How long finished tasks stay listed depends on the site. If the task is no longer listed, the image is exported
    again.
author:
  - apsarastack.cloud contributors (@apsarastack)
extends_documentation_fragment:
  - apsarastack.cloud.attributes
  - apsarastack.cloud.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(force=true), every run exports the image. Otherwise a second run changes nothing as long as the cloud
        lists the task of the first one.
options:
  state:
    description:
      - V(present) exports the image unless it is exported already.
      - V(absent) cancels a running export. Finished exports and their objects stay as they are.
    type: str
    choices: [present, absent]
    default: present
  image_id:
    description:
      - The id of the image, which must be one of the account's own images.
      - Exactly one of O(image_id) and O(image_name) is required. A null counts as omitted.
    type: str
  image_name:
    description:
      - The exact name of the image. If several images have the name, the task fails and lists them. Images whose
        creation failed are ignored if another image has the name.
    type: str
    aliases: [name]
  bucket:
    description:
      - The OSS bucket to write to. It must be in the region of the image and belong to the same account. ECS must be
        allowed to write to it; see O(role_name).
      - It must have 3 to 63 lower-case letters, digits and hyphens, and must start and end with a letter or a digit.
      - Required if O(state=present). With O(state=absent), only an export to this bucket is canceled.
    type: str
  prefix:
    description:
      - What the names of the objects start with, before an underscore and the id of the image.
      - It must have 1 to 30 letters and digits.
      - If omitted, the names start with the id of the image. With O(state=absent), an export with any prefix is
        canceled.
    type: str
  format:
    description:
      - The format of the disk files. Many sites export only V(raw).
      - If omitted, the cloud writes V(raw) files, and an earlier export in any format counts as done.
    type: str
    choices: [raw, vhd, qcow2, vmdk, vdi]
  role_name:
    description:
      - The RAM role that allows ECS to write to the bucket. If omitted, it is C(AliyunECSImageExportDefaultRole).
      - The module does not create roles. On some sites, no role is required if the bucket is open to ECS.
    type: str
  force:
    description:
      - Export the image again even if a finished export exists.
      - Objects in the format V(raw) are overwritten, since they have the same names again. In other formats, the names
        may contain the id of the task of the cloud; the objects of the earlier export are then left in the bucket.
      - An export that is still running is waited for instead, and no second one is started.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the export has finished or is canceled.
      - With V(false), the task returns once the export has started, with its RV(task_status) and RV(task_progress). Run
        it again later with V(true) to wait for it.
      - An image can have one export at a time. Another export of the image is always waited for.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the whole task may take, including requests, retries and waiting.
      - It includes waiting for another export of the account to end, if the quota of concurrent exports is used up.
      - The export continues after a timeout. Run the task again to resume waiting for it.
    type: int
    default: 3600
notes:
  - Some sites report only at the end of an export which image and bucket it is about. If such an export is running, the
    task warns in check mode that it cannot tell whether it is the same one. A run finds out, and never exports the
    image twice. With O(state=absent), such an export is not canceled, and the task fails.
  - A call that the site refuses is always a failure. However, a site may also answer with an empty list of export tasks
    if the task is not allowed to see them, which looks like no export at all. O(state=present) then exports the image
    again, and O(state=absent) cancels nothing. Set O(department) and O(resource_group) as in the task that started the
    export, and have C(ecs:DescribeTasks) and C(ecs:DescribeTaskAttribute) granted.
  - After an interrupted or canceled export, parts of it may be left in the bucket.
seealso:
  - module: apsarastack.cloud.apsarastack_image
  - module: apsarastack.cloud.apsarastack_image_info
"""

EXAMPLES = r"""
- name: Export an image to a bucket
  apsarastack.cloud.apsarastack_image_export:
    image_name: web-golden
    bucket: exports
    prefix: nightly

- name: Start the export of an image in another format, and do not wait for it
  apsarastack.cloud.apsarastack_image_export:
    image_id: m-8vb0a1b2c3d4e5f6g7h8
    bucket: exports
    format: qcow2
    wait: false

- name: Export an image again, and overwrite the objects
  apsarastack.cloud.apsarastack_image_export:
    image_name: web-golden
    bucket: exports
    prefix: nightly
    force: true

- name: Cancel the running export of an image
  apsarastack.cloud.apsarastack_image_export:
    image_id: m-8vb0a1b2c3d4e5f6g7h8
    state: absent

- name: Set the connection options once for several tasks; in a play, module_defaults does the same for all of its tasks
  module_defaults:
    group/apsarastack.cloud.apsarastack:
      popgw_domain: env30.example.com
      region: cn-neimeng-env30-d01
      department: "37"
      resource_group: "412"
  block:
    - name: Export an image to a bucket
      apsarastack.cloud.apsarastack_image_export:
        image_name: web-golden
        bucket: exports
        prefix: nightly
"""

RETURN = r"""
task_id:
  description:
    - The id of the task of the cloud that exports the image, has exported it, or was canceled.
    - Null if there is none, and in check mode if one would be started.
  returned: success, and failure after the first step was started
  type: str
  sample: tsk-8vb0a1b2c3d4e5f6g7h8
task_status:
  description:
    - The status of that task as the cloud reports it, for example C(Processing), C(Finished), C(Failed) or C(Canceled).
    - Null if there is no task, if the cloud does not list it yet, and in check mode if one would be started.
  returned: success, and failure after the first step was started
  type: str
  sample: Finished
task_progress:
  description:
    - The progress of that task in percent. Null if the cloud does not report it.
  returned: success, and failure after the first step was started
  type: int
  sample: 100
objects:
  description:
    - The objects that the export writes, as the task of the cloud reports them, the system disk first. Empty if it does
      not report them yet, and in check mode if the image would be exported.
  returned: success, and failure after the first step was started
  type: list
  elements: dict
  contains:
    bucket:
      description: The bucket.
      type: str
      sample: exports
    object:
      description: The name of the object.
      type: str
      sample: nightly_m-8vb0a1b2c3d4e5f6g7h8_system.raw.tar.gz
    format:
      description: The format of the disk file. Null on releases that do not report it.
      type: str
      sample: raw
image_id:
  description:
    - The id of the image. Null if there is none, which is not an error with O(state=absent).
  returned: success, and failure if the image is known or the first step was started
  type: str
  sample: m-8vb0a1b2c3d4e5f6g7h8
image:
  description:
    - The image. Null if there is none, which is not an error with O(state=absent).
  returned: success, and failure if the image is known or the first step was started
  type: dict
  contains:
    image_id:
      description: The id.
      type: str
      sample: m-8vb0a1b2c3d4e5f6g7h8
    image_name:
      description: The name.
      type: str
      sample: web-golden-2026-11
    description:
      description: The description.
      type: str
      sample: nginx 1.27 on CentOS 7.9
    status:
      description: >-
        C(Creating), C(Waiting), C(Available), C(UnAvailable), C(CreateFailed) or C(Deprecated).
      type: str
      sample: Available
    progress:
      description: Creation progress in percent.
      type: int
      sample: 100
    usable:
      description: Whether instances can be created from it. Null on releases that do not report it.
      type: bool
      sample: null
    size:
      description: The size of the system disk in GiB.
      type: int
      sample: 40
    os_type:
      description: C(linux) or C(windows).
      type: str
      sample: linux
    os_name:
      description: The name of the operating system.
      type: str
      sample: CentOS  7.9 64 bit
    platform:
      description: The platform.
      type: str
      sample: CentOS
    architecture:
      description: The architecture.
      type: str
      sample: x86_64
    boot_mode:
      description: How it boots, for example C(bios) or C(uefi). Null on releases that do not report it.
      type: str
      sample: bios
      version_added: 1.1.0
    license_type:
      description: The license, for example C(Auto) or C(BYOL). Null on releases that do not report it.
      type: str
      sample: null
      version_added: 1.1.0
    image_version:
      description: The version.
      type: str
      sample: ""
    image_family:
      description: The image family.
      type: str
      sample: ""
    image_owner_alias:
      description: The owner; always C(self) for this module.
      type: str
      sample: self
    usage:
      description: C(instance) if instances were created from it, otherwise C(none).
      type: str
      sample: none
    is_copied:
      description: Whether it is a copy of another image. Null on releases that do not report it.
      type: bool
      sample: false
      version_added: 1.1.0
    is_subscribed:
      description: Whether it is a subscribed marketplace image.
      type: bool
      sample: false
    is_self_shared:
      description: Whether it is shared with other accounts. Null if the cloud does not report it.
      type: bool
      sample: null
    creation_time:
      description: When its creation began, in UTC.
      type: str
      sample: "2026-11-24T05:06:10Z"
    product_code:
      description: The marketplace product code.
      type: str
      sample: ""
    tags:
      description: The tags, including those of the platform.
      type: dict
      sample: {"stage": "golden", "team": "web"}
    disk_device_mappings:
      description: The disks, the system disk first.
      type: list
      elements: dict
      contains:
        device:
          description: The device name.
          type: str
          sample: /dev/xvda
        size:
          description: The size in GiB.
          type: int
          sample: 40
        snapshot_id:
          description: The snapshot that holds the disk.
          type: str
          sample: s-8vb0a1b2c3d4e5f6g7h8
        type:
          description: C(system) or C(data).
          type: str
          sample: system
        format:
          description: The format, for imported images.
          type: str
          sample: ""
        progress:
          description: Creation progress of this disk in percent, if the cloud reports it.
          type: int
          sample: null
        import_bucket:
          description: The bucket that it was imported from. Null on releases that do not report it.
          type: str
          sample: ""
          version_added: 1.1.0
        import_object:
          description: The object that it was imported from. Null on releases that do not report it.
          type: str
          sample: ""
          version_added: 1.1.0
        encrypted:
          description: Whether it is encrypted. Null on releases that do not report it.
          type: bool
          sample: null
          version_added: 1.1.0
    region:
      description: The region.
      type: str
      sample: cn-neimeng-env30-d01
actions:
  description:
    - What was done, or would be done in check mode, in order. Empty if nothing changes.
    - In a failure, what was done before it. An entry that ends with C((may have been carried out)) is a step whose
      response was lost, or that the cloud accepted but does not show.
    - C(changed) is true exactly if there is an entry.
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: ["export image m-8vb0a1b2c3d4e5f6g7h8 to bucket 'exports' with prefix 'nightly'"]
reason:
  description:
    - Why the task failed, as a word that does not change between releases. Use it for example in C(when) or C(until).
    - New words may be added.
    - V(timed_out) - the task did not finish within O(wait_timeout). Run the task again to continue.
    - V(interrupted) - the task was ended by a signal. Run the task again to continue.
    - V(invalid_input) - the module or the cloud refused an option or its value.
    - V(missing_library) - a Python library is missing on the host that runs the module.
    - V(not_found) - the image, the bucket or a resource set does not exist, or is not visible to the task.
    - V(ambiguous_name) - the name belongs to more than one image or resource set.
    - V(source_not_usable) - the image cannot be exported, because of its status or its kind.
    - V(bucket_not_authorized) - ECS is not allowed to write to the bucket, because the role is missing or does not
      allow it.
    - V(export_failed) - the cloud could not finish the export.
    - V(canceled) - the export was canceled by somebody else while the task waited for it.
    - V(vanished) - the task of the cloud is no longer listed.
    - V(not_supported_by_site) - the site does not offer what the task needs.
    - V(access_denied) - the access key is not allowed to do this.
    - V(credentials) - the access key, its secret key or token, the profile or the role is missing or wrong, or the
      clock of the host is wrong.
    - V(signing_unavailable) - the security policy of the host forbids HMAC-SHA1, with which calls are signed.
    - V(unreachable) - no connection to the site, or no response from it.
    - V(tls) - no trusted TLS connection could be established.
    - V(throttled) - the cloud refused the call because of too many calls, during the whole O(wait_timeout).
    - V(unexpected_answer) - the response is not one of ApsaraStack.
    - V(cloud_error) - any other error of the cloud; see RV(error).
  returned: failure
  type: str
  sample: bucket_not_authorized
error:
  description: The response of the cloud to a failed call.
  returned: failure caused by a call
  type: dict
  contains:
    code:
      description: The error code, or C(HTTP) and the status if the response has none. Null without a usable response.
      type: str
      sample: NoSetRoletoECSServiceAcount
    message:
      description: The error message of the cloud. Without a usable response, what went wrong.
      type: str
      sample: ECS service account have no right to access your OSS.
    request_id:
      description: The id with which the operators of the cloud find the request. Null if the response has none.
      type: str
      sample: 540CFF28-407A-40B5-B6A5-74B012345678
    asapi_request_id:
      description: The id of the request at the ASAPI gateway. Null if the response has none.
      type: str
      sample: null
    trace_id:
      description: The id of the trace through the gateways of the site. Null if the response has none.
      type: str
      sample: null
    http_status:
      description: The HTTP status.
      type: int
      sample: 403
    action:
      description: The API action.
      type: str
      sample: ExportImage
    endpoint:
      description: The URL that the call was sent to.
      type: str
      sample: https://ecs-internal.example.internal
"""

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._export import execution, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.lookups import Lookups
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import TaskModule

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "image_id": {"type": "str"},
    "image_name": {"type": "str", "aliases": ["name"]},
    "bucket": {"type": "str"},
    "prefix": {"type": "str"},
    "format": {"type": "str", "choices": ["raw", "vhd", "qcow2", "vmdk", "vdi"]},
    "role_name": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
RULES: dict[str, t.Any] = {
    "mutually_exclusive": [("image_id", "image_name")],
    "required_one_of": [("image_id", "image_name")],
    "required_if": [("state", "present", ("bucket",))],
}


def run(
    desired: DesiredExport,
    images: Images,
    deadline: Deadline,
    check_mode: bool,
    log: t.Callable[[str], None] = lambda _line: None,
) -> dict[str, t.Any]:
    """Plan, and act unless in check mode. Returns the module's result; raises ApsaraStackError.

    ``log``: writes a line to the log of the host.
    """
    plan = planning.plan(desired, Lookups(images))
    outcome = execution.predict(plan) if check_mode else execution.execute(plan, images.tasks, deadline, log)
    return {**outcome.facts(), "diff": diff(plan, desired)}


def work(module: TaskModule) -> dict[str, t.Any]:
    desired = desired_from(module.params)
    return run(desired, Images(module.connect()), module.deadline, module.check_mode, log=module.log_line)


def hints() -> Hints:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.hints import HINTS  # noqa: PLC0415

    return HINTS


def main() -> None:
    TaskModule(ARGUMENTS, **RULES).run(work, hints)


if __name__ == "__main__":
    main()
