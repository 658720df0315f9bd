#!/usr/bin/python
# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apsarastack_image_retention
short_description: Keep the newest custom ECS images and remove older ones on ApsaraStack
version_added: "1.1.0"
description:
  - Keeps the newest usable images of a selection, and deletes or deprecates the older ones.
  - An image counts as usable if it is Available, can be used, and is not part of an unfinished replacement. Images in
    any other state never count, so failed creations never cause the removal of a good image.
  - An image is never touched if instances use it, if it is shared with other accounts or public, if the cloud is still
    processing it, if its status is UnAvailable, if it is part of an unfinished replacement
    (M(apsarastack.cloud.apsarastack_image) with O(apsarastack.cloud.apsarastack_image#module:recreate)), or if it has
    the tag C(apsarastack.cloud/keep), whatever its value. Images of other accounts are never selected.
  - Right before an image is removed, it is read again, together with the images that are kept. If it has changed, it is
    not removed. If one of the O(keep) newest images is no longer usable, nothing more is removed.
  - What one image prevents is reported in RV(skipped_images), and does not keep the others from being removed.
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
    support: full
options:
  keep:
    description:
      - How many usable images stay, the newest by creation time. It must be at least 1.
      - Images that are in use, shared or protected count as well if they are among the newest.
      - If the selection has fewer usable images, nothing is removed.
    type: int
    required: true
  name_regex:
    description:
      - Select images whose name matches this Python regular expression (C(re.search)), for example V(^web-golden-).
      - A pattern that matches names that have nothing in common, such as V(.), V([a-z]) or V(-[0-9]+$), is refused
        unless O(tags) or O(image_family) restrict the selection as well.
      - At least one of O(name_regex), O(tags) and O(image_family) is required. An image must match all that are given.
        None of them may be null or empty.
    type: str
  tags:
    description:
      - Select images that have all of these tags with these values. They may have other tags as well.
      - Keys and values must be strings or integers, as in M(apsarastack.cloud.apsarastack_image).
    type: dict
  image_family:
    description:
      - Select images of this image family.
    type: str
  older_than:
    description:
      - Only remove images that were created longer ago than this. It must be a number with one of the units h, d and w,
        for example V(30d) or V(12w).
      - If omitted, the age does not matter. The O(keep) newest images stay, however old they are.
    type: str
  action:
    description:
      - What to do with the images to remove.
      - V(delete) deletes them.
      - V(deprecate) sets their status to Deprecated. They still exist, but image families and lists of Available images
        no longer show them. Not every release supports this.
    type: str
    choices: [delete, deprecate]
    default: delete
  delete_snapshots:
    description:
      - Also delete the snapshots of a deleted image that the cloud created for it. Snapshots that another image uses,
        or that somebody created, are kept; see RV(snapshots_left).
    type: bool
    default: false
  remove_deprecated:
    description:
      - Also delete images whose status is Deprecated, if they are older than the O(keep) newest usable images.
      - Requires O(action=delete).
    type: bool
    default: false
  keep_deprecated:
    description:
      - How many deprecated images stay nevertheless, the newest by creation time. They stay in addition to the O(keep)
        usable images, for example for a way back to an earlier release.
      - Requires O(remove_deprecated=true). It must not be null.
    type: int
    default: 0
  remove_failed:
    description:
      - Also delete images whose creation failed, even if O(action=deprecate).
      - Their age does not matter unless O(older_than) is given.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds the whole task may take, including requests, retries and waiting.
      - After a timeout nothing is rolled back. Run the task again to continue.
    type: int
    default: 600
notes:
  - To protect an image, set the tag C(apsarastack.cloud/keep). A task of M(apsarastack.cloud.apsarastack_image) that
    gives other tags removes it from the image again, unless that task sets
    O(apsarastack.cloud.apsarastack_image#module:purge_tags=false). A tag protects nothing on a site that does not
    report the tags of images.
  - The ages are those on the clock of the host that runs the module. If it is wrong by more than 15 minutes, the cloud
    rejects all calls.
  - With whom an image is shared takes a call for each image to remove. Check mode makes it for the 100 oldest ones. A
    run makes it for every image, right before it is removed.
seealso:
  - module: apsarastack.cloud.apsarastack_image
  - module: apsarastack.cloud.apsarastack_image_info
"""

EXAMPLES = r"""
- name: Keep the three newest images, and delete the older ones with their snapshots
  apsarastack.cloud.apsarastack_image_retention:
    name_regex: ^web-golden-
    keep: 3
    delete_snapshots: true

- name: Deprecate what is older than 30 days, but keep at least two images
  apsarastack.cloud.apsarastack_image_retention:
    tags:
      team: web
      stage: golden
    keep: 2
    older_than: 30d
    action: deprecate

- name: Delete what is older than 12 weeks, including deprecated images
  apsarastack.cloud.apsarastack_image_retention:
    tags:
      team: web
      stage: golden
    keep: 2
    older_than: 12w
    remove_deprecated: true

- name: Keep one image of a family, and clean up after failed creations
  apsarastack.cloud.apsarastack_image_retention:
    image_family: web-golden
    keep: 1
    remove_failed: true
  register: retention

- name: Show which images were not touched, and why
  ansible.builtin.debug:
    msg: "{{ item.image_name }}: {{ item.message }}"
  loop: "{{ retention.skipped_images }}"
  loop_control:
    label: "{{ item.image_id }}"
"""

RETURN = r"""
kept:
  description:
    - The usable images that stay, the newest first. These are the O(keep) newest ones, and those that are not older
      than O(older_than).
  returned: success, and failure after the first step was started
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
    status:
      description: The status before the task.
      type: str
      sample: Available
    creation_time:
      description: When its creation began, in UTC.
      type: str
      sample: "2026-11-24T05:06:10Z"
removed:
  description:
    - The images that were deleted or deprecated, or would be in check mode, the newest first.
  returned: success, and failure after the first step was started
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
      sample: web-golden-2026-10
    status:
      description: The status before the task.
      type: str
      sample: Available
    creation_time:
      description: When its creation began, in UTC.
      type: str
      sample: "2026-10-24T05:06:10Z"
    action:
      description: V(delete) or V(deprecate).
      type: str
      sample: delete
skipped_images:
  description:
    - The selected images that are neither kept nor removed, the newest first, each with the reason.
  returned: success, and failure after the first step was started
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
      sample: web-golden-2026-09
    status:
      description: The status before the task.
      type: str
      sample: Available
    creation_time:
      description: When its creation began, in UTC.
      type: str
      sample: "2026-09-24T05:06:10Z"
    reason:
      description:
        - Why it was not removed, as a word that does not change between releases. New words may be added.
        - V(in_use) - instances use it.
        - V(shared) - it is shared with other accounts, or public.
        - V(protected) - it has the tag C(apsarastack.cloud/keep).
        - V(being_created) - the cloud is still processing it.
        - V(unfinished_replacement) - it replaces another image, or is being replaced.
        - V(unavailable) - its status is UnAvailable.
        - V(deprecated) - its status is Deprecated, and O(remove_deprecated=false), or it is one of the
          O(keep_deprecated) newest ones.
        - V(creation_failed) - its creation failed, and O(remove_failed=false).
        - V(too_recent) - it is not usable, and not older than O(older_than) or than the images that are kept.
        - V(unknown_age) - the cloud does not report when it was created.
        - V(too_few_usable) - fewer than O(keep) usable images exist, or are left.
        - V(changed_meanwhile) - somebody has changed it while the task was running.
        - V(vanished) - somebody has deleted it while the task was running.
        - V(refused) - the cloud refuses to remove it.
        - V(ignored) - the site accepted the call, but has not deprecated it. The task fails with
          RV(reason=not_supported_by_site).
        - V(uncertain) - the task failed, and it is unknown whether the image was removed.
        - V(not_reached) - the task failed before it tried to remove it.
      type: str
      sample: in_use
    message:
      description: The reason as a part of a sentence.
      type: str
      sample: instances use it
snapshots_deleted:
  description:
    - The snapshots that were deleted, or would be deleted in check mode, because of O(delete_snapshots).
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: [s-8vb0a1b2c3d4e5f6g7h8]
snapshots_failed:
  description:
    - The snapshots that should have been deleted, but are still there although their images were deleted. The task also
      warns about each. No later run can find them.
  returned: success, and failure after the first step was started
  type: list
  elements: dict
  contains:
    snapshot_id:
      description: The id.
      type: str
      sample: s-8vb0a1b2c3d4e5f6g7h8
    code:
      description: The error code of the cloud. Null if the task ended before.
      type: str
      sample: SnapshotCreatedDisk
    message:
      description: The error message of the cloud. Null if the task ended before.
      type: str
      sample: The specified snapshot has been used to create a disk.
snapshots_left:
  description:
    - The snapshots of deleted images that still exist. Delete them if nobody needs them. They include those in
      RV(snapshots_failed).
    - In a failure, all snapshots that may still exist and whose image was deleted, or may have been deleted.
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: []
actions:
  description:
    - What was done, or would be done in check mode, in order. Empty if nothing changes.
    - In a failure, what was done before it.
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: ["delete image m-8vb0a1b2c3d4e5f6g7h8 'web-golden-2026-10'", "delete snapshot s-8vb0a1b2c3d4e5f6g7h8"]
reason:
  description:
    - Why the task failed, as a word that does not change between releases. Use it for example in C(when) or C(until).
    - New words may be added.
    - V(timed_out) - the task did not finish within O(wait_timeout). Run the task again to continue.
    - V(interrupted) - the task was ended by a signal. Run the task again to continue.
    - V(invalid_input) - the module or the cloud refused an option or its value.
    - V(missing_library) - a Python library is missing on the host that runs the module.
    - V(not_found) - the resource set does not exist, or is not visible to the task.
    - V(ambiguous_name) - the name belongs to more than one resource set.
    - V(not_supported_by_site) - the site does not offer what the task needs, or ignores the deprecation of an image.
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
      sample: DeleteImage
    endpoint:
      description: The URL that the call was sent to.
      type: str
      sample: https://ecs-internal.example.internal
"""

import time
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import TaskModule
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention import execution, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.lookups import Lookups

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

ARGUMENTS: dict[str, t.Any] = {
    "keep": {"type": "int", "required": True},
    "name_regex": {"type": "str"},
    "tags": {"type": "dict"},
    "image_family": {"type": "str"},
    "older_than": {"type": "str"},
    "action": {"type": "str", "choices": ["delete", "deprecate"], "default": "delete"},
    "delete_snapshots": {"type": "bool", "default": False},
    "remove_deprecated": {"type": "bool", "default": False},
    "keep_deprecated": {"type": "int", "default": 0},
    "remove_failed": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 600},
}


def run(
    desired: DesiredRetention,
    images: Images,
    deadline: Deadline,
    check_mode: bool,
    now: t.Callable[[], float] = time.time,
    log: t.Callable[[str], None] = lambda _line: None,
) -> dict[str, t.Any]:
    """Plan, and act unless in check mode. Returns the module's result; raises ApsaraStackError.

    ``now``: seconds since the epoch. ``log``: writes a line to the log of the host.
    """
    plan = planning.plan(desired, Lookups(images), now())
    outcome = execution.predict(plan) if check_mode else execution.execute(plan, images, deadline, log)
    return {**outcome.facts(), "diff": diff(outcome, desired.handle())}


def work(module: TaskModule) -> dict[str, t.Any]:
    desired = desired_from(module.params, module.given.nulls)
    return run(desired, Images(module.connect()), module.deadline, module.check_mode, log=module.log_line)


def hints() -> Hints:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.hints import HINTS  # noqa: PLC0415

    return HINTS


def main() -> None:
    TaskModule(ARGUMENTS).run(work, hints)


if __name__ == "__main__":
    main()
