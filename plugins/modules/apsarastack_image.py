#!/usr/bin/python
# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apsarastack_image
short_description: Manage custom ECS images on ApsaraStack
version_added: "1.0.0"
description:
  - Makes a custom ECS image exist, have the name, description and tags that the task asks for, or be gone.
  - The image is found by O(image_id), or by its exact O(image_name) among the images of the account, in every
    status. A second run therefore never makes a second image, not even while the first one is still being created.
  - The module first reads, then plans, then acts. Check mode is the plan without the acting, so that what
    C(--check --diff) shows is what a run does.
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
      - With O(recreate=always) every run replaces the image. Otherwise a second run changes nothing.
options:
  state:
    description:
      - V(present) makes the image if there is none, and changes what differs if there is one.
      - V(absent) deletes the image. Snapshots that it was made of stay, save with O(delete_snapshots=true).
    type: str
    choices: [present, absent]
    default: present
  image_id:
    description:
      - Selects an existing image by its id.
      - With O(state=present), an id that does not exist is an error, since a new image would get another id.
      - At least one of O(image_id) and O(image_name) is required. A null selects nothing.
    type: str
  image_name:
    description:
      - Without O(image_id), selects the image with exactly this name among the account's own images, in every status.
        If several have the name, the task fails and lists them; it never picks one.
      - With O(image_id) and O(state=present), the desired name of the image.
      - With O(image_id) and O(state=absent), both must match the same image.
      - With O(state=present), it must have 2 to 128 characters, start with a letter, and contain only letters, digits,
        '.', ':', '_' and '-'. Some releases do not accept '.' in a name, letters other than Latin and Chinese ones, or
        a name that starts with 'acs:' or 'aliyun'.
    type: str
    aliases: [name]
  description:
    description:
      - The description of the image.
      - It must have at most 256 characters and must not start with http:// or https://. Some releases require at least
        2 characters.
      - If omitted, an existing description stays unchanged.
      - The API cannot empty a description. An empty string is refused if the image has a description.
    type: str
  instance_id:
    description:
      - The instance to make the image from, with all its disks. It has to be running or stopped; while it is on
        its way there the module waits, within O(wait_timeout).
      - Only looked at when an image has to be made. Mutually exclusive with O(snapshot_id) and O(disk_device_mapping).
    type: str
  snapshot_id:
    description:
      - The snapshot of a system disk to make the image from.
      - When the image exists, it is compared with what the cloud tells of its disks; see O(recreate).
      - Mutually exclusive with O(instance_id) and O(disk_device_mapping).
    type: str
  disk_device_mapping:
    description:
      - The disks to make the image from, 1 to 17, at least one of them with a snapshot.
      - When the image exists, they are compared with what the cloud tells of its disks; see O(recreate).
      - Mutually exclusive with O(instance_id) and O(snapshot_id).
    type: list
    elements: dict
    suboptions:
      snapshot_id:
        description:
          - The snapshot that the disk is made from. Without it the disk is blank.
        type: str
      size:
        description:
          - The size of the disk in GiB, not smaller than its snapshot. 5 to 2000 on every release; newer ones
            take up to 32768.
          - Left out, it is the size of the snapshot.
        type: int
      device:
        description:
          - The device name, such as V(/dev/xvda) for the system disk. Left out, the cloud gives them in order.
        type: str
      disk_type:
        description:
          - Whether it is the system disk or a data disk. Left out, the kind of the snapshot decides.
        type: str
        choices: [system, data]
  tags:
    description:
      - The tags of the image, at most 20.
      - A key must have 1 to 128 characters and must not start with aliyun, acs:, ascm:, http:// or https://. Keys with
        one of these prefixes belong to the platform and are never removed. Some releases allow at most 64 characters.
      - A value must have at most 128 characters and must not start with acs:, http:// or https://.
      - Keys and values must be strings. An integer is used in its decimal spelling, as YAML has read it; since YAML
        reads V(00000122) as an octal number, it becomes V(82). Quote such values, and booleans and floating-point
        numbers, which are refused.
      - A template of a single variable keeps the variable's type. Append C(| string) if the variable is a boolean or a
        number.
      - If omitted, the tags stay unchanged. V({}) together with O(purge_tags=true) removes all of them.
    type: dict
  purge_tags:
    description:
      - Whether to remove tags that O(tags) does not list. Without O(tags), nothing is removed.
    type: bool
    default: true
  force:
    description:
      - With O(state=absent), delete the image although instances were made from it. They keep running, but their
        disks can never be re-initialised from it.
      - The same holds for the old image when O(recreate) replaces it.
    type: bool
    default: false
  delete_snapshots:
    description:
      - Also delete the snapshots of each image that the task deletes, once the image is gone. That is the image of
        O(state=absent), one that O(recreate) replaces, and a failed leftover.
      - Only snapshots that the cloud made for the image are deleted. A snapshot is kept when the image was made from
        it, when another image of the account uses it, or when the task names it as its source.
      - One that the cloud refuses to delete is listed in RV(snapshots_failed), and the task succeeds. All that stay are
        listed in RV(snapshots_left).
    type: bool
    default: false
  recreate:
    description:
      - What to do when the image exists, but was made from another source than the task names.
      - With V(never) the task fails, and the message names both sources.
      - With V(on_source_change) the image is replaced when its snapshots or the sizes of its disks differ from those of
        the task, or its O(image_version), O(platform) or O(architecture). The cloud tells nothing about the source of
        an image made from an instance, so this cannot be compared.
      - With V(always) every run replaces the image. Use it to create a new image of the same instance.
      - The image is replaced without a gap. The new image is created under a temporary name, the name with
        C(-replacement) appended, and waited for, whatever O(wait) says. Then it takes the name, is read under it, and
        only then the replaced image is deleted.
      - If the replaced image was changed, or came into use, while the new one was being created, the task fails and
        deletes nothing.
      - Until the replaced image is gone, the new one carries the tag C(apsarastack.cloud/replaces). If a run was
        interrupted, the next one resumes the same replacement. With V(always) only one that was begun within the last
        three hours is resumed. An image has room for 19 tags of its own then.
      - A replacement image that another run is still creating from another source is left to it, and the task fails.
      - If omitted in the task, description and tags are taken over from the replaced image.
      - It needs O(image_name) without O(image_id), since the new image has another id.
    type: str
    choices: [never, on_source_change, always]
    default: never
  image_version:
    description:
      - A version that the image is labelled with when it is created.
      - It must have 1 to 40 printable ASCII characters. Quote it; YAML reads V(1.10) as the number 1.1.
      - It cannot be changed later. A difference gives a warning.
    type: str
  platform:
    description:
      - The operating system platform that the image is labelled with when it is made, for example V(CentOS) or
        V(Others Linux). It matters when a system disk comes from a snapshot of a data disk.
      - It cannot be changed later. A difference gives a warning.
    type: str
  architecture:
    description:
      - The architecture that the image is labelled with when it is made, for example V(x86_64).
      - It cannot be changed later. A difference gives a warning.
    type: str
  wait:
    description:
      - Whether to wait until the image is usable, or gone.
      - With V(false), a new image is returned while the cloud is still creating it, as soon as the cloud lists it.
      - The module looks at the image at most once a second, and less often as time passes and as the progress that the
        cloud tells allows it. That is about 40 calls in ten minutes, and 60 in an hour.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the whole task may take, requests, retries and waiting together.
      - Nothing is undone when the time is over. The failure carries RV(image_id), and running the task again goes on
        waiting.
      - Large images can take half an hour and more.
    type: int
    default: 600
