# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hints that resolve errors of the cloud for all resources, depending on what the task has set.

The codes and their meaning are those of the vendor's API reference (common error tables).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context

# Actions that are called only because of one option.
_ONLY_FOR: t.Mapping[str, str] = {
    **dict.fromkeys(("TagResources", "UntagResources", "AddTags", "RemoveTags"), "tags"),
    "DeleteSnapshot": "delete_snapshots",
}
# No site rejects such a small offset: a gateway or proxy with a correct clock may have set the date of the answer.
_SMALLEST_OFFSET_SECONDS = 60.0
_MUST_BE: t.Mapping[str, str] = {
    "department": "the id of an organization (a number or org-...), not its name",
    "resource_group": "the id of a resource set (a number or rs-...), not its name",
    "region": "the id of a region of this site",
}
# The parameters of calls that options set.
_OPTIONS_ON_THE_WIRE: t.Mapping[str, str] = {
    "x-acs-organizationid": "department",
    "x-acs-resourcegroupid": "resource_group",
    "x-acs-regionid": "region",
    "OrganizationId": "department",
    "ResourceGroup": "resource_group",
    "RegionId": "region",
}


Hint = t.Union[str, t.Callable[[Context], str]]
# A key that ends in a dot matches all codes with this prefix; the longest match applies.
Hints = t.Mapping[str, Hint]


def hint_for(code: str, tables: t.Iterable[Hints], context: Context) -> str:
    """The hint for the error of this code; empty if there is none. The first table that has one applies."""
    for table in tables:
        hint = _entry(code, table)
        if hint is not None:
            return hint if isinstance(hint, str) else hint(context)
    return ""


def _entry(code: str, table: Hints) -> Hint | None:
    parts = code.split(".")
    prefixes = [".".join(parts[:length]) + "." for length in range(len(parts) - 1, 0, -1)]
    return next((table[key] for key in (code, *prefixes) if key in table), None)


def _wrong_secret(context: Context) -> str:
    return f"The secret key does not belong to the access key: correct {context.keys()}."


def _unknown_key(context: Context) -> str:
    return (
        f"Check {context.keys()}, that the access key and its secret key are not swapped, and that {context.site()} is "
        "the site that issued the key."
    )


def _inactive_key(context: Context) -> str:
    return f"The access key is disabled: enable it, or use another one in {context.keys()}."


def _missing_token(context: Context) -> str:
    if context.provider() == "access_key":
        return f"This is a temporary access key: give its security_token as well, with {context.keys()}."
    return f"This is a temporary access key: give its token in {context.keys()}, as sts_token with the mode StsToken."


def _bad_token(context: Context) -> str:
    if context.provider() == "access_key":
        return "Get a new temporary access key, and give its access_key, secret_key and security_token together."
    return f"Renew the temporary access key of {context.keys()}."


def _not_allowed(context: Context) -> str:
    tenant = context.tenant()
    other = f"correct {tenant}" if tenant else "set department and resource_group"
    return f"The access key is not allowed to call {context.action or 'this action'}: have this granted, or {other}."


def _role(context: Context) -> str:
    option = "ram_role_arn of the profile" if context.has("profile") and not context.has("assume_role") else "role_arn"
    return f"Check {option}."


def _region(context: Context) -> str:
    return f"Check {context.named('region')}: it must be a region of this site."


def _parameter(context: Context) -> str:
    """The cloud names a header or a parameter of the API."""
    names = [name for name in re.findall(r"[\w-]+", context.said) if name in _OPTIONS_ON_THE_WIRE]
    return " ".join(_sent_for(name, _OPTIONS_ON_THE_WIRE[name], context) for name in names)


def _sent_for(name: str, option: str, context: Context) -> str:
    return f"{name} is sent for the option {context.named(option)}, which must be {_MUST_BE[option]}."


def _not_offered(context: Context) -> str:
    option = {"AssumeRole": "assume_role", "ListResourceGroup": "resource_group_set_name"}.get(context.action)
    if option is None:
        action = context.action or "the action"
        unneeded = _ONLY_FOR.get(action, "")
        omit = f"omit {unneeded}, or " if context.options.get(unneeded) else ""
        return (
            f"This site does not offer {action}: {omit}ask its operators for a release that does. Check as well that "
            f"{context.site()} leads to its ECS endpoint."
        )
    needed = f"{option} requires another service of the site."
    if context.place() in ("popgw_domain", "domain"):
        return f"{needed} Check {context.site()}, and ask the operators of the site whether it offers {context.action}."
    return (
        f"{needed} Its address is known if popgw_domain, domain or an endpoint named ecs-internal.* is set; any other "
        "endpoint must serve it as well."
    )


def _not_ecs(context: Context) -> str:
    return f"Check {context.site()}: it must lead to the ECS endpoint of the site."


