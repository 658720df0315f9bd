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
  - Creates, updates, replaces and deletes custom ECS images.
  - The image is selected by O(image_id), or by its exact O(image_name) among the images of the account, in every
    status. A second run therefore never creates a second image, not even while the first one is still being created.
  - The module reads the current state, makes a plan, and carries it out. Check mode returns the same plan without
    carrying it out, so that C(--check --diff) shows exactly what a run does.
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
      - With O(recreate=always), every run replaces the image, unless it is still being created. Otherwise a second run
        changes nothing.
options:
  state:
    description:
      - V(present) creates the image if it does not exist, and updates what differs if it exists.
      - V(absent) deletes the image. Its snapshots are kept unless O(delete_snapshots=true).
    type: str
    choices: [present, absent]
    default: present
  image_id:
    description:
      - Selects an existing image by its id.
      - With O(state=present), an id that does not exist is an error, since a new image would get another id.
      - With O(state=present) and O(wait), the task waits for an image that the cloud does not list yet. It waits a
        minute, and with O(copy_from) or O(import_from) as long as O(wait_timeout).
      - At least one of O(image_id) and O(image_name) is required. A null counts as omitted.
    type: str
  image_name:
    description:
      - Without O(image_id), selects the image with exactly this name among the account's own images, in every status.
        If several have the name, the task fails and lists them; it never picks one.
      - With O(image_id) and O(state=present), the desired name of the image.
      - With O(image_id) and O(state=absent), both must match the same image. If no image has the id, nothing is
        deleted, even if another image has the name.
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
      - The instance to create the image from, with all its disks. It must be running or stopped; if it is starting or
        stopping, the module waits, within O(wait_timeout).
      - Only used if an image must be created. At most one of O(instance_id), O(snapshot_id),
        O(disk_device_mapping), O(copy_from) and O(import_from) can be given.
    type: str
  snapshot_id:
    description:
      - The snapshot of a system disk to create the image from.
      - If the image exists, this is compared with what the cloud reports about its disks; see O(recreate).
    type: str
  disk_device_mapping:
    description:
      - The disks to create the image from, 1 to 17, at least one of them with a snapshot. An empty list is an error.
      - If the image exists, they are compared with what the cloud reports about its disks; see O(recreate).
    type: list
    elements: dict
    suboptions:
      snapshot_id:
        description:
          - The snapshot to create the disk from. If omitted, the disk is blank.
        type: str
      size:
        description:
          - The size of the disk in GiB, at least the size of its snapshot. Every release accepts 5 to 2000; newer
            releases accept up to 32768.
          - If omitted, it is the size of the snapshot.
        type: int
      device:
        description:
          - The device name, such as V(/dev/xvda) for the system disk. If omitted, the cloud assigns names in order.
        type: str
      disk_type:
        description:
          - Whether it is the system disk or a data disk. If omitted, it is the type of the disk that the snapshot was
            taken from.
        type: str
        choices: [system, data]
  copy_from:
    description:
      - The image to copy, in another region of the site, or in the region of the task. The copy is created in the
        region of the task.
      - The original must be an own image, or one that another account shares with this one, which can only be copied
        within its region. It must be Available. It is looked up in its region before anything is written.
      - Only used if an image must be created. The cloud does not report what an image was copied from, so this cannot
        be compared later, except that O(copy_from.encrypted), if given, is compared where the release reports it.
      - A copy gets the O(description), the O(tags) and the O(image_family) of the task, not those of the original.
      - Lists may show a copy only minutes after the cloud has accepted the call; the module waits for that as well. A
        task that ends before that says so, and O(image_id) then resumes waiting for the copy.
      - O(state=absent) cancels a copy that is still running.
      - O(image_version), O(platform) and O(architecture) cannot be given, since a copy has those of its original.
    type: dict
    version_added: 1.1.0
    suboptions:
      image_id:
        description:
          - The id of the original. Exactly one of O(copy_from.image_id) and O(copy_from.image_name) is required.
        type: str
      image_name:
        description:
          - The exact name of the original. If several images have it, the task fails and lists them.
        type: str
      region:
        description:
          - The region of the original. If omitted, that of the task. A copy within one region must have another name
            than its original.
        type: str
      endpoint:
        description:
          - The ECS endpoint of O(copy_from.region), as a host, host:port or URL.
          - If omitted, it is the endpoint of the task; if the name of its host contains the region of the task, that is
            replaced with O(copy_from.region).
        type: str
      encrypted:
        description:
          - Whether to encrypt the copy. An encrypted original requires it.
          - If omitted, the copy is not encrypted, and an existing image is not compared.
          - V(true) and V(false) are compared with the disks of an existing image where the release reports whether they
            are encrypted; see O(recreate). With V(true), the task warns where it does not.
        type: bool
      kms_key_id:
        description:
          - The id of the KMS key that encrypts the copy, in the region of the task. If omitted, the service key of ECS.
            Requires O(copy_from.encrypted=true).
        type: str
  import_from:
    description:
      - The disk files in OSS to import the image from, 1 to 17. The first one is the system disk. An empty list is an
        error.
      - The buckets must be in the region of the task, and ECS must be allowed to read them; see O(role_name). The
        module neither reads the files nor changes a role or a bucket.
      - If the image exists, the buckets and objects are compared with what the cloud reports about its disks; see
        O(recreate).
      - O(state=absent) cancels an import that is still running, if the site reports its task.
      - O(image_version) cannot be given.
    type: list
    elements: dict
    version_added: 1.1.0
    suboptions:
      bucket:
        description:
          - The name of the bucket, without an endpoint.
          - It must have 3 to 63 lower-case letters, digits and hyphens, and must start and end with a letter or a
            digit.
        type: str
        required: true
      object:
        description:
          - The name of the object in the bucket, such as V(images/web.qcow2). It must not be a URL or the end of
            a signed one, must not begin or end with a slash or a blank. Each disk has an object of its own.
        type: str
        required: true
      format:
        description:
          - The format of the file. If omitted, the cloud detects it. Not every release supports all formats.
        type: str
        choices: [raw, vhd, qcow2, vmdk]
      size:
        description:
          - The size of the disk in GiB, at least that of the disk in the file. If omitted, it is the size of the file.
          - It must be 1 to 32768. Releases have lower limits, which the cloud checks.
        type: int
  os_type:
    description:
      - The operating system of an imported image. If omitted, the cloud assumes V(linux). A replacement image gets
        that of the image being replaced; see O(recreate).
      - It cannot be changed later. If it differs, the task warns. Requires O(import_from).
    type: str
    choices: [linux, windows]
    version_added: 1.1.0
  boot_mode:
    description:
      - How an imported image boots. If omitted, the cloud assumes V(bios), and V(uefi) for O(architecture=arm64). A
        replacement image gets that of the image being replaced; see O(recreate).
      - An image that is created from an instance or a copy boots like that instance or its original.
      - If an existing image has another one, it is changed, which is possible while no instance uses the image. The
        operating system in the image must support it.
      - Can only be given with O(import_from) or without a source. Without a source, the task fails if the site does not
        report the boot modes of images.
    type: str
    choices: [bios, uefi]
    version_added: 1.1.0
  license_type:
    description:
      - The license of an imported image; V(BYOL) is an own one. Some sites require it for Windows.
      - Many sites do not report it. If a replacement by import then omits it, a Windows image may lose its license, and
        the task warns.
      - If an existing image has another one, it is changed to V(BYOL). The cloud changes it to no other license. An
        image with V(BYOL) therefore keeps it, and the task warns.
      - Can only be given with O(import_from) or without a source. Without a source, the task fails if the site does not
        report the licenses of images.
    type: str
    choices: [Auto, Aliyun, BYOL]
    version_added: 1.1.0
  role_name:
    description:
      - The RAM role with which ECS reads the buckets of O(import_from). If omitted, the cloud uses
        C(AliyunECSImageImportDefaultRole).
      - Requires O(import_from).
    type: str
    version_added: 1.1.0
  image_family:
    description:
      - The image family, a name under which the cloud finds the newest image that is Available.
      - It must have 2 to 128 characters, start with a letter, contain only letters, digits, '.', ':', '_' and '-', and
        must not start with 'acs:' or 'aliyun'.
      - If omitted, an existing family stays unchanged. With O(recreate), the replacement image gets the family of the
        image being replaced.
      - The cloud can move an image to another family, but cannot remove it from its family, so an empty string is
        refused.
      - A copied or imported image joins the family once it is usable. With O(wait=false), that is left to a later run,
        and the task warns.
      - A site may accept the family and ignore it. The task reads it back, and then fails with the reason
        V(not_supported_by_site). Use a tag instead; see the playbook C(use_newest.yml).
    type: str
    version_added: 1.1.0
  deprecated:
    description:
      - With V(true), the status of the image becomes Deprecated - no new instances should be created from it, image
        families skip it, and it can be neither shared nor copied. Existing instances keep running.
      - With V(false), the status of a deprecated image becomes Available again.
      - If omitted, the status stays unchanged, and the task warns if the image is Deprecated.
      - The cloud deprecates only images that are Available and not shared. V(true) requires O(wait=true) if the image
        must be created, or is still being created, and O(recreate=never).
      - A site may accept the change and ignore it. The task reads the status back, and then fails with the reason
        V(not_supported_by_site).
    type: bool
    version_added: 1.1.0
  share_with:
    description:
      - The ids of the accounts that may use the image, at most 50. They can create instances from it, but cannot change
        it. Give the account of another organization, not the id of an organization or a user.
      - The documentation of ApsaraStack does not say which id stands for an organization, so the module sends each one
        as it is given. See the section on sharing in the guide on state for how to find it.
      - Accounts that already have the image keep it, unless O(purge_shares=true).
      - If omitted, the accounts stay unchanged. An empty list adds none; together with O(purge_shares=true), it
        withdraws the image from all accounts.
      - If O(recreate) replaces an image, the new one gets the accounts of the image being replaced as well.
      - A new image is shared once it is usable. With O(wait=false), that is left to a later run, and the task warns.
      - The cloud does not share an image that is Deprecated.
      - With this option, a task takes one more call to read the accounts.
    type: list
    elements: str
    version_added: 1.1.0
  purge_shares:
    description:
      - Whether to withdraw the image from accounts that O(share_with) does not list. Without O(share_with), the
        accounts stay unchanged.
      - Instances of such an account keep running, but their system disks can never be re-initialized from the image.
      - If somebody has shared the image with others since the task read the accounts, the task fails. If it notices
        that before it withdraws the image, nobody loses it.
    type: bool
    default: false
    version_added: 1.1.0
  unshare:
    description:
      - Whether an image may be withdrawn from all accounts in order to delete it, with O(state=absent), or if
        O(recreate) replaces it. The cloud deletes no shared image, not even with O(force=true).
      - With V(false), the task fails and lists the accounts, before anything is changed.
      - With V(true), the accounts lose the image right before it is deleted. Their instances keep running, but their
        system disks can never be re-initialized from it. A replacement image is shared with the same accounts before.
      - With V(true), a deletion takes further calls to read the accounts, and to read them again right before it.
    type: bool
    default: false
    version_added: 1.1.0
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
      - With O(state=absent), delete the image even if instances were created from it. They keep running, but their
        disks can never be re-initialized from it.
      - With O(recreate), replace and delete such an image as well.
    type: bool
    default: false
  delete_snapshots:
    description:
      - Also delete the snapshots of each image that the task deletes, after the image. This applies to O(state=absent),
        to images that O(recreate) replaces, and to images whose creation failed.
      - Only snapshots that the cloud took for the image are deleted. They are recognized by their name, which is
        C(SnapshotForImage-) and the id of the image, or its name if the snapshot is not older than the image. Where a
        site names them differently, they are kept.
      - A snapshot is also kept if another image of the account uses it, or if the task names it as its source.
      - A snapshot that the cloud refuses to delete is listed in RV(snapshots_failed), and the task succeeds. All
        snapshots that are kept are listed in RV(snapshots_left).
    type: bool
    default: false
  recreate:
    description:
      - What to do if the image exists, but was created from another source than the task names.
      - With V(never), the task fails, and the message names both sources.
      - With V(on_source_change), the image is replaced if its snapshots, the sizes of its disks, the objects that it
        was imported from, whether its disks are encrypted (O(copy_from.encrypted)), or its O(image_version),
        O(platform), O(architecture) or O(os_type) differ from those of the task. The cloud reports nothing about the
        instance or the image that an image was created from, so these cannot be compared. Neither are the sizes
        of the disks of an imported image.
      - With V(always), every run replaces the image. Use it to create a new image from the same instance. An image that
        is still being created from the same source, such as by an interrupted run, is the new image that the task asks
        for; it is adopted, and the task warns.
      - An image that is still being created from another source is never replaced, and the task fails. Wait until it is
        finished, or delete it with O(state=absent).
      - The image is replaced without a gap. The replacement image is created under a temporary name (the name with
        C(-replacement) appended) and waited for, regardless of O(wait). Then it is renamed and read under its new name,
        and only then the replaced image is deleted.
      - If the image being replaced was changed or used while the replacement image was being created, the task fails
        and deletes nothing.
      - Until the replaced image is deleted, the replacement image has the tag C(apsarastack.cloud/replaces). If a run
        was interrupted, the next one resumes the same replacement. With V(always), only a replacement that began within
        the last three hours is resumed. Because of this tag, O(tags) can hold at most 19 tags.
      - If another run is still creating a replacement image from another source, the task does not touch it, and fails.
      - If O(description), O(tags), O(image_family) or O(image_version) is omitted, the replacement image gets that of
        the image being replaced. The exceptions are copies and imports, which have no O(image_version).
      - With O(import_from), the same applies to O(boot_mode), O(platform), O(architecture), O(os_type) and
        O(license_type), as far as the site reports them, unless they contradict what the task gives. With a snapshot as
        the source, it applies to the boot mode V(uefi), and to O(platform) and O(architecture) if the system disk is
        created from a snapshot of a data disk. Otherwise the source decides.
      - If the site does not report the boot mode of the image being replaced, a replacement by import that omits
        O(boot_mode) warns.
      - Requires O(image_name) without O(image_id), since the replacement image has another id.
    type: str
    choices: [never, on_source_change, always]
    default: never
  image_version:
    description:
      - The version of the image, set when it is created.
      - It must have 1 to 40 printable ASCII characters. Quote it; YAML reads V(1.10) as the number 1.1.
      - It cannot be changed later. If it differs, the task warns.
    type: str
  platform:
    description:
      - The operating system platform of the image, set when it is created, for example V(CentOS) or V(Others Linux). It
        matters if a system disk is created from a snapshot of a data disk.
      - It cannot be changed later. If it differs, the task warns.
    type: str
  architecture:
    description:
      - The architecture of the image, set when it is created, for example V(x86_64).
      - It cannot be changed later. If it differs, the task warns.
    type: str
  wait:
    description:
      - Whether to wait until the image is usable or deleted.
      - With V(false), a new image is returned as soon as the cloud lists it, while it is still being created. After a
        minute, it is returned with a warning.
      - The end is noticed at most 10 seconds late in the first 20 minutes, and at most 15 seconds late after that. If
        the cloud reports the progress evenly, it is noticed at most 3 seconds late. While the cloud throttles calls,
        each pause is at least as long as the last call took with its retries, and the end is noticed up to 30 seconds
        late.
      - This takes about 75 calls in ten minutes, and 300 in an hour. If the progress is even, it takes at most 45 calls
        in ten minutes.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the whole task may take, including requests, retries and waiting. If omitted, 600, and 3600
        with O(copy_from) or O(import_from).
      - Nothing is rolled back after a timeout. The failure contains RV(image_id). Run the task again to resume waiting.
        If the cloud does not list the image yet, the failure says so, and O(image_id) must be added to the task.
      - Large images can take more than half an hour.
    type: int
