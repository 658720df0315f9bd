# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of errors: of tags."""

from __future__ import annotations

from .error_rows import indexed, many_tags, row, scripted

# TagResources, UntagResources, ListTagResources
for action in ("TagResources", "UntagResources", "ListTagResources"):
    row(action, "InvalidResourceType.NotFound", 404, {"ResourceType": "spaceship"})
    row(action, "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
    row(action, "MissingParameter.ResourceType", 404, {"ResourceType": None})
    row(action, "MissingParameter.RegionId", 404, {"RegionId": None})
    row(action, "MissingParameter.TagOwnerUid", 404, {"TagOwnerBid": "1"})
    row(action, "MissingParameter.TagOwnerBid", 404, {"TagOwnerUid": "1"})
    row(action, "PermissionDenied.TagOwnerUid", 403, {"TagOwnerUid": "1", "TagOwnerBid": "1"})
    row(action, "Invalid.Scope", 400, {"Scope": "wide"})
    row(action, "PermissionDenied.Scope", 403, {"Scope": "private"})
    row(action, "NumberExceed.ResourceIds", 400, indexed("ResourceId", 51))
    scripted(action, 403, "NoPermission.Tag")
    scripted(action, 400, "InvalidTagCount", "InvalidTag.Mismatch", "OperationDenied.QuotaExceed")
for action in ("TagResources", "UntagResources"):
    row(action, "InvalidResourceId.NotFound", 404, {"ResourceId.1": "m-unknown"})
    row(action, "InvalidResourceId.NotSupported", 403, {"ResourceId.1": "centos_7_9_x64_20G_alibase.vhd"})
    row(action, "MissingParameter.ResourceIds", 404, {"ResourceId.1": None})
row("TagResources", "MissingParameter.Tags", 404, {"Tag.1.Key": None, "Tag.1.Value": None})
row("UntagResources", "MissingParameter.Tags", 404, {"TagKey.1": None})
row("TagResources", "NumberExceed.Tags", 400, many_tags(21))
row("UntagResources", "NumberExceed.Tags", 400, indexed("TagKey", 21))
row("TagResources", "Duplicate.TagKey", 400, {"Tag.2.Key": "env"})
row("TagResources", "InvalidTagKey.Malformed", 400, {"Tag.1.Key": "acs:x"})
row("TagResources", "InvalidTagValue.Malformed", 400, {"Tag.1.Value": "http://x"})
row("TagResources", "QuotaExceed.Tags", 403, {"ResourceId.1": "m-full"})
row("ListTagResources", "InvalidParameter.TagValue", 400, {"Tag.1.Value": "v"})

# AddTags, RemoveTags, DescribeTags
for action in ("AddTags", "RemoveTags", "DescribeTags"):
    row(action, "InvalidTag.Mismatch", 400, {"Tag.1.Key": None, "Tag.1.Value": "v"})
    row(action, "InvalidResourceType.NotFound", 404, {"ResourceType": "spaceship"})
    row(action, "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
    scripted(action, 403, "QuotaExceed.Tags")
for action in ("AddTags", "RemoveTags"):
    row(action, "InvalidTagCount", 400, many_tags(21))
    row(action, "InvalidTagCount", 400, many_tags(6), {"tags_per_call": 5})
    row(action, "InvalidResourceId.NotFound", 404, {"ResourceId": "m-unknown"})
    row(action, "InvalidResourceId.NotSupported", 403, {"ResourceId": "centos_7_9_x64_20G_alibase.vhd"})
    row(action, "MissingParameter", 400, {"Tag.1.Key": None, "Tag.1.Value": None})
row("AddTags", "InvalidTagKey.Malformed", 400, {"Tag.1.Key": "aliyun-x"})
row("AddTags", "InvalidTagValue.Malformed", 400, {"Tag.1.Value": "x" * 129})
row("AddTags", "OperationDenied.QuotaExceed", 400, {"ResourceId": "m-full"})
