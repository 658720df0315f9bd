# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS checks of a bucket before it reads or writes there."""

from __future__ import annotations

import typing as t

from .errors import CloudError

if t.TYPE_CHECKING:
    from .context import Context
    from .world import Bucket


def bucket_for(context: Context, name: str, role: str) -> Bucket:
    """Of the caller's account and region, with a role that lets ECS in. Raises CloudError."""
    bucket = context.world.buckets.get(name)
    if bucket is None:
        raise CloudError("InvalidOSSBucket.NotFound")
    if bucket.region != context.region:
        raise CloudError("InvalidOSSBucket.NotMatched")
    if bucket.organization != context.organization.id:
        raise CloudError("InvalidOSS.NotAuthorized")
    if bucket.encrypted:
        raise CloudError("InvalidOSSBucket.EncryptUnsupported")
    if not bucket.open and role not in context.organization.roles:
        raise CloudError(context.knobs.missing_role_code)
    return bucket
