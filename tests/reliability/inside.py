# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module's `main` in this process, with generated answers and a fake clock.

Everything from the argument spec to the printed result is real, except the network and the clock.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import signal
import typing as t
import urllib.parse
from unittest import mock

import requests
import urllib3
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible_collections.apsarastack.cloud.plugins.module_utils._module import task
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image
from requests.adapters import HTTPAdapter

if t.TYPE_CHECKING:
    import types

CONNECTION = {
    "endpoint": "http://ecs-internal.example.com",
    "region": "cn-neimeng-env30-d01",
    "access_key": "LTAIsimulator37",
    "secret_key": "simulator-secret-0037",
    "wait_timeout": 120,
    # Ansible's logging of the invocation is not tested here, and takes longer than everything else.
    "_ansible_no_log": True,
}
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Seconds of the fake clock by which a task may exceed its deadline.
GRACE = 5.0


@dataclasses.dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


class Site(HTTPAdapter):
    """Returns the answer of ``answers``, called with the number of the request, from 0, and its action."""

    def __init__(self, answers: t.Callable[[int, str], Answer]) -> None:
        super().__init__()
        self._answers = answers
        self._count = 0

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        form = dict(urllib.parse.parse_qsl(str(request.body)))
        answer = self._answers(self._count, form.get("Action", ""))
        self._count += 1
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(answer.body), headers=dict(answer.headers), status=answer.status, preload_content=False
        )
        return self.build_response(request, raw)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def run_main(
    options: t.Mapping[str, t.Any], site: Site, module: types.ModuleType = apsarastack_image
) -> dict[str, t.Any]:
    """Returns what the module prints. Raises AssertionError if the deadline is exceeded; other exceptions propagate.

    ``options``: added to those of CONNECTION, or replacing them.
    """
    clock = Clock()
    result = printed_by(module, {**CONNECTION, **options}, clock, site)
    assert clock.now < seconds_of(options) + GRACE, f"it took {clock.now} s"
    return result


def printed_by(
    module: types.ModuleType, arguments: t.Mapping[str, t.Any], clock: t.Any, adapter: HTTPAdapter | None
) -> dict[str, t.Any]:
    """What the module prints as its result. ``clock``: of its deadline. ``adapter``: sends its requests."""
    printed = io.StringIO()
    # Ansible collects warnings per process, and other tasks have run in this one before.
    warnings._global_warnings.clear()
    with contextlib.ExitStack() as stack:
        for target, name, value in (
            (basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments}}).encode()),
            (basic, "_ANSIBLE_PROFILE", "legacy"),
            (task, "Deadline", lambda seconds: Deadline(seconds, clock=clock, sleep=clock.sleep)),
        ):
            stack.enter_context(mock.patch.object(target, name, value, create=True))
        if adapter is not None:
            stack.enter_context(mock.patch.object(requests.Session, "get_adapter", return_value=adapter))
        stack.enter_context(_kept_signals())
        stack.enter_context(contextlib.redirect_stdout(printed))
        try:
            module.main()
        except SystemExit:
            return t.cast("dict[str, t.Any]", json.loads(printed.getvalue()))
    raise AssertionError("main returned")


@contextlib.contextmanager
def _kept_signals() -> t.Iterator[None]:
    """Restores the signal handlers: a module leaves the signals ignored, since its process ends."""
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def seconds_of(options: t.Mapping[str, t.Any]) -> float:
    """The deadline of the options; 0 if it is invalid, since the task then ends at once."""
    try:
        return max(0.0, float(options.get("wait_timeout", CONNECTION["wait_timeout"])))
    except (TypeError, ValueError):
        return 0.0
