# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates with one flaw each, which trustme cannot create."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if t.TYPE_CHECKING:
    import ssl
    from pathlib import Path

    Key = t.Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]

DAY = datetime.timedelta(days=1)
# All CAs have the same name and key id, as if created twice from one template.
NAME = "Site CA"
KEY_ID = b"site CA"


@dataclasses.dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    def write(self, path: Path) -> str:
        """Write only the certificate, for clients to trust."""
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return str(path)

    def serve(self, context: ssl.SSLContext, folder: Path) -> None:
        path = folder / "served.pem"
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        path.write_bytes(secret + self.certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(path)


def authority(
    *, is_ca: bool = True, is_critical: bool = True, has_usage: bool = True, has_subject_key: bool = True
) -> Pair:
    """A CA with a key of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(NAME, NAME, key).add_extension(x509.BasicConstraints(is_ca, None), is_critical)
    if has_usage:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        signs = {"key_cert_sign": True, "crl_sign": True, "encipher_only": False, "decipher_only": False}
        builder = builder.add_extension(x509.KeyUsage(**usage, **signs), critical=True)
    if has_subject_key:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(KEY_ID), critical=False)
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issued(
    by: Pair,
    *,
    host: str = "127.0.0.1",
    begins: datetime.timedelta = -DAY,
    has_authority_key: bool = True,
    is_for_servers: bool = True,
    is_weak: bool = False,
) -> Pair:
    """A server certificate that is valid for two days from ``begins`` on."""
    key = rsa.generate_private_key(65537, 1024) if is_weak else ec.generate_private_key(ec.SECP256R1())
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if is_for_servers else ExtendedKeyUsageOID.CLIENT_AUTH
    name = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    builder = (
        _builder(host, NAME, key, begins)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )
    if has_authority_key:
        identifier = x509.AuthorityKeyIdentifier(KEY_ID, None, None)
        builder = builder.add_extension(identifier, critical=False)
    return Pair(builder.sign(by.key, hashes.SHA256()), key)


def _builder(subject: str, issuer: str, key: Key, begins: datetime.timedelta = -DAY) -> x509.CertificateBuilder:
    start = datetime.datetime.now(datetime.timezone.utc) + begins
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 2 * DAY)
    )
