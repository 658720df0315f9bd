# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a copy may say of its encryption."""

from __future__ import annotations

import typing as t

from .errors import CloudError

if t.TYPE_CHECKING:
    from .context import Context
    from .parameters import Arguments


def check_encryption(there: Context, arguments: Arguments) -> None:
    """`there`: in the destination, where the key must be. Raises CloudError."""
    encrypted, key_id = arguments.flag("Encrypted"), arguments.text("KMSKeyId")
    if arguments.text("EncryptAlgorithm") is not None:
        # Documented as not available.
        code = (
            "InvalidRegionId.NotSupportEncryptAlgorithm" if encrypted else "InvalidEncrypted.NotMatchEncryptAlgorithm"
        )
        raise CloudError(code)
    if key_id is not None and not encrypted:
        raise CloudError("InvalidEncrypted.NotMatchKmsKeyId")
    if encrypted and not there.knobs.kms:
        raise CloudError("InvalidParameter.KmsNotEnabled")
    if key_id is not None:
        _check_key(there, key_id)


def _check_key(there: Context, key_id: str) -> None:
    key = there.world.kms_keys.get(key_id)
    if key is None or (key.organization, key.region) != (there.organization.id, there.region):
        raise CloudError("InvalidParameter.KMSKeyId.NotFound")
    if not key.enabled:
        raise CloudError("InvalidParameter.KMSKeyId.CMKNotEnabled")
    if not key.authorized:
        raise CloudError("InvalidParameter.KMSKeyId.CMKUnauthorized")
