# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the cloud."""

from __future__ import annotations

import typing as t

from .error_table import LEGACY_STATUS, TABLE

__all__ = ["LEGACY_STATUS", "TABLE", "CloudError", "invalid", "missing"]


class CloudError(Exception):
    """An answer that is an error. `status` and `message` default to the table's."""

    def __init__(
        self,
        code: str,
        message: str | None = None,
        status: int | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> None:
        known_status, known_message = TABLE.get(code, (400, f"The request failed with {code}."))
        self.code = code
        self.status = known_status if status is None else status
        self.message = known_message if message is None else message
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {self.code}: {self.message}")


def missing(name: str) -> CloudError:
    return CloudError(
        "MissingParameter",
        f'The input parameter "{name}" that is mandatory for processing this request is not supplied.',
    )


def invalid(name: str) -> CloudError:
    return CloudError("InvalidParameter", f'The specified value of parameter "{name}" is not valid.')
