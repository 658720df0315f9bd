# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages: what every listing action shares."""

from __future__ import annotations

import typing as t

from . import parameters
from .errors import invalid

if t.TYPE_CHECKING:
    from .parameters import Arguments

Item = t.TypeVar("Item")


def paging(default_size: int = 10) -> tuple[parameters.Parameter, parameters.Parameter]:
    return (
        parameters.Parameter("PageNumber", parameters.positive, default=1),
        parameters.Parameter("PageSize", parameters.positive, default=default_size),
    )


def page(arguments: Arguments, items: t.Sequence[Item], maximum: int) -> tuple[t.Sequence[Item], dict[str, int]]:
    """(the page, the three paging fields of the answer). Raises CloudError above the maximum size."""
    number, size = arguments.number("PageNumber"), arguments.number("PageSize")
    if size > maximum:
        raise invalid("PageSize")
    start = (number - 1) * size
    return items[start : start + size], {"PageNumber": number, "PageSize": size, "TotalCount": len(items)}
