# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares a result with the calls and the state of the simulator. It uses no function of the collection."""

from __future__ import annotations

import re
import typing as t

Document = dict[str, t.Any]
Call = t.Mapping[str, t.Any]
# What was written: the kind, the image or the snapshot (of a creation: the name), and the new value if there is one.
Write = tuple[str, ...]

_UNCERTAIN = " (may have been carried out)"
_NEW = "the new image"
_MARK = "apsarastack.cloud/replaces"
# The parameter that holds the name of the new image.
_CREATIONS = {"CreateImage": "ImageName", "CopyImage": "DestinationImageName", "ImportImage": "ImageName"}
# What ModifyImageAttribute changes, in the words of the actions.
_ATTRIBUTES = {
    "Description": "description",
    "ImageFamily": "image family",
    "BootMode": "boot mode",
    "LicenseType": "license type",
}
_SHARING = {"AddAccount": "share", "RemoveAccount": "stop sharing"}
_STATUSES = {"Deprecated": "deprecate", "Available": "end the deprecation of"}


def differences_of(
    result: Document, before: Document, after: Document, calls: t.Sequence[Call], *, has_failed: bool = False
) -> list[str]:
    """How the result of one run differs from what the simulator saw.

    ``before`` and ``after``: its state around the run. ``calls``: those of the run.
    """
    if "actions" not in result:
        sent = [call["action"] for call in calls if call["write"] and call["processed"]]
        return [f"the result has no actions, but {sent} were carried out"] if sent else []
    return [
        *_of_actions(result, before, after, calls),
        *_of_image(result, before, after, calls),
        *_of_snapshots(result, before, after),
        *([] if has_failed else _of_diff(result, before, after)),
    ]


# --- actions ----------------------------------------------------------------------------------------------------------


def _of_actions(result: Document, before: Document, after: Document, calls: t.Sequence[Call]) -> t.Iterator[str]:
    certain, uncertain = _told(result)
    carried_out = {write for call in calls if call["processed"] for write in _writes(call)}
    in_doubt = {write for call in calls if _is_in_doubt(call) for write in _writes(call)}
    canceled = set(_canceled(before, carried_out | in_doubt))
    gone = canceled & {("delete", one) for one in _ids(before, "image") - _ids(after, "image")}
    carried_out |= gone
    if result["changed"] is not bool(result["actions"]):
        yield f"changed is {result['changed']}, but actions are {result['actions']}"
    yield from (f"{one} is among the actions, but was not carried out" for one in certain - carried_out)
    yield from (f"{one} was carried out, but is not among the actions" for one in carried_out - certain - uncertain)
    ignored = {write for call in calls if "ignored" in " ".join(call["notes"]) for write in _writes(call)}
    # An image may still be left after the cancelation, until the task has seen that it is not.
    unfinished = {write for write in carried_out if canceled and write[0] in ("cancel", "delete")} | canceled - gone
    # One action takes several calls where it names more than ten accounts.
    partly = {
        one for one in uncertain if one[0] in _SHARING.values() and {one[:2]} & {each[:2] for each in carried_out}
    }
    shown = in_doubt | ignored | unfinished | partly
    yield from (f"{one} is uncertain in the actions, but was answered" for one in uncertain - certain - shown)


def _told(result: Document) -> tuple[set[Write], set[Write]]:
    """The writes in the actions: the certain and the uncertain ones."""
    certain: set[Write] = set()
    uncertain: set[Write] = set()
    for action in result["actions"]:
        text = action.replace(_NEW, f"image {result['image_id']}")
        found = set(_parsed(text.removesuffix(_UNCERTAIN)))
        (uncertain if text.endswith(_UNCERTAIN) else certain).update(found or {("unreadable", text)})
    return certain, uncertain


def _parsed(text: str) -> t.Iterator[Write]:
    for kind, pattern in (
        ("create", r"^create image '([^']+)' from "),
        ("delete", r"^delete image (\S+) '"),
        ("delete snapshot", r"^delete snapshot (\S+)$"),
        ("tag", r"^set tags .* on image (\S+)$"),
        ("untag", r"^remove tags .* from image (\S+)$"),
        ("rename", r"(?:^rename|and) image (\S+) to '([^']+)'"),
        ("deprecate", r"^deprecate image (\S+)$"),
        ("end the deprecation of", r"^end the deprecation of image (\S+)$"),
        ("cancel", r"^cancel the import \(task (\S+)\) that "),
        ("cancel", r"^cancel the copy that creates image (\S+) '"),
        ("delete", r"^cancel .* that creates image (\S+) '.*', and delete the image$"),
    ):
        for match in re.finditer(pattern, text):
            yield kind, *match.groups()
    sharing = re.match(r"(share|stop sharing) image (\S+) with accounts? (.+)$", text)
    if sharing is not None:
        yield from ((sharing[1], sharing[2], account) for account in sharing[3].split(", "))
    subject = re.match(r"(?:rename|set the [a-z ]+ of) image (\S+) to ", text)
    if subject is None:
        return
    for kind in _ATTRIBUTES.values():
        for match in re.finditer(rf"(?:set the {kind} of image \S+|its {kind}) to '([^']+)'", text):
            yield kind, subject[1], match[1]


