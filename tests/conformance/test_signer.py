# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares our signature with that of the vendor's signer, for generated parameters."""

from __future__ import annotations

from alibabacloud_openapi_util.client import Client as VendorSigner
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.signing import sign, signature
from hypothesis import example, given, settings
from hypothesis import strategies as st

# Everything that UTF-8 can encode, more often with characters that encoders disagree about.
CHARACTERS = st.one_of(
    st.sampled_from("*~+%/ &=:,'()!@#[]\"\\-_.镜像é\U0001f600\n\t\0"), st.characters(exclude_categories=["Cs"])
)
TEXTS = st.text(CHARACTERS, max_size=40)
NAMES = st.text(st.sampled_from("ABZaz019._-"), min_size=1, max_size=20)
PARAMETERS = st.dictionaries(NAMES, TEXTS, max_size=12)
METHODS = st.sampled_from(["GET", "POST"])
GENERATED = settings(max_examples=400, deadline=None, derandomize=True)


@GENERATED
@given(PARAMETERS, METHODS, TEXTS)
@example(
    {"ImageName": "镜像 a*b~c/d+e", "Description": "", "Tag.1.Value": "100% \U0001f600"},
    "POST",
    "simulator-secret-0001",
)
@example({}, "GET", "")
def test_our_signature_equals_that_of_the_vendor(parameters: dict[str, str], method: str, secret_key: str) -> None:
    assert signature(method, parameters, secret_key) == VendorSigner.get_rpcsignature(parameters, method, secret_key)


@GENERATED
@given(PARAMETERS, st.one_of(st.none(), TEXTS))
def test_the_vendors_signer_verifies_a_signed_form(parameters: dict[str, str], token: str | None) -> None:
    signed = sign(
        parameters,
        access_key="testid",
        secret_key="simulator-secret-0001",
        security_token=token,
        nonce="3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        timestamp="2025-03-04T05:06:07Z",
    )
    claimed = signed.pop("Signature")
    assert claimed == VendorSigner.get_rpcsignature(signed, "POST", "simulator-secret-0001")