def _foreign(context: Context) -> str:
    return f"Check {context.way()}: this does not look like a response of ApsaraStack."


def _unreachable(context: Context) -> str:
    return f"Check {context.way()}, and the network between this host and the site."


def _refused_by_proxy(context: Context) -> str:
    if not context.has("proxy"):
        return "Check the user name and the password in the environment variable that holds the proxy, or set proxy."
    if "@" in str(context.options["proxy"]):
        return f"Correct the user name or the password in proxy{context.origin('proxy')}."
    return f"Give the user name and the password in proxy{context.origin('proxy')}: http://user:password@host:port."


def _unusable_list(context: Context) -> str:
    site = context.site()
    return f"Run the task again. If that does not help, check that {site} leads to the ECS endpoint of the site."


def _expects_tls(context: Context) -> str:
    if context.is_url():
        return f"Begin {context.site()} with https://."
    return f"Set {context.named('protocol')} to https."


def _without_tls(context: Context) -> str:
    # The others have no port.
    port = "" if context.place() in ("popgw_domain", "copy_from.region") else "the port in "
    plain = "begin it with http://" if context.is_url() else "set protocol to http"
    return f"Check {port}{context.site()}, and {plain} only if the site offers nothing else."


def _other_name(context: Context) -> str:
    """The certificate is for another host name."""
    place = context.place()
    if place == "copy_from.region":
        return "Set copy_from.endpoint to the host name that the certificate is for."
    if place == "popgw_domain":
        return (
            f"Correct {context.site()} and {context.named('is_center_region')}, which make up the host name, or set "
            "endpoint to the host name that the certificate is for."
        )
    return f"Use the host name that the certificate is for in {context.site()}."


def _unknown_name(context: Context) -> str:
    return f"Check {context.way()}."


def _failed_handshake(context: Context) -> str:
    return f"Check {context.way()}, and that the server supports TLS 1.2 or later."


def _closed_handshake(context: Context) -> str:
    return (
        f"Check {context.way()}, and the port. A server that has no TLS version or cipher in common with this host, or "
        "that requires a client certificate, may close the connection as well."
    )


def _away(context: Context) -> str:
    return f"A gateway answered for a site that is not available: wait until it is back, or check {context.way()}."


def _clock(context: Context) -> str:
    offset = context.clock_offset
    if offset is None or abs(offset) < _SMALLEST_OFFSET_SECONDS:
        return "The clock of this host differs from that of the cloud by more than 15 minutes: correct it."
    direction = "behind" if offset > 0 else "ahead of"
    return f"The clock of this host is {abs(offset):.0f} seconds {direction} that of the cloud: correct it."


_THROTTLED = "Too many calls at once: run fewer tasks in parallel, or raise wait_timeout."

HINTS: Hints = {
    "SignatureDoesNotMatch": _wrong_secret,
    "IncompleteSignature": _wrong_secret,
    "InvalidAccessKeyId": _unknown_key,
    "InvalidAccessKeyId.": _unknown_key,
    "InvalidAccessKeyId.Inactive": _inactive_key,
    "Forbidden.AccessKeyDisabled": _inactive_key,
    "MissingSecurityToken": _missing_token,
    "InvalidSecurityToken.": _bad_token,
    "Forbidden": _not_allowed,
    "Forbidden.": _not_allowed,
    "NoPermission": _not_allowed,
    "NoPermission.": _not_allowed,
    "EntityNotExist.Role": _role,
    "InvalidParameter.RoleArn": _role,
    "InvalidRegionId.": _region,
    "InvalidParameter": _parameter,
    "InvalidParameter.": _parameter,
    "InvalidTimeStamp.Expired": _clock,
    "IllegalTimestamp": _clock,
    "Throttling": _THROTTLED,
    "Throttling.": _THROTTLED,
    "Rejected.Throttling": _THROTTLED,
    "InvalidAction": _not_offered,
    "InvalidAction.": _not_offered,
    "InvalidApi.": _not_offered,
    "InvalidProduct.": _not_ecs,
    "InvalidVersion": _not_ecs,
    "HTTP401": _foreign,
    "HTTP403": _foreign,
    "HTTP404": _foreign,
    "HTTP407": _refused_by_proxy,
    "HTTP502": _away,
    "HTTP503": _away,
    "HTTP504": _away,
}

# Errors without a more specific code.
BY_REASON: Hints = {
    "unreachable": _unreachable,
    "tls": _unreachable,
    "expects_tls": _expects_tls,
    "tls_missing": _without_tls,
    "tls_other_name": _other_name,
    "tls_unknown_name": _unknown_name,
    "tls_failed": _failed_handshake,
    "tls_closed": _closed_handshake,
    "unusable_list": _unusable_list,
    "unexpected_answer": _foreign,
    "invalid_input": _unreachable,
}