notes:
  - Several tasks that make the same image at the same time, for example one on each of many hosts, can make more than
    one. A task with O(wait) then fails and names all of them. Use C(run_once) with C(delegate_to), as an image belongs
    to the account and not to a host.
seealso:
  - module: apsarastack.cloud.apsarastack_image_info
"""

EXAMPLES = r"""
- name: A golden image of a running instance
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-11
    description: nginx 1.27 on CentOS 7.9
    instance_id: i-web-running
    tags:
      team: web
      stage: golden

- name: An image of a system disk and a larger data disk
  apsarastack.cloud.apsarastack_image:
    image_name: db-golden-2026-11
    disk_device_mapping:
      - snapshot_id: s-system
      - snapshot_id: s-data
        size: 200
    wait_timeout: 3600

- name: Another name and one more tag for an image that is known by its id
  apsarastack.cloud.apsarastack_image:
    image_id: m-8vb0a1b2c3d4e5f6g7h8
    image_name: web-golden-stable
    tags:
      approved: 'yes'
    purge_tags: false

- name: Start an image and do other work meanwhile
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-12
    snapshot_id: s-system
    wait: false

- name: A new image of the same instance takes the place of the old one
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-stable
    instance_id: i-web-running
    recreate: always
    wait_timeout: 3600

- name: The image is gone, and its snapshots with it
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-09
    state: absent
    delete_snapshots: true

- name: The image is gone, even if instances were made from it
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-08
    state: absent
    force: true
