# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy of a connection, and where it is set.

Imported only if a connection failed, or if the task gives a proxy.
"""

from __future__ import annotations

import os
import typing as t
import urllib.parse

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.route import Route


ENCODE = (
    "In its user name and password, special characters must be percent-encoded, for example # as %23, / as %2F and "
    "@ as %40."
)
_ONLY_LATIN = "Its user name and password must have only Latin-1 characters: others cannot be sent to a proxy."
# Characters at which libraries end the host name, so that a password would be taken for a host, a port or a path.
_NEVER_PLAIN = "/?#\\[] "


def login_rule(url: str) -> str:
    """The rule that the user name or the password breaks, as a sentence; empty if there is none."""
    login = login_in(url)
    if any(character in _NEVER_PLAIN for character in login):
        return ENCODE
    # SOCKS has no headers.
    is_sent = url.startswith("socks") or _is_latin(urllib.parse.unquote(login))
    return "" if is_sent else _ONLY_LATIN


def _is_latin(text: str) -> bool:
    """Whether the library requests can send the text in a header."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def login_in(url: str) -> str:
    """The user name and the password in a URL, which may be invalid; empty if there is none."""
    return url.partition("://")[2 if "://" in url else 0].rpartition("@")[0]


def url_of(route: Route) -> str:
    """The URL of the proxy; empty if there is none. It may contain a password."""
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - ansible-test has no requests

    if route.proxy is not None:
        return route.proxy
    return select_proxy(route.endpoint, get_environ_proxies(route.endpoint)) or ""


def note_on(route: Route) -> str:
    """A sentence about the proxy, which may have failed instead of the site; empty if there is none."""
    return f"The connection leads through a proxy: {named(route)}." if url_of(route) else ""


def advice_on(route: Route) -> str:
    """How to resolve a failure of the proxy itself."""
    overridden = "" if route.proxy is not None else "; the option proxy overrides it, and NO_PROXY excludes hosts"
    return f"Check {named(route)}{overridden}."


def named(route: Route) -> str:
    """The option or the variable with the URL of the proxy."""
    if route.proxy is not None:
        return route.origins.named("proxy")
    scheme = urllib.parse.urlsplit(route.endpoint).scheme
    names = (name for lower in (f"{scheme}_proxy", "all_proxy") for name in (lower, lower.upper()))
    # Only a variable is left.
    return f"environment variable {next((name for name in names if os.environ.get(name)), 'HTTPS_PROXY')}"