notes:
  - If several tasks create the same image at the same time, for example one on each of many hosts, more than one image
    can be created. Every task that is still waiting then fails and names all of them. Use C(run_once) with
    C(delegate_to), since an image belongs to the account and not to a host.
seealso:
  - module: apsarastack.cloud.apsarastack_image_info
"""

EXAMPLES = r"""
- name: Create a golden image from an instance
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-11
    description: nginx 1.27 on CentOS 7.9
    instance_id: i-web-running
    tags:
      team: web
      stage: golden

- name: Create an image from snapshots of a system disk and a data disk, and enlarge the data disk
  apsarastack.cloud.apsarastack_image:
    image_name: db-golden-2026-11
    disk_device_mapping:
      - snapshot_id: s-system
      - snapshot_id: s-data
        size: 200
    wait_timeout: 3600

- name: Copy an image from another region
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-11
    copy_from:
      image_name: web-golden-wulan
      region: cn-wulan-env82-d01
    tags:
      stage: golden

- name: Import an image from OSS
  apsarastack.cloud.apsarastack_image:
    image_name: ubuntu-22-04
    import_from:
      - bucket: golden-images
        object: ubuntu-22.04.qcow2
        format: qcow2
    platform: Ubuntu
    boot_mode: uefi

- name: Rename an image and add a tag
  apsarastack.cloud.apsarastack_image:
    image_id: m-8vb0a1b2c3d4e5f6g7h8
    image_name: web-golden-stable
    tags:
      approved: 'yes'
    purge_tags: false