"""

RETURN = r"""
image_id:
  description:
    - The id of the image, in every outcome that knows it, failures and timeouts included.
    - Null when there is no image, and in check mode when one would be made.
    - It is the id of the new image when O(recreate) replaced one.
  returned: success, and a failure that knows of an image
  type: str
  sample: m-8vb0a1b2c3d4e5f6g7h8
image:
  description:
    - The image as it is after the task; in check mode as it would be, with null for what only the cloud can tell.
    - With O(state=absent) the image as it was, or null when there was none.
    - In a failure the image as it was seen last.
  returned: success, and a failure that knows of an image
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
      description: How much of the creation is done, in per cent.
      type: int
      sample: 100
    usable:
      description: Whether instances can be made from it. Null on releases that do not tell.
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
    image_version:
      description: The version.
      type: str
      sample: ""
    image_family:
      description: The image family.
      type: str
      sample: ""
    image_owner_alias:
      description: Who owns it; always C(self) for this module.
      type: str
      sample: self
    usage:
      description: C(instance) when instances were made from it, else C(none).
      type: str
      sample: none
    is_subscribed:
      description: Whether it is a subscribed marketplace image.
      type: bool
      sample: false
    is_self_shared:
      description: Whether it is shared with other accounts. Null when the cloud does not tell.
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
      description: The tags, those of the platform included.
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
          description: How much of this disk is done, in per cent, where the cloud tells.
          type: int
          sample: null
    region:
      description: The region that was asked.
      type: str
      sample: cn-neimeng-env30-d01
actions:
  description:
    - What was done, or would be done in check mode, in order. Empty when nothing changes.
    - In a failure, what was done before it.
  returned: success, and a failure after the first step was begun
  type: list
  elements: str
  sample: ["create image 'web-golden-2026-11' from instance i-web-running"]
replaced_image_id:
  description: The id of the image that was replaced, or would be in check mode.
  returned: when O(recreate) replaces an image
  type: str
  sample: m-8vb0z9y8x7w6v5u4t3s2
snapshots_deleted:
  description: The snapshots that were deleted, or would be in check mode. Empty without O(delete_snapshots).
  returned: success, and a failure after the first step was begun
  type: list
  elements: str
  sample: []
snapshots_left:
  description:
    - The snapshots that stay although the task deleted their image, or would stay in check mode. Those that the image
      was made from are among them.
  returned: success, and a failure after the first step was begun
  type: list
  elements: str
  sample: []
snapshots_failed:
  description:
    - The snapshots that the cloud refused to delete.
    - In a failure after the image was deleted also those that the task did not come to. Note them, since no later run
      can know which snapshots the image was made of.
  returned: success, and a failure after the first step was begun
  type: list
  elements: dict
  sample: []
  contains:
    snapshot_id:
      description: The snapshot.
      type: str
      sample: s-8vb0a1b2c3d4e5f6g7h8
    code:
      description: The error code. Null for one that the task did not come to.
      type: str
      sample: SnapshotCreatedDisk
    message:
      description: What the cloud said. Null for one that the task did not come to.
      type: str
      sample: The specified snapshot has been used to create a disk.
reason:
  description:
    - Why the task failed, as a word that stays the same in all releases. For example C(when) or C(until) can use it.
    - New words may be added.
    - V(timed_out) - O(wait_timeout) ended before the task was finished. Run the task again to continue.
    - V(interrupted) - the task was ended by a signal. Run the task again to continue.
    - V(invalid_input) - an option, or the value of one, cannot be used; refused by the module or by the cloud.
    - V(missing_library) - a Python library is missing on the host that runs the module.
    - V(not_found) - an image, an instance, a snapshot or a resource set does not exist, or is not visible to the task.
    - V(ambiguous_name) - the name belongs to more than one image or resource set.
    - V(name_taken) - another image has the name.
    - V(in_use) - instances use the image.
    - V(shared) - the image is shared with other accounts, or published.
    - V(source_differs) - the image exists, but it was made from another source than the task names.
    - V(source_not_usable) - no image can be made from this instance or snapshot.
    - V(creation_failed) - the cloud gave up the creation of the image.
    - V(unavailable) - the image is UnAvailable and can be neither used nor repaired.
    - V(unfinished_replacement) - another replacement of the image is not finished.
    - V(changed_meanwhile) - something was changed by somebody else while the task was running, so the task stopped.
    - V(vanished) - an image was deleted by somebody else while the task waited for it.
    - V(not_supported_by_site) - the site does not offer what the task needs.
    - V(access_denied) - the access key is not allowed to do this.
    - V(credentials) - the access key, its secret key or token, the profile or the role is missing or wrong, or the
      clock of the host is wrong.
    - V(signing_unavailable) - the security policy of the host forbids HMAC-SHA1, with which calls are signed.
    - V(unreachable) - no connection to the site, or no response from it.
    - V(tls) - no TLS connection that can be trusted.
    - V(throttled) - the cloud refused the call because of too many calls until O(wait_timeout) ended.
    - V(unexpected_answer) - what came back is not a response of ApsaraStack.
    - V(cloud_error) - any other error of the cloud; see RV(error).
  returned: failure
  type: str
  sample: timed_out
  version_added: 1.1.0
