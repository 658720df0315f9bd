# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one call of the ApsaraStack SDK. Called with the interpreter of its own environment.

Reads a JSON document from standard input: endpoint, access_key, secret_key, region, action, query, body, headers, and
the optional nonce and timestamp that take the place of the SDK's. Writes the body of the answer to standard output.
"""

from __future__ import annotations

import json
import sys
import typing as t

from aliyunsdkasapi.AsapiRequest import AsapiRequest
from aliyunsdkasapi.ASClient import ASClient
from aliyunsdkcore.utils import parameter_helper


def request_of(order: dict[str, t.Any]) -> t.Any:
    request = AsapiRequest("Ecs", "2014-05-26", order["action"], order["endpoint"])
    request.set_method(order.get("method", "POST"))
    for name, value in order.get("query", {}).items():
        request.add_query_param(name, value)
    for name, value in order.get("body", {}).items():
        request.add_body_params(name, value)
    for name, value in order.get("headers", {}).items():
        request.add_header(name, value)
    return request


def main() -> int:
    order = json.load(sys.stdin)
    if "nonce" in order:
        parameter_helper.get_uuid = lambda: order["nonce"]
    if "timestamp" in order:
        parameter_helper.get_iso_8061_date = lambda: order["timestamp"]
    client = ASClient(order["access_key"], order["secret_key"], order["region"])
    client.setSdkSource("conformance-test")
    answer = client.do_request(request_of(order))
    sys.stdout.write(answer.decode() if isinstance(answer, bytes) else answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