- name: Add an image to a family, and make it usable again if it is deprecated
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-approved
    image_family: web-golden
    deprecated: false

- name: Deprecate the previous image
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-10
    deprecated: true

- name: Share an image with exactly these accounts
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-approved
    share_with:
      - '1000000000000038'
      - '1000000000000039'
    purge_shares: true

- name: Start the creation of an image, and do not wait for it
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-12
    snapshot_id: s-system
    wait: false

- name: Replace an image with a new one from the same instance
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-stable
    instance_id: i-web-running
    recreate: always
    wait_timeout: 3600

- name: Delete an image and its snapshots
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-09
    state: absent
    delete_snapshots: true

- name: Delete an image that is shared, and withdraw it from all accounts first
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-07
    state: absent
    unshare: true

- name: Delete an image even if instances use it
  apsarastack.cloud.apsarastack_image:
    image_name: web-golden-2026-08
    state: absent
    force: true

- name: Set the connection options once for several tasks; in a play, module_defaults does the same for all of its tasks
  module_defaults:
    group/apsarastack.cloud.apsarastack:
      popgw_domain: env30.example.com
      region: cn-neimeng-env30-d01
      department: "37"
      resource_group: "412"
  block:
    - name: Create an image for testing
      apsarastack.cloud.apsarastack_image:
        image_name: web-testing
        instance_id: i-web-running

    - name: Delete it after the tests
      apsarastack.cloud.apsarastack_image:
        image_name: web-testing
        state: absent
