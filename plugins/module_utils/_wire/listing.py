# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Complete lists of the API, or an error: what is missing from a list is treated as absent, and acted on."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import DeadlineError, NoAnswerError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

# Every release accepts it: the maximum was 50 before it became 100.
PAGE_SIZE = 50
# How often a list that changes while it is read is read again.
ATTEMPTS = 5
PAUSE_SECONDS = 1.0
# An endless list would fill the memory before the deadline. No account has that many resources.
MOST_ITEMS = 100_000
# No count of resources has more digits; a longer one is damaged.
_LONGEST_COUNT = 19

Shaped = t.TypeVar("Shaped")


class Listing(t.Generic[Shaped]):
    """A list to request.

    ``items``: dotted path of the list in an answer, such as ``Images.Image``. ``key``: what identifies an item.
    ``shape``: maps an item to what is kept.
    """

    def __init__(
        self,
        client: Client,
        action: str,
        parameters: t.Mapping[str, t.Any],
        items: str,
        key: str,
        shape: t.Callable[[dict[str, t.Any]], Shaped],
    ) -> None:
        self.client = client
        self.action = action
        self.parameters = parameters
        self.items = items
        self.key = key
        self.shape = shape
        # The last answer, for what it contains in addition to the list.
        self.answer: dict[str, t.Any] = {}

    def whole(self) -> list[Shaped]:
        """All items of all pages, each once, in the order of the API.

        Raises what ``Client.call`` raises, and NoAnswerError if the list stays incomplete.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self.client.deadline.sleep(PAUSE_SECONDS)
            found = self._read()
            if found is not None:
                return found
        raise self._unusable(f"{self.items} changed each of {ATTEMPTS} times that it was read, or it ends too early")

    def _read(self) -> list[Shaped] | None:
        """None if the list changed meanwhile: an item is listed twice, the total differs, or the pages end too
        early."""
        found: dict[str, Shaped] = {}
        totals: set[int | None] = set()
        number = 0
        while True:
            number += 1
            body = self.client.call(self.action, {**self.parameters, "PageSize": PAGE_SIZE, "PageNumber": number})
            self.answer = body
            total = _count(body.get("TotalCount"))
            page = self._page(body, total)
            totals.add(total)
            if not self._add(page, found) or len(totals) > 1:
                return None
            if _is_last(page, body, total, len(found)):
                return list(found.values())
            if not page:
                return None

    def _add(self, page: t.Sequence[dict[str, t.Any]], found: dict[str, Shaped]) -> bool:
        """Adds a page; returns whether all its items are new."""
        before = len(found)
        for item in page:
            # Mapping thousands of items takes time as well.
            if self.client.deadline.is_over():
                raise DeadlineError(f"Timed out while {self.items} was read.")
            found[item[self.key]] = self.shape(item)
        if len(found) > MOST_ITEMS:
            raise self._unusable(f"{self.items} has more than {MOST_ITEMS} items")
        return len(found) == before + len(page)

    def _page(self, body: t.Mapping[str, t.Any], total: int | None) -> list[dict[str, t.Any]]:
        """The items of one answer. An answer without the list is unusable, unless its total is 0."""
        found: t.Any = body
        names = self.items.split(".")
        last = names[-1]
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
            if name != last and isinstance(found, list) and len(found) == 1:
                # A sample of the vendor wraps the container of the list in a list.
                found = found[0]
        if found is None and total == 0:
            return []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self._unusable(f"{self.items} is not a list of objects")
        # An item without an id would be treated as the id "None".
        if not all(isinstance(item.get(self.key), str) and item[self.key] for item in found):
            raise self._unusable(f"{self.items} has an entry without {self.key}")
        return found

    def _unusable(self, problem: str) -> NoAnswerError:
        return self.client.unusable(self.action, problem, hint="unusable_list")


def _is_last(page: t.Sequence[t.Any], body: t.Mapping[str, t.Any], total: int | None, count: int) -> bool:
    """Whether the page is the last one: a short page is not if the total is larger; without a total, it is."""
    if total is not None:
        return count >= total
    # A site may reduce the page size and say so.
    return len(page) < min(PAGE_SIZE, _count(body.get("PageSize")) or PAGE_SIZE)


def _count(value: t.Any) -> int | None:
    """A count, which some releases send as a string."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_COUNT else None
