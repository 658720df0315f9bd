#!/usr/bin/python
# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apsarastack_image_info
short_description: List ECS images on ApsaraStack
version_added: "1.0.0"
description:
  - Lists images, newest first, from all pages of the API.
  - Without an option, it lists the account's own images in every status.
  - Every option narrows the list. Filters are sent to the cloud where possible and always checked again by the module,
    since releases differ in what their filters do.
  - A filter that is null, or O(tags={}), does not narrow the list. The module warns about it, since a variable may have
    been empty unexpectedly. Use C(default(omit, true)) for a filter that may be empty. An empty string, or a list that
    contains only null, is an error.
author:
  - apsarastack.cloud contributors (@apsarastack)
extends_documentation_fragment:
  - apsarastack.cloud.attributes
  - apsarastack.cloud.connection
attributes:
  check_mode:
    support: full
    details:
      - Never changes anything, so check mode is the same as a run.
  diff_mode:
    support: N/A
    details:
      - Never changes anything.
  idempotent:
    support: full
options:
  image_ids:
    description:
      - Only images with one of these ids. Ids that do not exist are ignored. An empty list returns no images.
    type: list
    elements: str
  image_name:
    description:
      - Only images with exactly this name.
    type: str
    aliases: [name]
  name_regex:
    description:
      - Only images whose name matches this Python regular expression (C(re.search)), for example V(^web-golden-).
    type: str
  status:
    description:
      - Only images with one of these statuses. If omitted, images with any status. An empty list returns no images,
        with a warning.
    type: list
    elements: str
    choices: [Creating, Waiting, Available, UnAvailable, CreateFailed, Deprecated]
  owner:
    description:
      - The owner of the images. V(self) selects the account's own images, V(system) the public images of the platform,
        V(others) those that other accounts share with the account.
    type: str
    choices: [self, system, others, marketplace, all]
    default: self
  tags:
    description:
      - Only images that have all of these tags with these values. They may have other tags as well.
      - Keys and values must be strings or integers, as in M(apsarastack.cloud.apsarastack_image).
    type: dict
  os_type:
    description:
      - Only images with this kind of operating system.
    type: str
    choices: [linux, windows]
  architecture:
    description:
      - Only images of this architecture.
    type: str
    choices: [i386, x86_64, arm64]
  usage:
    description:
      - Only images that instances were created from (V(instance)), or only images without instances (V(none)).
    type: str
    choices: [instance, none]
  snapshot_id:
    description:
      - Only images with a disk from this snapshot.
    type: str
  image_family:
    description:
      - Only images of this image family. With O(usable=true) and O(newest=1), this is the image that the family stands
        for.
      - A site that does not support families returns no image. Use a tag there.
    type: str
    version_added: 1.1.0
  created_after:
    description:
      - Only images whose creation began at this time or later, for example V(2026-11-24) or V(2026-11-24T05:06:10Z). A
        time without an offset is in UTC.
      - An image without a creation time is not selected.
    type: str
    version_added: 1.1.0
  created_before:
    description:
      - Only images whose creation began before this time. It is written like O(created_after).
    type: str
    version_added: 1.1.0
  usable:
    description:
      - With V(true), only images that new instances can be created from - those that are Available, except those that a
        newer release reports as not usable yet (RV(images[].usable)).
      - With V(false), only images that are not usable, for example those that are still being created, failed or
        deprecated.
    type: bool
    version_added: 1.1.0
  newest:
    description:
      - Return at most this many images, the newest by creation time. It must be at least 1.
      - It counts every image that the other options select. Set O(usable=true) to get the newest usable images. With
        O(status=[Available]) alone, the newest image may not be usable yet.
    type: int
  gather_shares:
    description:
      - Also return the accounts that each image is shared with, in RV(images[].shared_with).
      - This takes one more call for each of the account's own images that is returned.
    type: bool
    default: false
    version_added: 1.1.0
  wait_timeout:
    description:
      - How many seconds the whole task may take, including requests and retries.
    type: int
    default: 600
seealso:
  - module: apsarastack.cloud.apsarastack_image
"""

EXAMPLES = r"""
- name: List all images of the account
  apsarastack.cloud.apsarastack_image_info:
  register: own

- name: List the approved golden images, newest first
  apsarastack.cloud.apsarastack_image_info:
    name_regex: ^web-golden-
    status: [Available]
    tags:
      stage: approved
  register: golden

- name: Find the newest usable image of a family
  apsarastack.cloud.apsarastack_image_info:
    image_family: web-golden
    usable: true
    newest: 1
  register: newest

- name: Show its id
  ansible.builtin.debug:
    msg: "{{ newest.images | map(attribute='image_id') | first | default('none') }}"

- name: List the images of November
  apsarastack.cloud.apsarastack_image_info:
    created_after: "2026-11-01"
    created_before: "2026-12-01"
  register: november

- name: Find the newest image, whatever its status
  apsarastack.cloud.apsarastack_image_info:
    newest: 1
  register: latest

- name: List images whose creation failed
  apsarastack.cloud.apsarastack_image_info:
    status: [CreateFailed]
  register: failed

- name: List with whom the golden images are shared
  apsarastack.cloud.apsarastack_image_info:
    name_regex: ^web-golden-
    gather_shares: true
  register: shared

- name: List the public images for Linux
  apsarastack.cloud.apsarastack_image_info:
    owner: system
    os_type: linux
  register: public

