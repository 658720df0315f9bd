# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up a resource set by its name in ASCM, which returns its id and its organization."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, RefusalError, shown

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

PAGE_SIZE = 100
# An endless list is damaged, and should not be read until the deadline.
MOST_PAGES = 100
# A message should not list all the resource sets of a large site.
LONGEST_LIST = 20


@dataclasses.dataclass(frozen=True)
class ResourceSet:
    """``department``: the id of its organization."""

    name: str
    id: str
    department: str

    def __str__(self) -> str:
        return f"{self.name!r} (department {self.department}, resource_group {self.id})"


def resource_set(name: str, department: str | None, ascm: Client) -> ResourceSet:
    """The only resource set with exactly this name. ``department``: search only this organization.

    Raises RefusalError with the existing ones if there is none, or more than one.
    """

    def listed(part: str | None) -> list[ResourceSet]:
        return [one for one in _listed(part, ascm) if department in (None, one.department)]

    # ASCM matches substrings of names.
    found = [one for one in listed(name) if one.name == name]
    if len(found) == 1:
        return found[0]
    named = ascm.connection.origins.named("resource_group_set_name")
    if found:
        raise RefusalError(
            f"{named} is {shown(name)}, but several resource sets have that name: {_shown(found)}."
            " Give department, or department and resource_group.",
            "ambiguous_name",
        )
    inside = "" if department is None else f" in department {department}"
    raise RefusalError(
        f"{named} is {shown(name)}, but there is no such resource set{inside}. There are: "
        f"{_shown(listed(None)) or 'none that this access key sees'}.",
        "not_found",
    )


def _shown(sets: t.Sequence[ResourceSet]) -> str:
    ordered = sorted(sets, key=lambda one: (one.name, one.department, one.id))
    shown = ", ".join(map(str, ordered[:LONGEST_LIST]))
    rest = len(ordered) - LONGEST_LIST
    return f"{shown} and {rest} more" if rest > 0 else shown


def _listed(part: str | None, ascm: Client) -> t.Iterator[ResourceSet]:
    """The resource sets whose name contains this string, or all for None."""
    read = 0
    for number in range(1, MOST_PAGES + 1):
        parameters = {"resourceGroupName": part, "pageNumber": number, "pageSize": PAGE_SIZE}
        body = ascm.call("ListResourceGroup", parameters)
        page = body.get("data") or []
        if not isinstance(page, list):
            raise _misshapen(ascm)
        yield from (_from(item, ascm) for item in page)
        read += len(page)
        # A site may return shorter pages than requested, and then reports the total.
        total = _total(body)
        if not page or (len(page) < PAGE_SIZE if total is None else read >= total):
            return
    raise _misshapen(ascm, f"its list has more than {MOST_PAGES} pages")


def _total(body: t.Mapping[str, t.Any]) -> int | None:
    information = body.get("pageInfo")
    total = information.get("total") if isinstance(information, dict) else None
    return total if isinstance(total, int) else None


def _from(item: t.Any, ascm: Client) -> ResourceSet:
    if not isinstance(item, dict):
        raise _misshapen(ascm)
    name, number, department = (item.get(key) for key in ("resourceGroupName", "id", "organizationID"))
    if name is None or number is None or department is None:
        raise _misshapen(ascm)
    return ResourceSet(name=str(name), id=str(number), department=str(department))


def _misshapen(
    ascm: Client, reason: str = "data is not a list of resource sets with resourceGroupName, id and organizationID"
) -> NoAnswerError:
    advice = "Give department and resource_group instead of resource_group_set_name."
    return ascm.unusable("ListResourceGroup", reason, advice=advice)
