# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages: what every listing action shares."""

from __future__ import annotations

import typing as t

from . import parameters
from .errors import invalid

if t.TYPE_CHECKING:
    from .context import Context
    from .parameters import Arguments

Item = t.TypeVar("Item")


def paging(default_size: int = 10) -> tuple[parameters.Parameter, parameters.Parameter]:
    return (
        parameters.Parameter("PageNumber", parameters.positive, default=1),
        parameters.Parameter("PageSize", parameters.positive, default=default_size),
    )


def page(context: Context, arguments: Arguments, items: t.Sequence[Item]) -> tuple[t.Sequence[Item], dict[str, int]]:
    """(the page, the three paging fields of the answer). Raises CloudError above the maximum size."""
    knobs = context.knobs
    number, size = arguments.number("PageNumber"), arguments.number("PageSize")
    if size > knobs.max_page_size:
        raise invalid("PageSize")
    shown = min(size, knobs.short_pages or size)
    start = (number - 1) * shown
    if number > 1 and knobs.shifting_pages > 0 and start < len(items):
        # Something went from the pages before and came at their beginning, so that one item is on no page.
        knobs.shifting_pages -= 1
        start += 1
    return items[start : start + shown], {"PageNumber": number, "PageSize": size, "TotalCount": len(items)}
