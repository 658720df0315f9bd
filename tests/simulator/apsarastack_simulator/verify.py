# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifies the caller and the signature of a call.

In the order of the vendor's gateway: presence, time, nonce, key, token, signature.
"""

from __future__ import annotations

import collections
import datetime
import hashlib
import hmac
import typing as t

from . import signatures
from .actions import PATHS
from .errors import CloudError, missing

if t.TYPE_CHECKING:
    from .knobs import Knobs
    from .wire import Folded, Parameters, Request
    from .world import AccessKey, World

_RPC_REQUIRED = ("Version", "AccessKeyId", "Signature", "Timestamp", "SignatureNonce")
_DIGESTS = {("HMAC-SHA1", "1.0"): "sha1", ("HMAC-SHA256", "2.1"): "sha256"}
_MISMATCH = "Specified signature is not matched with our calculation. server string to sign is:"
_ACS3 = "ACS3-HMAC-SHA256"
# In lower case. Where the knob secret_parameter lets it pass, it is signed like every other.
SECRET_PARAMETER = "accesskeysecret"


class Nonces:
    """Nonces seen per access key, forgotten once the time stamp alone would refuse their replay."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], float] = {}
        self._order: collections.deque[tuple[float, tuple[str, str]]] = collections.deque()

    def use(self, access_key: str, nonce: str, now: float, lifetime: float) -> bool:
        """Note the nonce; False when it was used before."""
        while self._order and self._order[0][0] <= now:
            self._seen.pop(self._order.popleft()[1], None)
        key = (access_key, nonce)
        if key in self._seen:
            return False
        # A request from the far end of the skew window stays replayable for twice the window.
        expires = now + 2 * lifetime
        self._seen[key] = expires
        self._order.append((expires, key))
        return True


class Verifier:
    """Checks one request after another. `now` is the real time: clients sign by no other."""

    def __init__(self) -> None:
        self.nonces = Nonces()

    def verify(
        self, request: Request, folded: Folded, knobs: Knobs, world: World, now: float, cloud_now: float
    ) -> AccessKey:
        """The key that signed. Raises CloudError. `cloud_now` is the simulated time, by which tokens expire."""
        seen = now + knobs.clock_offset
        authorization = request.header("authorization")
        if authorization.startswith("ACS3-") and knobs.acs3:
            return self._acs3(request, folded, knobs, world, (seen, cloud_now))
        if authorization.startswith("acs "):
            return self._roa(request, folded, knobs, world, (seen, cloud_now))
        return self._rpc(request, folded, knobs, world, (seen, cloud_now))

    def _rpc(
        self, request: Request, folded: Folded, knobs: Knobs, world: World, times: tuple[float, float]
    ) -> AccessKey:
        # Only the ApsaraStack SDK signs what stands in a JSON body.
        parameters = folded.all if folded.all.get("SignatureVersion") == "2.1" else folded.signed
        if not parameters.get("Action") and request.path not in PATHS:
            raise missing("Action")
        for name in _RPC_REQUIRED:
            if not parameters.get(name):
                raise missing(name)
        moment = _moment(parameters["Timestamp"], "%Y-%m-%dT%H:%M:%SZ")
        access_key = parameters["AccessKeyId"]
        self._fresh(access_key, parameters["SignatureNonce"], moment, times[0], knobs.skew_seconds)
        key = _key(world, access_key)
        method = (parameters.get("SignatureMethod", ""), parameters.get("SignatureVersion", ""))
        if method not in _DIGESTS:
            raise CloudError("InvalidParamater")
        _token(key, parameters.get("SecurityToken", ""), times[1])
        text = signatures.rpc_string_to_sign(request.method, parameters)
        expected = signatures.rpc_signature(key.secret, text, _DIGESTS[method])
        _match(
            expected,
            parameters["Signature"],
            lambda: signatures.rpc_string_to_sign(request.method, _masked(parameters)),
        )
        return key

    def _acs3(
        self, request: Request, folded: Folded, knobs: Knobs, world: World, times: tuple[float, float]
    ) -> AccessKey:
        algorithm, fields = _authorization(request.header("authorization"))
        if algorithm != _ACS3:
            raise CloudError("InvalidParamater", f"The signature algorithm {algorithm} is not supported.")
        for name in ("x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"):
            if not request.header(name):
                raise missing(name)
        listed = fields["SignedHeaders"].split(";")
        unsigned = [name for name in request.headers if name.startswith("x-acs-") and name not in listed]
        if unsigned or "host" not in listed:
            raise CloudError("IncompleteSignature", f"Not signed: {', '.join(unsigned) or 'host'}.")
        moment = _moment(request.header("x-acs-date"), "%Y-%m-%dT%H:%M:%SZ")
        nonce = request.header("x-acs-signature-nonce")
        self._fresh(fields["Credential"], nonce, moment, times[0], knobs.skew_seconds)
        key = _key(world, fields["Credential"])
        _token(key, request.header("x-acs-security-token"), times[1])
        payload_hash = hashlib.sha256(request.body).hexdigest()
        canonical = signatures.acs3_canonical_request(
            request.method, request.path, folded.query, request.headers, listed, payload_hash
        )
        text, expected = signatures.acs3_signature(key.secret, canonical)
        _match(expected, fields["Signature"], lambda: text)
        return key

    def _roa(
        self, request: Request, folded: Folded, knobs: Knobs, world: World, times: tuple[float, float]
    ) -> AccessKey:
        access_key, _colon, signature = request.header("authorization")[len("acs ") :].partition(":")
        for name in ("date", "x-acs-signature-nonce"):
            if not request.header(name):
                raise missing(name)
        moment = _moment(request.header("date"), "%a, %d %b %Y %H:%M:%S GMT")
        self._fresh(access_key, request.header("x-acs-signature-nonce"), moment, times[0], knobs.skew_seconds)
        key = _key(world, access_key)
        _token(key, request.header("x-acs-security-token"), times[1])
        parts = (request.method, request.path)
        text = signatures.roa_string_to_sign(*parts, folded.query, request.headers)
        expected = signatures.roa_signature(key.secret, text)
        _match(
            expected, signature, lambda: signatures.roa_string_to_sign(*parts, _masked(folded.query), request.headers)
        )
        return key

    def _fresh(self, access_key: str, nonce: str, moment: float, now: float, skew: float) -> None:
        if abs(now - moment) > skew:
            raise CloudError("InvalidTimeStamp.Expired")
        if not self.nonces.use(access_key, nonce, now, skew):
            raise CloudError("SignatureNonceUsed")