- name: Set the connection options once for several tasks; in a play, module_defaults does the same for all of its tasks
  module_defaults:
    group/apsarastack.cloud.apsarastack:
      popgw_domain: env30.example.com
      region: cn-neimeng-env30-d01
      department: "37"
      resource_group: "412"
  block:
    - name: List all images of the account in this resource set
      apsarastack.cloud.apsarastack_image_info:
"""

RETURN = r"""
images:
  description: The matching images, newest first. Empty if there are none.
  returned: success
  type: list
  elements: dict
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
      description: The owner; C(self), C(system), C(others) or C(marketplace).
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
    shared_with:
      description:
        - The ids of the accounts that the image is shared with, sorted.
        - Null for an image of another owner, and for one that was deleted while the task was running.
      returned: if O(gather_shares=true)
      type: list
      elements: str
      sample: ["1000000000000038"]
      version_added: 1.1.0
reason:
  description:
    - Why the task failed, as a word that does not change between releases. Use it for example in C(when) or C(until).
    - New words may be added.
    - V(timed_out) - the task did not finish within O(wait_timeout). Run the task again to continue.
    - V(interrupted) - the task was ended by a signal. Run the task again to continue.
    - V(invalid_input) - the module or the cloud refused an option or its value.
    - V(missing_library) - a Python library is missing on the host that runs the module.
    - V(not_found) - an image, an instance, a snapshot or a resource set does not exist, or is not visible to the task.
    - V(ambiguous_name) - the name belongs to more than one image or resource set.
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
  sample: access_denied
  version_added: 1.1.0
error:
  description: The response of the cloud to a failed call.
  returned: failure caused by a call
  type: dict
  contains:
    code:
      description: The error code, or C(HTTP) and the status if the response has none. Null without a usable response.
      type: str
      sample: Forbidden.RAM
    message:
      description: The error message of the cloud. Without a usable response, what went wrong.
      type: str
      sample: User not authorized to operate on the specified resource.
    request_id:
      description: The id with which the operators of the cloud find the request. Null if the response has none.
      type: str
      sample: 540CFF28-407A-40B5-B6A5-74B012345678
    asapi_request_id:
      description: The id of the request at the ASAPI gateway. Null if the response has none.
      type: str
      sample: null
      version_added: 1.1.0
    trace_id:
      description: The id of the trace through the gateways of the site. Null if the response has none.
      type: str
      sample: null
      version_added: 1.1.0
    http_status:
      description: The HTTP status.
      type: int
      sample: 403
    action:
      description: The API action.
      type: str
      sample: DescribeImages
    endpoint:
      description: The URL that the call was sent to.
      type: str
      sample: https://ecs-internal.example.internal
"""

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import interruption
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import (
    Selection,
    newest_first,
    selection_from,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import TaskModule
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import attempting

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

STATUSES = ["Creating", "Waiting", "Available", "UnAvailable", "CreateFailed", "Deprecated"]
ARGUMENTS: dict[str, t.Any] = {
    "image_ids": {"type": "list", "elements": "str"},
    "image_name": {"type": "str", "aliases": ["name"]},
    "name_regex": {"type": "str"},
    "status": {"type": "list", "elements": "str", "choices": STATUSES},
    "owner": {"type": "str", "choices": ["self", "system", "others", "marketplace", "all"], "default": "self"},
    "tags": {"type": "dict"},
    "os_type": {"type": "str", "choices": ["linux", "windows"]},
    "architecture": {"type": "str", "choices": ["i386", "x86_64", "arm64"]},
    "usage": {"type": "str", "choices": ["instance", "none"]},
    "snapshot_id": {"type": "str"},
    "image_family": {"type": "str"},
    "created_after": {"type": "str"},
    "created_before": {"type": "str"},
    "usable": {"type": "bool"},
    "newest": {"type": "int"},
    "gather_shares": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 600},
}


def run(selection: Selection, images: Images, gather_shares: bool = False) -> dict[str, t.Any]:
    """The module's result; raises ApsaraStackError."""
    with attempting("search for images"):
        found = newest_first(selection.found_in(images), selection.newest)
    if not gather_shares:
        return {"changed": False, "images": found}
    # Imported only for tasks that ask for it, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.gathering import with_shares  # noqa: PLC0415

    return {"changed": False, "images": [with_shares(image, images.shares) for image in found]}


def _warn_of_empty_filters(module: TaskModule) -> None:
    """A variable that is unexpectedly empty would list everything, perhaps to be deleted, or nothing."""
    narrowing = {option for option, rule in ARGUMENTS.items() if "default" not in rule}
    empty = dict.fromkeys(narrowing & set(module.given.nulls), "null")
    if module.params["tags"] == {}:
        empty["tags"] = "empty"
    for option, what in sorted(empty.items()):
        module.warn(f"{option} is {what} and does not narrow the list: give a value, or omit it")
    if module.params["status"] == []:
        module.warn("status is an empty list and selects no image: give a status, or omit it")


def work(module: TaskModule) -> dict[str, t.Any]:
    selection = selection_from(module.params)
    _warn_of_empty_filters(module)
    return run(selection, Images(module.connect()), module.params["gather_shares"])


def hints() -> Hints:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.hints import HINTS  # noqa: PLC0415

    return HINTS


def main() -> None:
    TaskModule(ARGUMENTS).run(work, hints, interruption.LEFT_BY_A_READER)


if __name__ == "__main__":
    main()