"""

RETURN = r"""
image_id:
  description:
    - The id of the image, also after failures and timeouts if it is known.
    - Null if there is no image, and in check mode if one would be created.
    - If O(recreate) replaced an image, the id of the new one, in a failure as soon as that exists.
  returned: success, and failure if an image is known or the first step was started
  type: str
  sample: m-8vb0a1b2c3d4e5f6g7h8
image:
  description:
    - The image after the task. In check mode, the image as it would be, with null for values that only the cloud knows.
    - With O(state=absent), the image before the task, or null if there was none.
    - In a failure, the image as it was last seen.
  returned: success, and failure if an image is known or the first step was started
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
  sample: ["create image 'web-golden-2026-11' from instance i-web-running"]
task_id:
  description:
    - The id of the task of the cloud that imports the image, or that was canceled with O(state=absent).
  returned: if the task started or canceled an import whose task the cloud reports
  type: str
  sample: t-8vb0a1b2c3d4e5f6g7h8
  version_added: 1.1.0
shared_with:
  description:
    - The ids of the accounts that the image is shared with, sorted. In check mode, those that it would be shared with.
    - After a change, those that the cloud shows, also in a failure.
  returned: if O(share_with) is given, and in a failure only once all accounts were changed
  type: list
  elements: str
  sample: ["1000000000000038", "1000000000000039"]
  version_added: 1.1.0
