# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hints that resolve errors of the cloud about the removal of an image.

The codes and their meaning are those of the vendor's ECS API reference (table of ModifyImageAttribute).
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image import hints

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

OWN: Hints = {
    "ImageStatus.NotAvailable": "Only an image that is Available can be deprecated.",
}
HINTS: Hints = {**hints.HINTS, **OWN}