def _writes(call: Call) -> t.Iterator[Write]:
    """What a call writes, whether or not it is carried out."""
    parameters = call["parameters"]
    action = call["action"]
    if action in _CREATIONS:
        yield "create", parameters[_CREATIONS[action]]
    if action == "ModifyImageAttribute":
        kinds = {"ImageName": "rename", **_ATTRIBUTES}
        yield from ((kind, parameters["ImageId"], parameters[key]) for key, kind in kinds.items() if key in parameters)
        if "Status" in parameters:
            yield _STATUSES[parameters["Status"]], parameters["ImageId"]
    if action in ("CancelCopyImage", "CancelTask"):
        yield "cancel", parameters["ImageId" if action == "CancelCopyImage" else "TaskId"]
    if action == "DeleteImage":
        yield "delete", parameters["ImageId"]
    if action == "DeleteSnapshot":
        yield "delete snapshot", parameters["SnapshotId"]
    if action in ("TagResources", "UntagResources"):
        yield "tag" if action == "TagResources" else "untag", parameters["ResourceId.1"]
    yield from _of_sharing(parameters)


def _of_sharing(parameters: t.Mapping[str, str]) -> t.Iterator[Write]:
    """The accounts that an image is shared with, or no longer."""
    for key, account in parameters.items():
        kind = _SHARING.get(key.partition(".")[0])
        if kind is not None:
            yield kind, parameters["ImageId"], account


def _canceled(before: Document, writes: t.Iterable[Write]) -> t.Iterator[Write]:
    """The deletions that the cancelations among the writes may cause, of images that are still being created."""
    imported = {task["task_id"]: task["image_id"] for task in before["tasks"]}
    yield from (("delete", imported.get(write[1], write[1])) for write in writes if write[0] == "cancel")


def _is_in_doubt(call: Call) -> bool:
    """Whether the caller cannot know what became of the call."""
    is_read = call["action"].startswith(("Describe", "List"))
    return not is_read and ("drop" in call["fault"] or call["status"] >= 500)


# --- the image --------------------------------------------------------------------------------------------------------


def _of_image(result: Document, before: Document, after: Document, calls: t.Sequence[Call]) -> t.Iterator[str]:
    image_id, image = result["image_id"], result["image"]
    if image is not None and image["image_id"] != image_id:
        yield f"image_id is {image_id}, but image is {image['image_id']}"
    known = {one["image_id"] for one in before["images"]}
    answered = [call for call in calls if call["action"] in _CREATIONS and call["processed"] and not call["fault"]]
    new = [one["image_id"] for one in after["images"] if one["image_id"] not in known and not one["deleted"]]
    if answered and new and image_id not in new:
        yield f"image_id is {image_id}, but {new} was created"
    deleted = {write[1] for call in calls if call["processed"] for write in _writes(call) if write[0] == "delete"}
    if image_id in deleted and new:
        yield f"image_id is {image_id}, which was deleted"
    replaces = {**_marked(before), **_marked(after), **{one: old for one in new for old in _replaced_by(calls)}}
    if image_id in replaces and result.get("replaced_image_id") != replaces[image_id]:
        yield f"image {image_id} replaces {replaces[image_id]}, but replaced_image_id does not say so"
    successors = [one for one in _marked(after) if _marked(after)[one] == image_id]
    if successors and answered:
        yield f"image_id is {image_id}, which {successors} replaces"


def _marked(state: Document) -> dict[str, str]:
    """The replacement images, each with the image that it replaces."""
    tags = {one["image_id"]: one["tags"] for one in state["images"] if not one["deleted"]}
    return {key: one[_MARK].partition("/")[0] for key, one in tags.items() if _MARK in one}


def _replaced_by(calls: t.Sequence[Call]) -> t.Iterator[str]:
    """The images that the created ones are to replace."""
    for call in calls:
        parameters = call["parameters"]
        for key, value in parameters.items() if call["action"] in _CREATIONS and call["processed"] else ():
            if value == _MARK:
                yield parameters[key.replace("Key", "Value")].partition("/")[0]


# --- snapshots and diff -----------------------------------------------------------------------------------------------


def _ids(state: Document, kind: str) -> set[str]:
    return {one[f"{kind}_id"] for one in state[f"{kind}s"] if not one.get("deleted")}


def _of_snapshots(result: Document, before: Document, after: Document) -> t.Iterator[str]:
    lost = _ids(before, "snapshot") - _ids(after, "snapshot")
    failed = {one["snapshot_id"] for one in result["snapshots_failed"]}
    yield from (f"snapshot {one} is not deleted" for one in set(result["snapshots_deleted"]) - lost)
    yield from (f"snapshot {one} is deleted" for one in lost - set(result["snapshots_deleted"]) - failed)


def _of_diff(result: Document, before: Document, after: Document) -> t.Iterator[str]:
    shown = result["diff"]["after"]
    lost = _ids(before, "image") - _ids(after, "image")
    told = {key for key, text in shown.get("images", {}).items() if text == "deleted"}
    if told != lost:
        yield f"the diff shows {told} as deleted, but {lost} are deleted"
    snapshots = shown.get("snapshots", {})
    gone = _ids(before, "snapshot") - _ids(after, "snapshot")
    certain = {key for key, text in snapshots.items() if text == "deleted"}
    uncertain = {key for key, text in snapshots.items() if text == "may have been deleted"}
    if not certain <= gone <= certain | uncertain:
        yield f"the diff shows the snapshots as {snapshots}, but {gone} are deleted"
    (image,) = [one for one in after["images"] if one["image_id"] == result["image_id"]] or [None]
    if image is None or image["deleted"]:
        if shown["state"] != "absent":
            yield f"the diff shows {shown['state']}, but there is no image"
        return
    held = {key: image[key] or "" for key in ("image_name", "description")}
    # These are only shown if they change.
    changing = {"image_family": image["image_family"] or "", "deprecated": image["status"] == "Deprecated"}
    held |= {key: value for key, value in changing.items() if key in shown}
    yield from (f"the diff shows {key} as {shown.get(key)}" for key in held if shown.get(key) != held[key])
