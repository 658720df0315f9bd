# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with real sockets: certificates that are trusted, but break a rule."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import urllib3
from flawed import DAY, authority, issued
from sites import KEYS, told

from apsarastack_simulator.testing import Simulator
from interpreters import find_interpreters

if t.TYPE_CHECKING:
    from tls_sites import Start

# What newer Pythons refuse and older ones accept: flaws of the CA, flaws of the server, and the rule in the message.
STRICT_RULES: t.Mapping[str, tuple[dict[str, bool], dict[str, bool], str]] = {
    "CA": ({"is_critical": False}, {}, "the CA certificate must mark its extension basicConstraints as critical"),
    "CA without key usage": ({"has_usage": False}, {}, "the CA certificate must have the extension keyUsage"),
    "CA without key id": ({"has_subject_key": False}, {}, "must have the extension subjectKeyIdentifier"),
    "server": ({}, {"has_authority_key": False}, "it must have the extension authorityKeyIdentifier"),
}
is_strict = bool(urllib3.util.ssl_.create_urllib3_context().verify_flags & getattr(ssl, "VERIFY_X509_STRICT", 0))

each_strict_rule = pytest.mark.parametrize(("of_ca", "of_server", "rule"), STRICT_RULES.values(), ids=STRICT_RULES)


@each_strict_rule
def test_a_failure_names_the_rule_that_only_newer_pythons_enforce(
    site: Start, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    if not is_strict:
        pytest.skip("Python enforces these rules from 3.13 on, with urllib3 from 2.4 on.")
    ca = authority(**of_ca)
    error = site(ca, issued(ca, **of_server)).refusal()
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    assert error.problem.startswith(f"its certificate breaks a rule that {python} enforces (")
    assert rule in error.problem
    assert error.advice == (
        "It is trusted, but must be reissued so that it follows the rule. Until then, a Python before 3.13 accepts it"
        " (ansible_python_interpreter)."
    )


# Run by another Python with the libraries of this one; those that are used here are pure Python.
CALL = """
import json, sys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
print(Client(Connection(**json.loads(sys.argv[1])), Deadline(30)).call("DescribeImages")["TotalCount"])
"""


@pytest.fixture(scope="module")
def older_python() -> Path:
    fitting = [each for each in find_interpreters(os.environ) if (3, 10) <= each.version < (3, 13)]
    if not fitting:
        pytest.skip("This machine has no Python from 3.10 to 3.12.")
    return fitting[-1].executable


@each_strict_rule
def test_a_python_before_3_13_accepts_what_newer_ones_refuse(
    site: Start, collections: Path, older_python: Path, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    ca = authority(**of_ca)
    running = site(ca, issued(ca, **of_server))
    connection = {**KEYS, "endpoint": f"{running.simulator.endpoint}/", "region": Simulator.region}
    path = os.pathsep.join((str(collections), str(Path(requests.__file__).parents[1])))
    run = subprocess.run(
        [str(older_python), "-c", CALL, json.dumps({**connection, "verify": running.ca_path})],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert int(run.stdout) >= 1


@pytest.mark.parametrize(
    ("of_ca", "of_server", "rule"),
    [
        ({}, {"is_for_servers": False}, "its extendedKeyUsage must include serverAuth"),
        ({"is_ca": False, "has_usage": False}, {}, "must have basicConstraints with CA:TRUE"),
        ({}, {"is_weak": True}, "certificate key too weak"),
    ],
    ids=["purpose", "CA", "key"],
)
def test_a_failure_names_the_rule_that_every_python_enforces(
    site: Start, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    ca = authority(**of_ca)
    error = site(ca, issued(ca, **of_server)).refusal()
    assert error.problem.startswith("its certificate breaks a rule that OpenSSL on this host enforces (")
    assert rule in error.problem
    assert error.advice == "It is trusted, but must be reissued so that it follows the rule."


@pytest.mark.parametrize(
    ("begins", "said"),
    [(-3 * DAY, "certificate has expired"), (timedelta(hours=1), "certificate is not yet valid")],
    ids=["expired", "early"],
)
def test_a_failure_for_an_expired_or_early_certificate_shows_the_clock_of_this_host(
    site: Start, begins: timedelta, said: str
) -> None:
    ca = authority()
    error = site(ca, issued(ca, begins=begins)).refusal()
    assert error.problem == f"its certificate, or the one of a CA above it, is out of date ({said})"
    assert error.advice.startswith("Have the certificate renewed, or correct the clock of this host, which says 20")


def test_a_failure_says_that_the_certificate_is_for_another_host(site: Start) -> None:
    ca = authority()
    error = site(ca, issued(ca, host="ecs-internal.env30.example.com")).refusal()
    assert error.problem.startswith("its certificate is for another host name (")
    assert "127.0.0.1" in error.problem
    message = told(error, endpoint=error.endpoint)
    assert f"Use the host name that the certificate is for in endpoint '{error.endpoint}'." in message
