# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host whose OpenSSL is restricted to FIPS algorithms, of which it has none."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_process import Ansible

    from apsarastack_simulator.testing import Simulator

FIPS_ONLY = """
openssl_conf = start
[start]
providers = all_providers
alg_section = algorithms
[all_providers]
default = the_default
[the_default]
activate = 1
[algorithms]
default_properties = fips=yes
"""


@pytest.mark.parametrize("module", ["apsarastack_image", "apsarastack_image_info"])
def test_a_failure_says_that_signing_requires_sha_1_if_it_is_forbidden(
    ansible: Ansible, simulator: Simulator, module: str
) -> None:
    policy = ansible.write("openssl.cnf", FIPS_ONLY)
    task = {f"apsarastack.cloud.{module}": {"image_name": "web"}, "environment": {"OPENSSL_CONF": str(policy)}}

    run = ansible.play([task])

    assert run.result["reason"] == "signing_unavailable"
    assert "signed with HMAC-SHA1" in run.result["msg"]
    assert "allows SHA-1 in HMAC" in run.result["msg"]
    assert "Traceback" not in run.output
    assert simulator.calls() == []
