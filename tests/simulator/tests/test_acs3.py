# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACS3: what it covers cannot be changed on the way, and what it has to cover must be covered."""

from __future__ import annotations

import hashlib
import typing as t
import uuid

import pytest

from apsarastack_simulator import signatures

from .rpc import REGION, Caller, Reply, timestamp

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

FORM = "ImageName=in-use&ImageOwnerAlias=self"


def of_stranger(authorization: str) -> str:
    return authorization.replace("LTAIsimulator37", "LTAIstranger")


def send(
    caller: Caller,
    changes: dict[str, str] | None = None,
    *,
    unsigned: dict[str, str] | None = None,
    without: tuple[str, ...] = (),
    signed_body: str = FORM,
    authorization: t.Callable[[str], str] = lambda text: text,
) -> Reply:
    """A form call of DescribeImages. `changes` are signed, `unsigned` are not, `without` are left unsigned."""
    headers = {
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
        "host": "127.0.0.1",
        "x-acs-action": "DescribeImages",
        "x-acs-content-sha256": hashlib.sha256(signed_body.encode()).hexdigest(),
        "x-acs-date": timestamp(),
        "x-acs-signature-nonce": str(uuid.uuid4()),
        "x-acs-version": "2014-05-26",
        **(changes or {}),
    }
    headers = {name: value for name, value in headers.items() if value}
    listed = [name for name in sorted(headers) if name not in without]
    canonical = signatures.acs3_canonical_request(
        "POST", "/", {"RegionId": REGION}, headers, listed, hashlib.sha256(signed_body.encode()).hexdigest()
    )
    _text, signature = signatures.acs3_signature(caller.secret_key, canonical)
    value = f"ACS3-HMAC-SHA256 Credential={caller.access_key},SignedHeaders={';'.join(listed)},Signature={signature}"
    everything = {**headers, **(unsigned or {}), "authorization": authorization(value)}
    return caller.request("POST", f"/?RegionId={REGION}", FORM, everything)


def test_a_signed_call_is_answered_in_json(simulator: Simulator, caller: Caller) -> None:
    reply = send(caller)
    assert [image["ImageId"] for image in reply.images] == ["m-in-use"]
    (call,) = simulator.calls()
    assert (call["action"], call["access_key"]) == ("DescribeImages", "LTAIsimulator37")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"signed_body": "ImageName=other"}, 400, "SignatureDoesNotMatch"),
        ({"unsigned": {"x-acs-organizationid": "37"}}, 400, "IncompleteSignature"),
        ({"without": ("host",)}, 400, "IncompleteSignature"),
        ({"authorization": lambda text: text.replace("Credential", "Who")}, 400, "IncompleteSignature"),
        ({"authorization": lambda text: text.partition("Signature=")[0]}, 400, "IncompleteSignature"),
        ({"authorization": lambda text: text.replace("HMAC-SHA256", "HMAC-SM3")}, 400, "InvalidParamater"),
        (
            {"authorization": of_stranger},
            404,
            "InvalidAccessKeyId.NotFound",
        ),
        ({"changes": {"x-acs-date": "today"}}, 400, "InvalidTimeStamp.Format"),
        ({"changes": {"x-acs-date": timestamp(-86400)}}, 400, "InvalidTimeStamp.Expired"),
        ({"changes": {"x-acs-signature-nonce": ""}}, 400, "MissingParameter"),
        ({"changes": {"x-acs-action": "DescribePets"}}, 404, "InvalidAction.NotFound"),
        ({"changes": {"x-acs-organizationid": "38"}}, 403, "NoPermission"),
        ({"changes": {"x-acs-organizationid": "37"}}, 200, ""),
    ],
)
def test_a_call_that_is_not_covered_is_refused(caller: Caller, words: dict[str, t.Any], status: int, code: str) -> None:
    reply = send(caller, **words)
    assert (reply.status, reply.code) == (status, code)


def test_a_nonce_is_used_once(caller: Caller) -> None:
    once = {"x-acs-signature-nonce": "once"}
    assert send(caller, once).status == 200
    assert send(caller, once).code == "SignatureNonceUsed"
