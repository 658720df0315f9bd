# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the CA certificates of a task come from, and whether that file or directory contains any.

Imported only if a task names such a path, or if a certificate was not trusted.
"""

from __future__ import annotations

import os
import re
import stat
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.route import Route

OPTION = "ca_path"
# requests reads them, in this order, if the option is not set.
VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# The CA certificates of the operating system: Debian and its relatives, Red Hat and its relatives.
SYSTEM_STORES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")

MUST_BE = "a file of CA certificates in PEM format, or a directory of them that 'openssl rehash' has prepared"

# The beginnings of a certificate that OpenSSL accepts.
_PEM = re.compile(rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----")
# A DER certificate is one ASN.1 sequence with a length of two bytes.
_DER = b"\x30\x82"
# "openssl rehash" names a certificate by eight digits of its hash and a number.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
# Ten times the size of the CA certificates of an operating system.
_LARGEST_BYTES = 4 * 1024 * 1024


class Source(t.NamedTuple):
    """A path of CA certificates. ``name``: the option or the variable that names it, for messages."""

    name: str
    path: str

    def refusal(self, why: str) -> RefusalError:
        """The error for a path that cannot be used. ``why``: the text after "which"."""
        path = inserted(self.path)
        return RefusalError(f"{self.name} is {path}, which {why}. It must be {MUST_BE}.")


def source_of(route: Route) -> Source | None:
    """The path that the task or the environment names."""
    if isinstance(route.verify, str):
        return Source(route.origins.named(OPTION), route.verify)
    name = next((name for name in VARIABLES if os.environ.get(name)), None)
    return None if name is None else Source(f"The environment variable {name}", os.environ[name])


def refusal_of(source: Source) -> RefusalError | None:
    """The error for a path without certificates; what only OpenSSL can detect is left to the first call."""
    try:
        why = _unusable(source.path)
    except (OSError, ValueError):
        # ValueError: the path has a null character.
        why = "does not exist or is not readable"
    return source.refusal(why) if why else None


def _unusable(path: str) -> str:
    if os.path.isdir(path):
        is_prepared = any(_HASHED.fullmatch(name) for name in os.listdir(path))
        return "" if is_prepared else "is a directory without hashed certificates"
    if not stat.S_ISREG(os.stat(path).st_mode):
        return "is neither a file nor a directory"
    with open(path, "rb") as file:
        content = file.read(_LARGEST_BYTES)
    if _PEM.search(content) is not None:
        return ""
    if content.startswith(_DER):
        return "is in DER format (convert it with 'openssl x509 -inform der')"
    return "contains no certificate in PEM format"