replaced_image_id:
  description:
    - The id of the image that was replaced, or would be in check mode.
    - In a failure, the id of the image that is being replaced. RV(image_id) is then that of the new image.
  returned: if O(recreate) replaces an image, in a failure only if the new image exists
  type: str
  sample: m-8vb0z9y8x7w6v5u4t3s2
snapshots_deleted:
  description:
    - The snapshots that were deleted, or would be in check mode. Empty without O(delete_snapshots).
    - They include those that the cloud deletes itself when a copy or an import is canceled.
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: []
snapshots_left:
  description:
    - The snapshots that are kept although the task deleted their image, or would be kept in check mode. They include
      those that the image was created from, and those in RV(snapshots_failed).
    - In a failure, all snapshots that may still exist and whose image was deleted, or may have been deleted.
    - A cloud usually deletes the snapshots of an unfinished image when its copy or its import is canceled, so check
      mode does not list them. A task that cancels looks which of them are left, and lists those.
  returned: success, and failure after the first step was started
  type: list
  elements: str
  sample: []
snapshots_failed:
  description:
    - The snapshots that the cloud refused to delete.
    - In a failure after the image was deleted, or may have been deleted, also those that the task did not reach, or
      whose deletion is uncertain. Note them, since no later run can know which snapshots belonged to a deleted image.
      All of them are also in RV(snapshots_left).
  returned: success, and failure after the first step was started
  type: list
  elements: dict
  sample: []
  contains:
    snapshot_id:
      description: The snapshot.
      type: str
      sample: s-8vb0a1b2c3d4e5f6g7h8
    code:
      description: The error code. Null for one that the task did not reach.
      type: str
      sample: SnapshotCreatedDisk
    message:
      description: The error message of the cloud. Null for one that the task did not reach.
      type: str
      sample: The specified snapshot has been used to create a disk.
