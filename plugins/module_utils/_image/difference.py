# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of an image, and of everything that is deleted with it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import FAILED, is_deprecated
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import difference
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import own_tags

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.difference import Side
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan


_UNSET = {"image_family": "", "deprecated": False, "encrypted": False}


def diff(outcome: ImageOutcome, handle: str) -> Side:
    """``before`` and ``after`` of what a task manages, with everything that it deletes or leaves behind, without values
    that only the cloud assigns. In check mode, the outcome consists of the steps of the plan; in a run, of those that
    were carried out.

    ``handle``: the title of a side on which no image has an id yet.
    """
    plan = outcome.plan
    taken_before, source, taken_after = _by_steps(outcome) if outcome.done else ({}, {}, {})
    before_sharing, after_sharing = _sharing(plan) if "shared_with" in plan.facts else ({}, {})
    before, after = _attributes(plan.before), {**_attributes(plan.after), **_encryption(source)}
    changed = [name for name, value in after.items() if value not in (None, before.get(name) or _UNSET.get(name))]
    return difference.diff(
        {
            **_managed(plan.before),
            **{name: before[name] for name in changed if name in before},
            **before_sharing,
            **taken_before,
        },
        {**_managed(plan.after), **{name: after[name] for name in changed}, **after_sharing, **source, **taken_after},
        (_header(plan.before, handle), _header(plan.after, handle)),
    )


def _managed(image: Image | Predicted | None) -> Side:
    if image is None:
        return difference.ABSENT
    return {
        "state": _state(image),
        "image_name": image["image_name"],
        "description": image["description"] or "",
        "tags": own_tags(image["tags"]),
    }


def _attributes(image: Image | Predicted | None) -> Side:
    """What the diff shows only if it changes."""
    if image is None:
        return {}
    told = {"image_family": image["image_family"] or "", "deprecated": is_deprecated(image)}
    disks = {disk["encrypted"] for disk in image["disk_device_mappings"]}
    encrypted = True if True in disks else False if disks == {False} else None
    return {
        **told,
        "boot_mode": image["boot_mode"],
        "license_type": image["license_type"],
        "encrypted": encrypted,
    }


def _encryption(source: Side) -> Side:
    """Of a new copy, which is encrypted only if the task says so."""
    return {"encrypted": bool(source["copy_from"].get("encrypted"))} if "copy_from" in source else {}


def _sharing(plan: ImagePlan) -> tuple[Side, Side]:
    # Imported only for tasks that share an image.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing  # noqa: PLC0415

    before, after = sharing.before_and_after(plan)
    return {} if plan.before is None else {"shared_with": before}, {"shared_with": after}


def _state(image: Image | Predicted) -> str:
    return "failed" if image["status"] == FAILED else "present"


def _by_steps(outcome: ImageOutcome) -> tuple[Side, Side, Side]:
    """The deleted and renamed images by id, the deleted and kept snapshots, and the source of a new image."""
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing_steps, steps  # noqa: PLC0415

    created = [step.source.as_dict() for step in outcome.done if isinstance(step, steps.Create)]
    renamed = [step for step in outcome.done if isinstance(step, steps.Swap)]
    replaced = {step.old.image["image_id"]: (step.old.image, step.replaced_name) for step in renamed if step.old}
    going = {step.image_id: step.expected.image for step in outcome.done if isinstance(step, steps.Delete)}
    withdrawn = {
        step.deletion.image_id: (step.deletion.expected.image, step.accounts)
        for step in outcome.done
        if isinstance(step, sharing_steps.StopSharing) and step.deletion is not None
    }
    kept = {key: (image, image["image_name"]) for key, (image, _accounts) in withdrawn.items()}
    renamed_or_kept = {**kept, **replaced}
    images = {**{key: image for key, (image, _name) in renamed_or_kept.items()}, **going}
    snapshots = {
        **dict.fromkeys(outcome.snapshots_deleted, "deleted"),
        **dict.fromkeys(outcome.snapshots_left, "left behind"),
        **dict.fromkeys(outcome.snapshots_in_doubt, "may have been deleted"),
    }
    before: Side = {
        "images": {
            key: _named(image, image["image_name"], withdrawn[key][1] if key in withdrawn else ())
            for key, image in images.items()
        },
        "snapshots": dict.fromkeys(snapshots, "present"),
    }
    after: Side = {
        "images": {**{key: _named(*one) for key, one in renamed_or_kept.items()}, **dict.fromkeys(going, "deleted")},
        "snapshots": snapshots,
    }
    return difference.filled(before), created[0] if created else {}, difference.filled(after)


def _named(image: Image, name: str | None, accounts: t.Sequence[str] = ()) -> str:
    shared = f", shared with {', '.join(accounts)}" if accounts else ""
    return f"{_state(image)}, named {name!r}{shared}"


def _header(image: Image | Predicted | None, handle: str) -> str:
    return (None if image is None else image["image_id"]) or handle