error:
  description: What the cloud answered, when a call failed.
  returned: a failure that was caused by a call
  type: dict
  contains:
    code:
      description: The error code; C(HTTP) and the status where the response has none. Null without a usable response.
      type: str
      sample: InvalidInstanceId.NotFound
    message:
      description: What the cloud said; without a usable response, what went wrong.
      type: str
      sample: The specified InstanceId does not exist.
    request_id:
      description: The id under which the operators of the cloud find the request. Null where the response has none.
      type: str
      sample: 540CFF28-407A-40B5-B6A5-74B012345678
    asapi_request_id:
      description: The id of the request at the ASAPI gateway. Null where the response has none.
      type: str
      sample: null
      version_added: 1.1.0
    trace_id:
      description: The id of the trace through the gateways of the site. Null where the response has none.
      type: str
      sample: null
      version_added: 1.1.0
    http_status:
      description: The HTTP status.
      type: int
      sample: 404
    action:
      description: The API action.
      type: str
      sample: CreateImage
    endpoint:
      description: Where it was sent.
      type: str
      sample: https://ecs-internal.example.internal
"""

import time
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.apsarastack.cloud.plugins.module_utils import execution, interruption, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError
from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils.libraries import missing_library
from ansible_collections.apsarastack.cloud.plugins.module_utils.login import client_from
from ansible_collections.apsarastack.cloud.plugins.module_utils.reading import Lookups
from ansible_collections.apsarastack.cloud.plugins.module_utils.task import TaskModule
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish, wish_from

DISK_ARGUMENTS: dict[str, t.Any] = {
    "snapshot_id": {"type": "str"},
    "size": {"type": "int"},
    "device": {"type": "str"},
    "disk_type": {"type": "str", "choices": ["system", "data"]},
}
ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "image_id": {"type": "str"},
    "image_name": {"type": "str", "aliases": ["name"]},
    "description": {"type": "str"},
    "instance_id": {"type": "str"},
    "snapshot_id": {"type": "str"},
    "disk_device_mapping": {"type": "list", "elements": "dict", "options": DISK_ARGUMENTS},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
    "force": {"type": "bool", "default": False},
    "image_version": {"type": "str"},
    "platform": {"type": "str"},
    "architecture": {"type": "str"},
    "recreate": {"type": "str", "choices": ["never", "on_source_change", "always"], "default": "never"},
    "delete_snapshots": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
}


def run(
    wish: Wish, images: Images, deadline: Deadline, check_mode: bool, now: t.Callable[[], float] = time.time
) -> dict[str, t.Any]:
    """Plan, and act unless in check mode. Returns the module's result; raises ApsaraStackError.

    ``now``: seconds since the epoch.
    """
    plan = planning.plan(wish, Lookups(images), now())
    outcome = execution.predict(plan) if check_mode else execution.execute(plan, images, deadline)
    result = {**outcome.facts(), "diff": diff(plan, wish.handle())}
    if plan.replaced_image_id is not None:
        result["replaced_image_id"] = plan.replaced_image_id
    return result


def main() -> None:
    module = TaskModule(
        ARGUMENTS,
        mutually_exclusive=[("instance_id", "snapshot_id", "disk_device_mapping")],
        required_one_of=[("image_id", "image_name")],
    )
    library = missing_library()
    if library is not None:
        module.fail_json(msg=missing_required_lib(library), reason="missing_library")
    try:
        with interruption.reported():
            wish = wish_from(module.params)
            deadline = Deadline(module.params["wait_timeout"])
            client = client_from(module.params, deadline, module.secrets, module.origins)
            result = run(wish, Images(client), deadline, module.check_mode)
    except ApsaraStackError as error:
        # A task that succeeds should not pay for what explains failures.
        from ansible_collections.apsarastack.cloud.plugins.module_utils.image_hints import HINTS  # noqa: PLC0415

        module.fail(error, HINTS)
    module.succeed(result)


if __name__ == "__main__":
    main()
