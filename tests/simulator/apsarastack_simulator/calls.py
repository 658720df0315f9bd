# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of calls: everything that arrived, and nothing that is secret."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .clock import utc

if t.TYPE_CHECKING:
    from .wire import Parameters, Request

_TENANCY = (
    "x-acs-organizationid",
    "x-acs-resourcegroupid",
    "x-acs-regionid",
    "regionid",
    "x-acs-request-version",
    "x-acs-asapi-product",
    "x-ascm-product-name",
    "x-acs-caller-sdk-source",
    "x-acs-action",
    "content-type",
    "user-agent",
    "host",
)
_SECRET = frozenset(("accesskeysecret", "securitytoken", "secretkey", "secret"))
_MASK = "(removed)"
# The fields of a call that hold what the client sent.
_SENT = ("action", "method", "path", "parameters", "headers", "access_key", "notes")
# A minute of load is some ten thousands; older calls than these are forgotten.
_KEPT = 50_000


@dataclasses.dataclass
class Call:
    """`index` counts from 0. `time` is real time. `connection` is a number per TCP connection.

    `request_bytes`, `response_bytes`: of the whole messages, above TLS; no answer or a damaged one counts 0.
    """

    index: int
    time: str
    action: str
    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    access_key: str
    connection: int
    write: bool = False
    status: int = 0
    code: str = ""
    processed: bool = False
    fault: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)
    duration_ms: float = 0.0
    request_bytes: int = 0
    response_bytes: int = 0


class CallLog:
    def __init__(self, actions: t.Collection[str]) -> None:
        """`actions`: the names of the API, which stay legible even where a secret is a part of them."""
        self._actions = actions
        self._calls: collections.deque[Call] = collections.deque(maxlen=_KEPT)
        self._secrets: set[str] = set()
        self.count = 0

    def begin(
        self,
        request: Request,
        parameters: Parameters,
        secrets: t.Collection[str],
        now: float,
        connection: int,
        action: str = "",
    ) -> Call:
        """`action`: what the path says, where no parameter does."""
        call = Call(
            index=self.count,
            time=utc(now)[:-1] + f".{int(now % 1 * 1000):03d}Z",
            action=parameters.get("Action") or request.header("x-acs-action") or action,
            method=request.method,
            path=request.path,
            parameters=_clean(parameters, secrets),
            headers={name: request.header(name) for name in _TENANCY if name in request.headers},
            access_key=parameters.get("AccessKeyId", "") or _credential(request.header("authorization")),
            connection=connection,
        )
        self.count += 1
        self._secrets.update(secrets)
        self._calls.append(call)
        return call

    def clear(self) -> None:
        self._calls.clear()
        self.count = 0

    def listed(self, action: str | None = None, after: int = -1) -> list[Call]:
        """Oldest first; only those with a greater index than `after`."""
        return [call for call in self._calls if call.index > after and action in (None, call.action)]

    def shown(self, action: str | None = None, after: int = -1, last: int | None = None) -> list[dict[str, t.Any]]:
        """The (last) listed calls as documents, without any secret: it may also be the id of a key, or in a header."""
        listed = self.listed(action, after)
        first = 0 if last is None else max(0, len(listed) - last)
        return [self._told(call) for call in listed[first:]]

    def _told(self, call: Call) -> dict[str, t.Any]:
        told = dataclasses.asdict(call)
        sent = {name: _masked(told[name], self._secrets) for name in _SENT}
        return {**told, **sent, "action": call.action if call.action in self._actions else sent["action"]}


def _clean(parameters: Parameters, secrets: t.Collection[str]) -> dict[str, str]:
    """Without signatures; what is or holds a secret keeps its name only."""
    return {
        name: _MASK if name.lower() in _SECRET or any(secret in value for secret in secrets) else value
        for name, value in parameters.items()
        if name != "Signature"
    }


def _masked(value: t.Any, secrets: t.Collection[str]) -> t.Any:
    if isinstance(value, dict):
        return {_masked(name, secrets): _masked(each, secrets) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, secrets) for each in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _MASK)
    return value


def _credential(authorization: str) -> str:
    if authorization.startswith("acs "):
        return authorization[len("acs ") :].partition(":")[0]
    _before, found, after = authorization.partition("Credential=")
    return after.split(",")[0].strip() if found else ""