reason:
  description:
    - Why the task failed, as a word that does not change between releases. Use it for example in C(when) or C(until).
    - New words may be added.
    - V(timed_out) - the task did not finish within O(wait_timeout). Run the task again to continue, unless the message
      says that the cloud does not list the image yet.
    - V(interrupted) - the task was ended by a signal. Run the task again to continue, with the same exception.
    - V(invalid_input) - the module or the cloud refused an option or its value.
    - V(missing_library) - a Python library is missing on the host that runs the module.
    - V(not_found) - an image, an instance, a snapshot, a bucket, an object or a resource set does not exist, or is not
      visible to the task.
    - V(ambiguous_name) - the name belongs to more than one image or resource set.
    - V(name_taken) - another image has the name.
    - V(in_use) - instances use the image.
    - V(shared) - the image is shared with other accounts, or published.
    - V(source_differs) - the image exists, but it was created from another source than the task names.
    - V(source_not_usable) - no image can be created from this instance, snapshot, image or disk file.
    - V(bucket_not_authorized) - ECS is not allowed to read the bucket.
    - V(creation_failed) - the cloud could not finish the creation of the image.
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
    - V(tls) - no trusted TLS connection could be established.
    - V(throttled) - the cloud refused the call because of too many calls, during the whole O(wait_timeout).
    - V(unexpected_answer) - the response is not one of ApsaraStack.
    - V(cloud_error) - any other error of the cloud; see RV(error).
  returned: failure
  type: str
  sample: timed_out
  version_added: 1.1.0
error:
  description: The response of the cloud to a failed call.
  returned: failure caused by a call
  type: dict
  contains:
    code:
      description: The error code, or C(HTTP) and the status if the response has none. Null without a usable response.
      type: str
      sample: InvalidInstanceId.NotFound
    message:
      description: The error message of the cloud. Without a usable response, what went wrong.
      type: str
      sample: The specified InstanceId does not exist.
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
      sample: 404
    action:
      description: The API action.
      type: str
      sample: CreateImage
    endpoint:
      description: The URL that the call was sent to.
      type: str
      sample: https://ecs-internal.example.internal
