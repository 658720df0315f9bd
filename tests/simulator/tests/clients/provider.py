# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Terraform's providers put on the wire, as a table: where parameters go, which headers, which habits.

The facts were read in the providers' sources and seen on the wire; none of their code is here.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlencode

from ..rpc import REGION, Caller

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from ..rpc import Reply

# The region of the provider's configuration, and another one.
HOME = REGION
ABROAD = "cn-wulan-env82-d01"
Parameters = t.Mapping[str, str]
_TENANT = {"Department": "37", "ResourceGroup": "412"}
_TENANT_HEADERS = {"x-acs-organizationid": "37", "x-acs-resourcegroupid": "412"}
# What a client built on the vendor's older SDK for Go sends in every call.
_OLD_SDK = {"Format": "JSON", "SignatureType": ""}


@dataclasses.dataclass(frozen=True)
class Client:
    """One provider. `parameters` and `headers`: of every call to ECS, beside those that every client has.

    Times are in seconds: from the start to the first poll, and how long it waits for it at most.
    """

    name: str
    parameters: Parameters
    headers: Parameters
    path: str = "/"
    # Business parameters go into a form; otherwise everything is in the query, and the form is empty.
    form: bool = False
    secret: bool = False
    tag_value: str = "Value"
    reads_snapshot_by_id: bool = True
    image_first: float = 1200
    image_limit: float = 1800
    copy_first: float = 60
    copy_limit: float = 3600
    # Where the provider looks for a copy: in its destination, or at home in any case.
    copy_region: str = ABROAD
    copy_parameters: Parameters = dataclasses.field(default_factory=dict)
    import_first: float = 60
    import_limit: float = 1200


# The first provider, `apsarastack`.
A = Client(
    "A",
    {**_OLD_SDK, "Product": "ecs", **_TENANT},
    {"RegionId": HOME},
    path="/asapi/v3/",
    secret=True,
    tag_value="value",
    reads_snapshot_by_id=False,
)
# After v1.0.53.
A_MASTER = dataclasses.replace(A, name="A-master", tag_value="Value", import_first=3600, import_limit=3660)
# `alibabacloudstack` 1.0.
B1 = dataclasses.replace(A, name="B1", secret=False, tag_value="Value", reads_snapshot_by_id=True)
# `alibabacloudstack` 3.16 and 3.18.
B3 = Client(
    "B3",
    {**_OLD_SDK, **_TENANT, "OrganizationId": "37"},
    {
        "RegionId": HOME,
        "x-acs-regionid": HOME,
        **_TENANT_HEADERS,
        "x-acs-asapi-product": "Ecs",
        "x-ascm-product-name": "Ecs",
        "x-acs-request-version": "v1",
        "EagleEye-TraceId": "5b1f0c7a9d3e4f60",
        "EagleEye-RpcId": "0.1",
    },
    copy_first=600,
    copy_region=HOME,
    copy_parameters={"Encrypted": "false", "KMSKeyId": "", "ResourceGroupId": ""},
)
# `alicloud`, for the public cloud.
C = Client("C", {"Format": "json"}, {}, form=True, image_first=10, image_limit=600, copy_limit=600)
PRIVATE = (A, A_MASTER, B1, B3)
# These never carry the secret.
_SYSTEM = frozenset(
    ("Action", "Version", "Format", "AccessKeyId", "Timestamp", "Signature", "SignatureMethod", "SignatureVersion")
) | {"SignatureNonce", "SignatureType"}


Self = t.TypeVar("Self", bound="Provider")


class Provider:
    """A client at work on a simulator, whose clock stands still unless the client waits."""

    def __init__(self, client: Client, simulator: Simulator) -> None:
        self.client = client
        self.simulator = simulator
        self.caller = Caller(simulator.port, tenancy=None)
        if client.secret:
            simulator.knobs(secret_parameter="note")

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.caller.__exit__()

    def call(self, action: str, business: Parameters, region: str = HOME, tenant: bool = True) -> Reply:
        """A call to ECS. `tenant`: with the parameters of the tenant; its headers are in every call."""
        own = {name: value for name, value in self.client.parameters.items() if tenant or name not in _TENANT}
        headers = {"x-acs-action": action} if self.client.form else self.client.headers
        return self.send(action, {**own, "RegionId": region, **business}, headers, self.client.path)

    def send(self, action: str, parameters: Parameters, headers: Parameters, path: str) -> Reply:
        """Signed and placed as the client does it."""
        secret = {"AccessKeySecret": self.caller.secret_key} if self.client.secret and action != "AssumeRole" else {}
        signed = self.caller.signed(action, {**parameters, **secret})
        query = {name: value for name, value in signed.items() if name in _SYSTEM or not self.client.form}
        form = {name: value for name, value in signed.items() if name not in query}
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.caller.request("POST", f"{path}?{urlencode(query)}", urlencode(form), sent)

    def body(self, action: str, business: Parameters, region: str = HOME, tenant: bool = True) -> dict[str, t.Any]:
        """Of a call that has to succeed."""
        reply = self.call(action, business, region, tenant)
        assert reply.status == 200, (self.client.name, action, reply.text)
        return reply.body

    def wait(
        self,
        look: t.Callable[[], str],
        first: float,
        limit: float,
        target: str,
        pending: t.Collection[str] = (),
        misses: int = 20,
    ) -> str:
        """As Terraform waits: `reached`, `timed out`, `not found`, or the status that was not expected.

        `look` gives a status, or nothing for what is not listed; with no `pending`, any status is waited through.
        The time until the first poll counts.
        """
        passed, missed = first, 0
        self.simulator.advance(min(first, limit))
        while passed < limit:
            status = look()
            if status == target:
                return "reached"
            if pending and status and status not in pending:
                return status
            missed += not status
            if missed > misses:
                return "not found"
            self.simulator.advance(10)
            passed += 10
        return "timed out"
