# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only module here that knows the code under test: runs one task, from its options to its result."""

from __future__ import annotations

import contextlib
import json
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import interruption
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import desired_from, timeout_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, NoAnswerError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS, run

from .beginning import EPOCH, REGION
from .story import NAME

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request

    from .story import Options

TEMPORARY_NAMES = marks.temporary_names(NAME)
MARK_KEY = MARK
# Seconds. With recreate=always, the replacement image of an earlier run is adopted up to this age.
RECENT = marks.RECENT_SECONDS
READ_TIMEOUT = 60.0
PATIENCE = 7200.0
HALF = 0.5

_CONNECTION = Connection(
    endpoint="https://ecs.example.internal/",
    region=REGION,
    access_key="key",
    secret_key="secret",
    read_timeout=READ_TIMEOUT,
)
_VALIDATOR = ArgumentSpecValidator(ARGUMENTS, required_one_of=[("image_id", "image_name")])
# The parameters that every call has.
_ENVELOPE = frozenset({"Action", "Version", "Format", "RegionId", "AccessKeyId", "Timestamp"})


class Reset(Exception):  # noqa: N818 - what happens to a connection
    """There was no answer. ``sent``: the cloud may have received the request."""

    def __init__(self, problem: str, *, sent: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.sent = sent


@dataclass(frozen=True)
class Reply:
    """An answer of the cloud; an error has a ``Code`` in its body."""

    status: int
    body: t.Mapping[str, t.Any]


@dataclass
class Ending:
    """The result of a run. ``reason``: None if it succeeded."""

    result: t.Mapping[str, t.Any] = field(default_factory=dict)
    reason: str | None = None

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    def text(self) -> str:
        """The whole result as text."""
        return json.dumps(self.result, ensure_ascii=False, default=str)


# Takes the action, the parameters, the seconds left and a function that sends a signal; returns Reply or raises Reset.
Wire = t.Callable[[str, t.Mapping[str, str], float, t.Callable[[], None]], Reply]


class _Signals:
    """The signal handlers of one task. Here, several tasks share one process and thus its handlers."""

    def __init__(self) -> None:
        self._is_deferred = False
        self._waiting: interruption.InterruptedTaskError | None = None

    @contextlib.contextmanager
    def away(self) -> t.Iterator[None]:
        """Saves the handlers while other tasks run."""
        state = interruption._State
        self._is_deferred, self._waiting = state.is_deferred, state.waiting
        state.is_deferred, state.waiting = False, None
        try:
            yield
        finally:
            state.is_deferred, state.waiting = self._is_deferred, self._waiting

    def interrupt(self) -> None:
        """Delivers a signal."""
        error = interruption.InterruptedTaskError("SIGTERM")
        if not self._is_deferred:
            raise error
        self._waiting = error


class _Transport:
    """Replaces the real transport, which uses HTTP."""

    def __init__(self, wire: Wire, signals: _Signals) -> None:
        self._wire = wire
        self._signals = signals

    def send(self, action: str, request: Request, deadline: Deadline) -> Answer:
        form = {
            name: value
            for name, value in request.form.items()
            if name not in _ENVELOPE and not name.startswith("Signature")
        }
        seconds = min(READ_TIMEOUT, deadline.remaining())
        try:
            with self._signals.away():
                reply = self._wire(action, form, seconds, self._signals.interrupt)
        except Reset as reset:
            raise NoAnswerError(reset.problem, action=action, endpoint=_CONNECTION.endpoint, sent=reset.sent) from reset
        return Answer(reply.status, {}, json.dumps(reply.body).encode())


def carry_out(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: t.Callable[[float], None]) -> Ending:
    """Runs one task. Other exceptions than ApsaraStackError are defects and propagate. ``clock``: in seconds."""
    parameters = _VALIDATOR.validate(dict(options))
    if parameters.error_messages:
        raise ValueError(f"not a valid task: {parameters.error_messages}")
    signals = _Signals()

    def pause(seconds: float) -> None:
        with signals.away():
            sleep(seconds)

    try:
        desired = desired_from(parameters.validated_parameters)
        deadline = Deadline(timeout_of(parameters.validated_parameters), clock=clock, sleep=pause)
        images = _images(wire, deadline, clock, signals)
        return Ending(run(desired, images, deadline, check_mode=False, now=lambda: EPOCH + clock()))
    except ApsaraStackError as error:
        return Ending(result_of(error), error.reason)
    finally:
        # The process ends here.
        interruption._State.is_deferred, interruption._State.waiting = False, None


def images_of(wire: Wire, clock: t.Callable[[], float], sleep: t.Callable[[float], None]) -> WritableImages:
    """The methods of `WritableImages` of the collection, outside of any task."""
    return _images(wire, Deadline(PATIENCE, clock=clock, sleep=sleep), clock, _Signals()).writable()


def _images(wire: Wire, deadline: Deadline, clock: t.Callable[[], float], signals: _Signals) -> Images:
    client = Client(
        _CONNECTION,
        deadline,
        session=t.cast("requests.Session", object()),
        now=lambda: EPOCH + clock(),
        random=lambda: HALF,
    )
    client._transport = t.cast("t.Any", _Transport(wire, signals))
    return Images(client)