def _masked(parameters: Parameters) -> Parameters:
    """As an error may show them: clients print errors."""
    return {name: "(removed)" if name.lower() == SECRET_PARAMETER else value for name, value in parameters.items()}


def _moment(text: str, form: str) -> float:
    try:
        return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.timezone.utc).timestamp()
    except ValueError:
        raise CloudError("InvalidTimeStamp.Format") from None


def _key(world: World, access_key: str) -> AccessKey:
    key = world.access_keys.get(access_key)
    if key is None:
        raise CloudError("InvalidAccessKeyId.NotFound")
    if not key.active:
        raise CloudError("InvalidAccessKeyId.Inactive")
    return key


def _token(key: AccessKey, token: str, now: float) -> None:
    if key.token is None:
        if token:
            raise CloudError("InvalidSecurityToken.MismatchWithAccessKey")
        return
    if not token:
        raise CloudError("MissingSecurityToken")
    if not token.isprintable() or " " in token:
        raise CloudError("InvalidSecurityToken.Malformed")
    if not hmac.compare_digest(token.encode(), key.token.encode()):
        raise CloudError("InvalidSecurityToken.MismatchWithAccessKey")
    if key.expires is not None and now >= key.expires:
        raise CloudError("InvalidSecurityToken.Expired")


def _match(expected: str, given: str, string_to_sign: t.Callable[[], str]) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode()):
        # The SDKs compare what follows the only colon with their own text: no blank after it.
        raise CloudError("SignatureDoesNotMatch", _MISMATCH + string_to_sign())


def _authorization(header: str) -> tuple[str, dict[str, str]]:
    algorithm, _blank, rest = header.partition(" ")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not fields.get(name):
            raise CloudError("IncompleteSignature", f"The Authorization header has no {name}.")
    return algorithm, fields
