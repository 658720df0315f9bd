# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small signing client over the standard library. That its signatures are right is shown by the vendor's vectors."""

from __future__ import annotations

import dataclasses
import datetime
import http.client
import json
import typing as t
import urllib.parse
import uuid

from apsarastack_simulator import signatures

REGION = "cn-neimeng-env30-d01"


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int
    headers: t.Mapping[str, str]
    text: str

    @property
    def body(self) -> dict[str, t.Any]:
        return dict(json.loads(self.text))

    @property
    def code(self) -> str:
        return "" if self.status < 300 and "Code" not in self.body else str(self.body["Code"])

    @property
    def images(self) -> list[dict[str, t.Any]]:
        return list(self.body["Images"]["Image"])


def timestamp(offset: float = 0.0) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Caller:
    """One keep-alive connection, one key. Parameters given to `call` win; None takes a common one away."""

    def __init__(
        self,
        port: int,
        access_key: str = "LTAIsimulator37",
        secret_key: str = "simulator-secret-0037",
        tenancy: tuple[str, str] | None = ("37", "412"),
        path: str = "/",
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._path = path
        self.access_key = access_key
        self.secret_key = secret_key
        self.headers: dict[str, str] = {}
        if tenancy is not None:
            self.headers = {"x-acs-organizationid": tenancy[0], "x-acs-resourcegroupid": tenancy[1]}

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_error: t.Any) -> None:
        self._connection.close()

    def parameters(self, action: str, changes: t.Mapping[str, str | None]) -> dict[str, str]:
        """Unsigned."""
        common = {
            "Action": action,
            "Version": "2014-05-26",
            "Format": "JSON",
            "RegionId": REGION,
            "AccessKeyId": self.access_key,
            "Timestamp": timestamp(),
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": str(uuid.uuid4()),
        }
        return {name: value for name, value in {**common, **changes}.items() if value is not None}

    def signed(self, action: str, changes: t.Mapping[str, str | None], method: str = "POST") -> dict[str, str]:
        parameters = self.parameters(action, changes)
        text = signatures.rpc_string_to_sign(method, parameters)
        return {"Signature": signatures.rpc_signature(self.secret_key, text), **parameters}

    def call(self, action: str, changes: t.Mapping[str, str | None] | None = None, **more: str) -> Reply:
        """POST form. `changes` for names with a dot."""
        return self.send(self.signed(action, {**(changes or {}), **more}))

    def send(self, parameters: t.Mapping[str, str]) -> Reply:
        """As they are: signed or not."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.headers}
        return self.request("POST", self._path, urllib.parse.urlencode(parameters), headers)

    def get(self, action: str, changes: t.Mapping[str, str | None] | None = None) -> Reply:
        """Everything in the query."""
        query = urllib.parse.urlencode(self.signed(action, changes or {}, "GET"))
        return self.request("GET", f"{self._path}?{query}", None, self.headers)

    def request(self, method: str, target: str, body: str | None, headers: t.Mapping[str, str]) -> Reply:
        try:
            self._connection.request(method, target, body, dict(headers))
            response = self._connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read().decode("utf-8"))
        except Exception:
            # The next request opens a new connection.
            self._connection.close()
            raise

    def create(self, name: str = "web-01", **more: str) -> str:
        """The id of a new image of the running instance."""
        reply = self.call("CreateImage", {"ImageName": name, "InstanceId": "i-web-running", **more})
        assert reply.status == 200, reply.text
        return str(reply.body["ImageId"])

    def find(self, **filters: str) -> list[dict[str, t.Any]]:
        """Own images in every status, unless a filter says otherwise."""
        everything = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"
        reply = self.call("DescribeImages", {"ImageOwnerAlias": "self", "Status": everything, **filters})
        assert reply.status == 200, reply.text
        return reply.images

    def image(self, image_id: str) -> dict[str, t.Any] | None:
        found = self.find(ImageId=image_id)
        assert len(found) <= 1
        return found[0] if found else None