"""

import time
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import execution, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import (
    DesiredImage,
    desired_from,
    timeout_of,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.lookups import PatientLookups
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import TaskModule

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

DISK_ARGUMENTS: dict[str, t.Any] = {
    "snapshot_id": {"type": "str"},
    "size": {"type": "int"},
    "device": {"type": "str"},
    "disk_type": {"type": "str", "choices": ["system", "data"]},
}
ORIGINAL_ARGUMENTS: dict[str, t.Any] = {
    "image_id": {"type": "str"},
    "image_name": {"type": "str"},
    "region": {"type": "str"},
    "endpoint": {"type": "str"},
    "encrypted": {"type": "bool"},
    # An id, not a secret.
    "kms_key_id": {"type": "str", "no_log": False},
}
STORED_DISK_ARGUMENTS: dict[str, t.Any] = {
    "bucket": {"type": "str", "required": True},
    "object": {"type": "str", "required": True},
    "format": {"type": "str", "choices": ["raw", "vhd", "qcow2", "vmdk"]},
    "size": {"type": "int"},
}
ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "image_id": {"type": "str"},
    "image_name": {"type": "str", "aliases": ["name"]},
    "description": {"type": "str"},
    "instance_id": {"type": "str"},
    "snapshot_id": {"type": "str"},
    "disk_device_mapping": {"type": "list", "elements": "dict", "options": DISK_ARGUMENTS},
    "copy_from": {"type": "dict", "options": ORIGINAL_ARGUMENTS},
    "import_from": {"type": "list", "elements": "dict", "options": STORED_DISK_ARGUMENTS},
    "os_type": {"type": "str", "choices": ["linux", "windows"]},
    "boot_mode": {"type": "str", "choices": ["bios", "uefi"]},
    "license_type": {"type": "str", "choices": ["Auto", "Aliyun", "BYOL"]},
    "role_name": {"type": "str"},
    "image_family": {"type": "str"},
    "deprecated": {"type": "bool"},
    "share_with": {"type": "list", "elements": "str"},
    "purge_shares": {"type": "bool", "default": False},
    "unshare": {"type": "bool", "default": False},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
    "force": {"type": "bool", "default": False},
    "image_version": {"type": "str"},
    "platform": {"type": "str"},
    "architecture": {"type": "str"},
    "recreate": {"type": "str", "choices": ["never", "on_source_change", "always"], "default": "never"},
    "delete_snapshots": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int"},
}


def run(
    desired: DesiredImage,
    images: Images,
    deadline: Deadline,
    check_mode: bool,
    now: t.Callable[[], float] = time.time,
    log: t.Callable[[str], None] = lambda _line: None,
) -> dict[str, t.Any]:
    """Plan, and execute the plan unless in check mode. Returns the module's result; raises ApsaraStackError.

    ``now``: seconds since the epoch. ``log``: writes a line to the log of the host.
    """
    plan = planning.plan(desired, PatientLookups(images, deadline, log), now())
    outcome = execution.predict(plan) if check_mode else execution.execute(plan, images, deadline, log)
    return {**outcome.facts(), "diff": diff(outcome, desired.handle())}


def work(module: TaskModule) -> dict[str, t.Any]:
    params = module.params
    desired = desired_from(params, module.given.nulls)
    params["wait_timeout"] = timeout_of(params)
    return run(desired, images_for(params, module.connect), module.deadline, module.check_mode, log=module.log_line)


def images_for(params: t.Mapping[str, t.Any], connect: t.Callable[[], Client]) -> Images:
    """The images of the task's region, and the originals of another one. Raises what ``connect`` raises, and
    RefusalError."""
    if params["copy_from"] is None:
        return Images(connect())
    # Imported only for copies, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._login import regions  # noqa: PLC0415

    place = regions.place_in("copy_from", params["copy_from"], params.get("protocol", "https"))
    client = connect()
    return Images(client, None if place is None else regions.client_in(place, client))


def hints() -> Hints:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.hints import HINTS  # noqa: PLC0415

    return HINTS


def main() -> None:
    module = TaskModule(
        ARGUMENTS,
        mutually_exclusive=[("instance_id", "snapshot_id", "disk_device_mapping", "copy_from", "import_from")],
        required_one_of=[("image_id", "image_name")],
    )
    module.run(work, hints)


if __name__ == "__main__":
    main()
