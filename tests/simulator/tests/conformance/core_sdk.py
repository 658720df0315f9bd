# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's core SDK as its documentation shows it: a client, and typed requests."""

from __future__ import annotations

import json
import typing as t

from .needs import sdk

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

credentials = sdk("aliyunsdkcore.auth.credentials")
AcsClient = sdk("aliyunsdkcore.client").AcsClient

EVERY_STATUS = "Creating,Waiting,Available,UnAvailable,CreateFailed"
Answer = dict[str, t.Any]


def typed(action: str) -> t.Any:
    return getattr(sdk(f"aliyunsdkecs.request.v20140526.{action}Request"), f"{action}Request")()


class Sdk:
    """`send` gives the body of the answer. Raises the exceptions of the SDK."""

    def __init__(self, simulator: Simulator, credential: t.Any = None) -> None:
        credential = credential or credentials.AccessKeyCredential(simulator.access_key, simulator.secret_key)
        self._client = AcsClient(region_id=simulator.region, credential=credential, port=simulator.port)

    def send(self, request: t.Any, method: str | None = None) -> Answer:
        request.set_endpoint("127.0.0.1")
        request.set_protocol_type("http")
        if method is not None:
            request.set_method(method)
        request.add_header("x-acs-organizationid", "37")
        request.add_header("x-acs-resourcegroupid", "412")
        return dict(json.loads(self._client.do_action_with_exception(request)))

    def images(self, **filters: str) -> list[Answer]:
        request = typed("DescribeImages")
        request.set_ImageOwnerAlias("self")
        request.set_Status(filters.get("status", EVERY_STATUS))
        if "image_id" in filters:
            request.set_ImageId(filters["image_id"])
        return list(self.send(request, filters.get("method"))["Images"]["Image"])
