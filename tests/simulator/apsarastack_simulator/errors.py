# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud says no with: code -> HTTP status and message, from the vendor's published error tables."""

from __future__ import annotations

import typing as t


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


# The spelling of codes and messages is the vendor's, mistakes included: clients match on them.
TABLE: dict[str, tuple[int, str]] = {
    # common
    "MissingParameter": (400, "The input parameter that is mandatory for processing this request is not supplied."),
    "InvalidParameter": (400, "The specified parameter is not valid."),
    "InvalidParameter.IsNull": (400, "The specified parameter is null."),
    "InvalidParameter.AllEmpty": (400, "The specified parameters must not be empty at the same time."),
    "InvalidParamater": (400, "The specified parameter SignatureMethod or SignatureVersion is not valid."),
    "InvalidParamter": (400, "The specified parameter is not valid."),
    "UnsupportedParameter": (400, "The specified parameter is not supported."),
    "IllegalTimestamp": (400, "The input parameter Timestamp that is mandatory for this request is not supplied."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "IncompleteSignature": (400, "The request signature does not conform to standards."),
    "SignatureDoesNotMatch": (400, "Specified signature is not matched with our calculation."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "InvalidAccessKeyId.Inactive": (400, "Specified access key is disabled."),
    "Forbidden.AccessKeyDisabled": (403, "The specified AccessKey is disabled."),
    "MissingSecurityToken": (400, "SecurityToken is mandatory for this action."),
    "InvalidSecurityToken.Expired": (400, "Specified SecurityToken is expired."),
    "InvalidSecurityToken.MismatchWithAccessKey": (400, "Specified SecurityToken mismatch with the AccessKey."),
    "InvalidSecurityToken.Malformed": (400, "Specified SecurityToken is malformed."),
    "InvalidAction": (403, "Specified action is not valid."),
    "InvalidAction.NotFound": (404, "Specified api is not found, please check your url and method."),
    "InvalidApi.NotFound": (404, "Specified api is not found, please check your url and method."),
    "InvalidProduct.NotFound": (404, "Specified product is not found."),
    "InvalidVersion": (404, "Specified parameter Version is not valid."),
    "UnsupportedHTTPMethod": (403, "This http method is not supported."),
    "IdempotentParameterMismatch": (400, "The client token was used before with other parameters."),
    "IdempotenceParamNotMatch": (400, "There is an idempotence signature mismatch between this and last request."),
    "InvalidParamter.Conflict": (
        403,
        "The specified same token is trying to make requests with different parameters.",
    ),
    "InvalidIdempotenceParameter.Mismatch": (403, "The parameters do not match those of the last use of this token."),
    "IdempotentProcessing": (403, "The previous idempotent request(s) is still processing."),
    "LastTokenProcessing": (403, "The last request with this token is still being processed."),
    "Forbidden.RAM": (403, "User not authorized to operate on the specified resource."),
    "Forbidden.Unauthorized": (403, "A required authorization for the specified action is not supplied."),
    "Forbidden.SubUser": (403, "The specified action is not available for you."),
    "Forbidden.NotSupportRAM": (403, "This action does not support accessed by RAM mode."),
    "Forbidden.RiskControl": (403, "This operation is forbidden by risk control."),
    "NoPermission": (403, "You are not authorized to do this action on the specified resource."),
    "OperationConflict": (409, "Request was denied due to conflict with a previous request, please try again later."),
    "Throttling": (400, "Request was denied due to request throttling."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "Throttling.Api": (400, "Request was denied due to api flow control."),
    "UnknownError": (400, "The request processing has failed due to some unknown error."),
    "InternalError": (500, "The request processing has failed due to some unknown error, exception or failure."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "ServiceUnavailable.RegionMaintaining": (503, "The region is being maintained."),
    # ids
    "InvalidRegionId.NotFound": (404, "The specified RegionId does not exist."),
    "InvalidImageId.NotFound": (404, "The specified ImageId does not exist."),
    "InvalidInstanceId.NotFound": (404, "The specified InstanceId does not exist."),
    "InvalidSnapshotId.NotFound": (404, "The specified SnapshotId does not exist."),
    "InvalidDiskId.NotFound": (404, "The specified DiskId does not exist."),
    "InvalidResourceGroup.NotFound": (404, "The specified ResourceGroup does not exist."),
    # CreateImage: the source
    "IncorrectInstanceStatus": (400, "The current status of the instance does not support this operation."),
    "IncorrectInstanceStatus.NeedRestart": (403, "The instance has a pending change; restart it first."),
    "InvalidInstanceId.ValueNotSupported": (400, "The specified instance cannot be imaged."),
    "InstanceLockedForSecurity": (400, "The specified operation is denied as your instance is locked for security."),
    "InvalidSnapshotId.NotReady": (403, "The specified snapshot is not ready."),
    "SnapshotNotReady": (403, "The specified snapshot is not ready."),
    "InvalidSnapshot.TooOld": (403, "This operation is denied because the snapshot is created before 2013-07-15."),
    "OperationDenied": (403, "The specified snapshot is not allowed to create image."),
    "OperationDenied.InvalidSnapshotCategory": (403, "The category of the snapshot does not support this operation."),
    "InvalidSystemSnapshot.Missing": (403, "The specified disk device mapping does not contain system disk snapshot."),
    "InvalidDevice.Malformed": (400, "The specified device is wrongly formed."),
    "InvalidDevice.InUse": (400, "The specified device has been occupied."),
    "InvalidSize.ValueNotSupported": (400, "The specified DiskDeviceMapping.N.Size is not supported."),
    "InvalidDiskCategory.CreateImage": (400, "The category of the specified disk cannot make an image."),
    "InvalidDiskType.ValueNotSupported": (400, "The specified DiskType is not supported."),
    "IncorrectDiskStatus": (403, "The current disk status does not support this operation."),
    "IncorrectDiskStatus.Invalid": (403, "The current disk status does not support this operation."),
    "IncorrectDiskStatus.Transferring": (403, "The specified disk is transferring, you cannot perform the operation."),
    "IncorrectDiskStatus.CreatingSnapshot": (403, "A previous snapshot creation is in process."),
    "IncorrectDiskStatus.NeverAttached": (403, "The specified disk has never been attached to an ECS instance."),
    "TooManySnapshot.Unfinished": (403, "There are too many unfinished snapshots; try again later."),
    "QuotaExceed.ConcurrentSnapshotQuota": (403, "The quota of concurrent snapshot tasks is exceeded."),
    # Values of an image, and the account of its owner.
    "InvalidImageName.Malformed": (400, "The specified Image name is wrongly formed."),
    "InvalidImageName.Duplicated": (400, "The specified Image name has already bean used."),
    "InvalidDescription.Malformed": (400, "The specified description is wrongly formed."),
    "InvalidImageVersion.Malformed": (400, "The specified ImageVersion is wrongly formed."),
    "InvalidArchitecture.Malformed": (400, "The specified Architecture is wrongly formed."),
    "InvalidPlatform.Malformed": (400, "The specified Platform is wrongly formed."),
    "InvalidImageFamily.Malformed": (400, "The specified ImageFamily is wrongly formed."),
    "InvalidBootMode.NotSupport": (400, "The specified BootMode is not supported."),
    "QuotaExceed.Image": (403, "The Image Quota exceeds."),
    "QuotaExceed.Snapshot": (403, "The snapshot quota exceeds."),
    "UserNotInTheWhiteList": (403, "The user is not in the white list of this operation."),
    "InvalidAccountStatus.NotEnoughBalance": (403, "Your account does not have enough balance."),
    "InvalidAccountStatus.SnapshotServiceUnavailable": (403, "Snapshot service has not been opened yet."),
    "InvalidParameter.KMSKeyId.KMSUnauthorized": (403, "ECS service has no right to access your KMS."),
    # DescribeImages
    "InvalidImageOwnerAlias.ValueNotSupported": (400, "The specified ImageOwnerAlias value is not supported."),
    "InvalidInstanceType.ValueNotSupported": (400, "The specified InstanceType does not exist or is not supported."),
    "InvalidFilterValue.NetworkType": (400, "The specified Filter.NetworkType is not valid."),
    "InvalidOperation.ImageOwnerIdUnsupported": (400, "ImageOwnerId cannot be used with this ImageOwnerAlias."),
    "DryRunOperation": (400, "Request validation has been passed with DryRun flag set."),
    "InvalidFilterKey.NotFound": (404, "The specified filter key is not found."),
    "InvalidFilterValue": (404, "The specified filter value is not valid."),
    "InvalidUsage": (404, "The specified Usage is not valid."),
    "InvalidOSType": (404, "The specified OSType is not valid."),
    "InvalidArchitecture": (404, "The specified Architecture is not valid."),
    # ModifyImageAttribute
    "ImageFamilyQuotaFull": (400, "The quota of image families is full."),
    "ImageQuotaFull.ImageFamily": (400, "The quota of images in the family is full."),
    "InvalidLicenseType.NotSupported": (400, "The specified LicenseType is not supported."),
    "InvalidStatus.ImageIsCreating": (403, "The specified image is being created."),
    "ImageStatus.NotAvailable": (403, "The status of the image is not Available."),
    "ImageStatus.NotDeprecated": (403, "The status of the image is not Deprecated."),
    "OperationDeined.ImageUsingByInstance": (403, "The specified image has been used to create instances."),
    "InvalidOperation.FeaturesImdsSupportNotMatch": (403, "Features.ImdsSupport does not match the image."),
    # DeleteImage
    "ImageUsingByInstance": (403, "The specified image has been used to create instances."),
    "ImageUseShared": (403, "The specified image has been shared to others."),
    "ImageIsCreating": (403, "The specified image is being created."),
    "ImageIsImporting": (403, "The specified image is being imported."),
    "ImageIsExporting": (403, "The specified image is being exported."),
    "ImageIsPublic": (403, "The specified image is published as public."),
    "OperationDenied.ImageCopying": (403, "The specified image is being copied."),
    # ExportImage, ImportImage
    "InvalidOSSPrefix.Malformed": (400, "The specified OSSPrefix is wrongly formed."),
    "InvalidImageFormat.Malformed": (400, "The specified Image Format is wrongly formed."),
    "InvalidImageFormat.RegionNotSupported": (400, "The specified image format is not supported in this region."),
    "InvalidOSSBucket.NotFound": (400, "The specified OSS bucket does not exist."),
    "InvalidOSSBucket.NotMatched": (400, "The specified OSS bucket does not match the region."),
    "InvalidOSSObject.NeedRestore": (400, "The specified OSS object is archived: restore it first."),
    "InvalidImage.DiskAmountOrSize": (400, "The image has too many data disks, or too large ones."),
    "ImageNotSupported": (400, "The specified image does not support this operation."),
    "OssBucket.NotFound": (400, "The specified OSS bucket does not exist."),
    "OssPrefix.Malformed": (400, "The specified OSS prefix is wrongly formed."),
    "RegionId.NotFound": (400, "The specified RegionId does not exist."),
    "ExportImageFailed": (403, "The export of the image failed."),
    "NoSetRoletoECSServiceAcount": (403, "ECS service account have no right to access your OSS."),
    "NoSetRoletoECSServiceAccount": (403, "ECS service account have no right to access your OSS."),
    "ConcurrentQuotaExceed.ExportImage": (403, "The quota of concurrent exports is exceeded."),
    "WeeklyQuotaExceed.ExportImage": (403, "The weekly quota of exports is exceeded."),
    "InvalidImageLicense.NotSupported": (403, "The license of the image does not allow this operation."),
    "InvalidOSS.NotAuthorized": (403, "The specified OSS bucket is not authorized for ECS."),
    "InvalidImageCategory.NotSupported": (403, "The category of the image does not support this operation."),
    "InvalidOSSBucket.EncryptUnsupported": (403, "An encrypted OSS bucket is not supported."),
    "ImageId.NotFound": (403, "The specified ImageId does not exist."),
    "OperationDenied.ImageExporting": (403, "The specified image is being exported."),
    # tasks
    "InvalidTaskId.NotFound": (400, "The specified task id does not exist."),
    "InvalidTaskId.TaskActionNotSupport": (403, "The action of the task does not support this operation."),
    "InvalidTaskId.IncorrectTaskStatus": (403, "The status of the task does not support this operation."),
    "CancelTaskFailed": (403, "The task could not be canceled."),
    # tags
    "Duplicate.TagKey": (400, "The Tag.N.Key contain duplicate key."),
    "InvalidTagKey.Malformed": (400, "The specified Tag.n.Key is not valid."),
    "InvalidTagValue.Malformed": (400, "The specified Tag.n.Value is not valid."),
    "InvalidTag.Mismatch": (400, "The specified Tag.n.Key and Tag.n.Value are not match."),
    "InvalidTagCount": (400, "The specified tags are beyond the permitted range."),
    "QuotaExceed.Tags": (403, "The quota of tags on resource is beyond permitted range."),
    "OperationDenied.QuotaExceed": (400, "The quota of tags on resource is beyond permitted range."),
    "NumberExceed.ResourceIds": (400, "The ResourceIds parameter's number is exceed."),
    "NumberExceed.Tags": (400, "The Tags parameter's number is exceed."),
    "Invalid.Scope": (400, "The specified Scope is not valid."),
    "InvalidParameter.TagValue": (400, "The specified tag value needs a tag key."),
    "InvalidResourceId.NotFound": (404, "The specified ResourceId is not found."),
    "InvalidResourceType.NotFound": (404, "The ResourceType provided does not exist in our records."),
    "InvalidResourceId.NotSupported": (403, "The specified ResourceId does not support tagging."),
    "MissingParameter.ResourceType": (404, "The parameter ResourceType must not be null."),
    "MissingParameter.Tags": (404, "The parameter Tags must not be null."),
    "MissingParameter.RegionId": (404, "The parameter RegionId must not be null."),
    "MissingParameter.ResourceIds": (404, "The parameter ResourceIds must not be null."),
    "MissingParameter.TagOwnerUid": (404, "The parameter TagOwnerUid must not be null."),
    "MissingParameter.TagOwnerBid": (404, "The parameter TagOwnerBid must not be null."),
    "NoPermission.Tag": (403, "The operator is not permitted for the tag."),
    "PermissionDenied.TagOwnerUid": (403, "The specified TagOwnerUid is denied."),
    "PermissionDenied.Scope": (403, "The specified Scope is denied."),
    # snapshots
    "InvalidSnapshotIds.Malformed": (403, "The amount of specified SnapshotIds exceeds the limit."),
    "SnapshotCreatedImage": (403, "The specified snapshot has been used to create an image."),
    "SnapshotCreatedDisk": (403, "The specified snapshot has been used to create a disk."),
    "IncorrectSnapshotStatus": (403, "The current status of the snapshot does not support this operation."),
    # CopyImage and CancelCopyImage
    "SourceRegion.NotFound": (400, "The specified source region does not exist."),
    "DestinationRegion.NotFound": (400, "The specified destination region does not exist."),
    "IncorrectImageStatus": (400, "The current status of the image does not support this operation."),
    "InvalidParameter.EncryptedIllegal": (400, "The value of parameter Encrypted is illegal."),
    "OperationDenied.ImageCopyConflict": (400, "The image is being copied to the same destination."),
    "InvalidAliUid.IsNull": (401, "The AliUid is null."),
    "Forbbiden": (403, "You are not authorized to copy this image."),
    "RegionNotSupportCopy": (403, "The region does not support copying of images."),
    "IncorrectDestinationRegion": (403, "The destination region does not support this operation."),
    "SizeExceed.Image": (403, "The size of the image exceeds the limit."),
    "OperationDeined.EncryptedSnapshot": (403, "The image holds an encrypted snapshot."),
    "OperationDenied.SameRegionOnly": (403, "A shared image can be copied within its region only."),
    "OperationDenied.NotPublished": (403, "The image is not published."),
    "InvalidParameter.KMSKeyId.CMKNotEnabled": (403, "The CMK needs to be enabled."),
    "InvalidParameter.KMSKeyId.NotFound": (404, "The specified KMSKeyId does not exist."),
    "InvalidRegion.NotSupport": (403, "The region does not support this operation."),
    "InvalidOperation.Conflict": (409, "The operation conflicts with another one."),
    "ImageCreatedNotFromCopy": (400, "The specified image was not made by a copy."),
    "CancelNotSupported": (400, "The copy of this image cannot be cancelled."),
    # sharing
    "InvalidGroup.Malformed": (400, "The specified group is wrongly formed."),
    "QuotaExceed.ShareImage": (403, "The quota of shared images is exceeded."),
    "QuotaExceed.ShareImageUser": (403, "The quota of accounts of a shared image is exceeded."),
    "InvalidImageId.BidMismatch": (403, "The image belongs to another business."),
    "InvalidAccount.NotFound": (404, "The specified account does not exist."),
    "InvalidAccount.Forbbiden": (404, "The specified account is your own account."),
    # STS
    "EntityNotExist.Role": (404, "The role does not exist."),
    "InvalidParameter.RoleArn": (400, "The parameter RoleArn is wrongly formed."),
    "InvalidParameter.RoleSessionName": (400, "The parameter RoleSessionName is wrongly formed."),
    "InvalidParameter.DurationSeconds": (400, "The Min/Max value of DurationSeconds is 15min/1hr."),
    "InvalidParameter.PolicyGrammar": (400, "The parameter Policy has not passed grammar check."),
}

# (action, code) -> status of the documentation of 2018 and 2019.
LEGACY_STATUS: dict[tuple[str, str], int] = {
    ("CreateImage", "InvalidInstanceId.NotFound"): 400,
    ("ModifyImageAttribute", "InvalidImageId.NotFound"): 403,
    ("DeleteImage", "InvalidImageId.NotFound"): 403,
    ("CopyImage", "InvalidImageId.NotFound"): 400,
}
