# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary keys of the role of an ECS instance, from the metadata server, which only the instance itself can reach.

It is queried with a session token first; older servers do not support tokens and are queried without one.
"""

from __future__ import annotations

import dataclasses
import json
import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import is_instance_role
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.sts import keys_in
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, unshown
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport

if t.TYPE_CHECKING:  # pragma: no cover
    import requests
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer

ADDRESS = "http://100.100.100.200"
# For tests, and for proxies between a container and its instance.
ADDRESS_VARIABLE = "APSARASTACK_METADATA_ADDRESS"
# The server on the same machine answers at once; other hosts have none and should not wait for it.
TIMEOUT_SECONDS = 1.0
ATTEMPTS = 2
HTTP_OK = 200
_TOKEN_PATH = "/latest/api/token"  # noqa: S105
_ROLES_PATH = "/latest/meta-data/ram/security-credentials/"
_SESSION_SECONDS = 21600
_ADVICE = "Check ecs_role_name, and that the task runs on an ECS instance which has this RAM role."


def keys_of(role: str, deadline: Deadline, session: requests.Session | None = None) -> Keys:
    """The keys of the instance's role. ``role``: its name, or an empty string for the only one.

    Raises NoAnswerError.
    """
    server = _Server(deadline, session)
    name = server.text(_ROLES_PATH).strip() if role == "" else role
    if not is_instance_role(name):
        # Another server may answer with a page.
        raise server.failure("the instance has no role")
    try:
        document = json.loads(server.text(_ROLES_PATH + name))
    except ValueError:
        document = None
    keys = keys_in(document)
    if keys is None or document.get("Code", "Success") != "Success":
        # The answer is not quoted, since it may contain the secret.
        raise server.failure(
            "its answer does not contain complete credentials", _ROLES_PATH + name, reason="unexpected_answer"
        )
    return keys


@dataclasses.dataclass(frozen=True)
class _Route:
    """The route to the machine itself, which never uses a proxy."""

    endpoint: str
    verify: bool = True
    proxy: str = ""
    connect_timeout: float = TIMEOUT_SECONDS
    read_timeout: float = TIMEOUT_SECONDS
    # The timeouts are not options here.
    limits: tuple[str, str] = (f"{TIMEOUT_SECONDS:g} second",) * 2
    origins: Origins = FROM_TASK


class _Server:
    """The metadata server, for one task."""

    def __init__(self, deadline: Deadline, session: requests.Session | None) -> None:
        self._address = os.environ.get(ADDRESS_VARIABLE) or ADDRESS
        self._transport = Transport(_Route(self._address), session)
        self._deadline = deadline
        self._headers: dict[str, str] | None = None

    def text(self, path: str) -> str:
        """Raises NoAnswerError unless the request succeeds."""
        if self._headers is None:
            self._headers = self._session_headers()
        answer = self._answer("GET", path, self._headers)
        if answer.status != HTTP_OK:
            raise self.failure(f"HTTP {answer.status}", path, answer.status)
        return answer.content.decode("utf-8", errors="replace")

    def _session_headers(self) -> dict[str, str]:
        try:
            answer = self._answer(
                "PUT", _TOKEN_PATH, {"X-aliyun-ecs-metadata-token-ttl-seconds": str(_SESSION_SECONDS)}
            )
        except NoAnswerError:
            return {}
        token = answer.content.decode("ascii", errors="replace").strip()
        # A gateway in between may answer every request with a page.
        is_token = answer.status == HTTP_OK and token.isascii() and token.isprintable() and " " not in token
        return {"X-aliyun-ecs-metadata-token": token} if is_token and token else {}

    def _answer(self, method: str, path: str, headers: t.Mapping[str, str], attempts: int = ATTEMPTS) -> Answer:
        request = Request(method, self._address.rstrip("/") + path, headers)
        try:
            return self._transport.send(f"{method} {path}", request, self._deadline)
        except NoAnswerError as error:
            if error.sent and attempts > 1:
                return self._answer(method, path, headers, attempts - 1)
            raise self.failure(error.problem, path, reason=error.reason) from error

    def failure(
        self,
        problem: str,
        path: str = _ROLES_PATH,
        http_status: int | None = None,
        reason: Reason = "credentials",
    ) -> NoAnswerError:
        return NoAnswerError(
            problem,
            reason=reason,
            # The path ends with the name of the role, which may be a secret in the wrong option.
            action=f"GET {_ROLES_PATH if unshown(path) else path}",
            endpoint=self._address,
            permanent=True,
            advice=_ADVICE,
            http_status=http_status,
        )
