# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans with whom an image is shared. Pure, given a reader. Imported only for tasks that share or withdraw an image.

Accounts are compared as sets, since the API lists them in no order. They are sent as the task gives them.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, DEPRECATED, is_deprecated
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    entries,
    id_problems,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.attributes import CHANGED_LATER
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sharing_steps import (
    ReadSharing,
    Share,
    StopSharing,
    accounts_text,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

MAXIMUM_ACCOUNTS = 50


def problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """Sentences about what the API would reject in ``share_with``; empty if there are no problems."""
    named = entries("share_with", params["share_with"])
    found = [*blank_problems(named), *id_problems(named)]
    count = len(set(params["share_with"]))
    if count > MAXIMUM_ACCOUNTS:
        found.append(f"share_with has {count} accounts, but an image can be shared with at most {MAXIMUM_ACCOUNTS}")
    if named and params["deprecated"]:
        found.append(f"share_with gives accounts, but deprecated is true, and {_NOT_DEPRECATED}: omit one of them")
    return found


def to_withdraw(desired: DesiredImage, reader: Reader, image: Image) -> Sharing | None:
    """With whom an image that is to be deleted is shared, if the task stops that (``unshare``); None if with nobody.

    Raises RefusalError if it is public.
    """
    if not desired.unshare or image["is_self_shared"] is False:
        return None
    found = reader.sharing(image["image_id"])
    if found.is_public:
        raise obstacles.shared(image, found)
    return found if found.accounts else None


def applied(desired: DesiredImage, plan: ImagePlan, reader: Reader) -> ImagePlan:
    """The plan with the steps that share the resulting image with the accounts of the task, or, if the task omits them,
    with those of the image that it replaces. Raises RefusalError."""
    after = t.cast("Image | Predicted", plan.after)
    of_replaced = _of_replaced(plan)
    if desired.share_with is None and not of_replaced:
        return plan
    image_id = after["image_id"]
    current = Sharing() if image_id is None else reader.sharing(image_id)
    kept = {*current.accounts, *of_replaced}
    wanted = kept if desired.share_with is None else {*desired.share_with, *(() if desired.purge_shares else kept)}
    to_add, to_remove = sorted(wanted - {*current.accounts}), sorted({*current.accounts} - wanted)
    _judge(desired, after, current, wanted, to_add)
    is_later = (to_add or to_remove) and after["status"] not in (AVAILABLE, DEPRECATED)
    if is_later:
        wanted, to_add, to_remove = {*current.accounts}, [], []
    told = {} if desired.share_with is None else {"shared_with": sorted(wanted)}
    changed = {"is_self_shared": bool(wanted)} if to_add or to_remove else {}
    return dataclasses.replace(
        plan,
        after=t.cast("Image | Predicted", {**after, **changed}),
        steps=_steps(plan, desired, current, tuple(to_add), tuple(to_remove)),
        warnings=(*plan.warnings, *([_too_early(after)] if is_later else [])),
        facts={**plan.facts, **told},
    )


def _of_replaced(plan: ImagePlan) -> tuple[str, ...]:
    """The accounts that the image being replaced is withdrawn from."""
    replaced_id = plan.facts.get("replaced_image_id")
    return next((one.accounts for one in withdrawals(plan.steps) if one.image_id == replaced_id), ())


def withdrawals(planned: t.Iterable[Step]) -> list[StopSharing]:
    """The steps that stop sharing an image that is then deleted."""
    return [step for step in planned if isinstance(step, StopSharing) and step.deletion is not None]


# --- in which steps --------------------------------------------------------------------------------------------------


def _steps(
    plan: ImagePlan, desired: DesiredImage, current: Sharing, to_add: tuple[str, ...], to_remove: tuple[str, ...]
) -> tuple[Step, ...]:
    if not to_add and not to_remove:
        return plan.steps
    image_id = t.cast("Image | Predicted", plan.after)["image_id"]
    place = _place(plan)
    first = _first_change(plan, place)
    stopping = [StopSharing(image_id, to_remove, current)] if to_remove else []
    sharing = [Share(image_id, to_add)] if to_add else []
    named = desired.share_with or ()
    kept = tuple(account for account in current.accounts if account in named)
    is_exact = desired.purge_shares and desired.share_with is not None
    reading = ReadSharing(image_id, to_add, to_remove, kept, is_exact)
    return (*plan.steps[:first], *stopping, *plan.steps[first:place], *sharing, reading, *plan.steps[place:])


def _place(plan: ImagePlan) -> int:
    """The index of the step before which an image is shared: the read that confirms all writes. A replacement image is
    complete before it gets the name, and before the replaced image is withdrawn."""
    kinds: tuple[type, ...] = (steps.ReadBack,)
    if "replaced_image_id" in plan.facts:
        swaps = [index for index, step in enumerate(plan.steps) if isinstance(step, steps.Swap)]
        if swaps:
            # An earlier one finishes another replacement.
            return swaps[-1]
        kinds = (StopSharing, steps.Delete, steps.Unmark)
    found = [index for index, step in enumerate(plan.steps) if isinstance(step, kinds)]
    return found[0] if found else len(plan.steps)


def _first_change(plan: ImagePlan, place: int) -> int:
    """The index of the step before which an image is withdrawn: the cloud deprecates no shared image."""
    if "replaced_image_id" in plan.facts:
        return place
    return next((index for index, step in enumerate(plan.steps) if step.text() is not None), place)


# --- what is shown ---------------------------------------------------------------------------------------------------


def before_and_after(plan: ImagePlan) -> tuple[list[str], list[str]]:
    """The accounts, for the diff of a task that gives ``share_with``."""
    after = list(plan.facts["shared_with"])
    new_id = t.cast("Image | Predicted", plan.after)["image_id"]
    if plan.before is None or plan.before["image_id"] != new_id:
        return sorted(_of_replaced(plan)), after
    own = of_result(plan)
    added = {account for step in own if isinstance(step, Share) for account in step.accounts}
    removed = {account for step in own if isinstance(step, StopSharing) for account in step.accounts}
    return sorted({*after} - added | removed), after


def of_result(plan: ImagePlan) -> list[Share | StopSharing]:
    """The steps that change with whom the resulting image is shared."""
    return [
        step
        for step in plan.steps
        if isinstance(step, Share) or (isinstance(step, StopSharing) and step.deletion is None)
    ]


# --- refusals --------------------------------------------------------------------------------------------------------

_NOT_DEPRECATED = "the cloud shares no deprecated image"


def _judge(
    desired: DesiredImage, after: Image | Predicted, current: Sharing, wanted: t.Sized, to_add: t.Sequence[str]
) -> None:
    if current.is_public and desired.purge_shares and desired.share_with is not None:
        raise _refusal(
            after,
            "is public, so every account may use it: purge_shares cannot change that. Withdraw it first.",
            "shared",
        )
    if to_add and is_deprecated(after):
        raise _refusal(
            after,
            f"is Deprecated, and {_NOT_DEPRECATED}, but it would have to be shared with {accounts_text(to_add)}. Set "
            "deprecated=false, or omit them from share_with.",
            "invalid_input",
        )
    if len(wanted) > MAXIMUM_ACCOUNTS:
        raise _refusal(
            after,
            f"would be shared with {len(wanted)} accounts, counting those that it has and those of the task, but at "
            f"most {MAXIMUM_ACCOUNTS} are possible. Give fewer accounts in share_with, or set purge_shares=true to "
            "withdraw it from the others.",
            "invalid_input",
        )


def _refusal(image: Image | Predicted, problem: str, reason: t.Literal["shared", "invalid_input"]) -> RefusalError:
    if image["image_id"] is None:
        return obstacles.refusal(f"The new image {image['image_name']!r} {problem}", reason)
    known = t.cast("Image", image)
    return obstacles.refusal(f"{obstacles.named(known)} {problem}", reason, known)


def _too_early(image: Image | Predicted) -> str:
    return f"{steps.image_text(image['image_id'])} is still being created: share_with is {CHANGED_LATER}"
