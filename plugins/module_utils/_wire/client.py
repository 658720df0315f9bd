# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of the API: signs, sends, reads the answer, and retries where that is safe.

Retries are decided only here, by the class of the error and within the deadline of the task.
"""

from __future__ import annotations

import os
import random as _random
import time
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.answers import body_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline, backoff
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    READ_PREFIXES,
    ApsaraStackError,
    CallError,
    DeadlineError,
    NoAnswerError,
    RefusalError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Stamp, request_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ECS
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport

if t.TYPE_CHECKING:  # pragma: no cover
    import requests
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import Service

    LookAgain = t.Callable[[], None]

# A site that has never answered is more often a mistyped endpoint than a site in trouble, and a mistyped endpoint
# should not take the whole wait_timeout. After a successful connection, a few attempts are made anyway.
PATIENCE_SECONDS = 15.0
PATIENCE_ATTEMPTS = 3
LONGEST_PAUSE_FOR_AN_UNKNOWN_SITE_SECONDS = 3.0

# The keys of a role are valid for an hour, and the creation of an image may take longer.
EXPIRED = "InvalidSecurityToken.Expired"

# Actions that may be processed twice without harm; all others are retried after a lost answer only with a ClientToken,
# by which the cloud recognizes a retry.
_IDEMPOTENT_WRITE_PREFIXES = (
    "Modify",
    "Delete",
    "TagResources",
    "UntagResources",
    "AddTags",
    "RemoveTags",
    "Cancel",
)
# Not every release knows the ClientToken of these, and one that ignores it would create a second image.
_UNKNOWN_TOKENS = ("CopyImage", "ImportImage")


class Client:
    """Calls the API of one service of a site, with one set of keys and for one task."""

    def __init__(
        self,
        connection: Connection,
        deadline: Deadline,
        session: requests.Session | None = None,
        now: t.Callable[[], float] = time.time,
        nonce: t.Callable[[], str] = lambda: os.urandom(16).hex(),
        random: t.Callable[[], float] = _random.random,
        service: Service = ECS,
        renew: t.Callable[[], Connection] | None = None,
    ) -> None:
        """``now``: seconds since the epoch. ``nonce``: a string that no other request has. ``random``: 0 to 1.
        ``connection``: its endpoint is that of the service. ``renew``: returns it with new keys when its own have
        expired."""
        self.connection = connection
        self._renew = renew
        self._service = service
        self.deadline = deadline
        self._transport = Transport(connection, session)
        self._now = now
        self._nonce = nonce
        self._random = random
        self._has_answered = False

    def call(
        self,
        action: str,
        parameters: t.Mapping[str, t.Any] | None = None,
        handled: t.Container[str] = (),
        look_again: LookAgain | None = None,
    ) -> dict[str, t.Any]:
        """Returns the body of the answer to one action.

        ``parameters``: with the API's names; None is omitted, lists and dictionaries are flattened. ``handled``: codes
        that the caller handles, so that the call is not retried after them. ``look_again``: called right before each
        further attempt, since the call is decided on facts that a wait makes old; what it raises ends the call. Raises
        ServiceError, NoAnswerError or DeadlineError.
        """
        form = flatten({"RegionId": self.connection.region, **(parameters or {})})
        is_safe = is_safe_to_repeat(action, form)
        last: ServiceError | NoAnswerError | None = None
        # The last attempt that the cloud may have carried out although it failed.
        lost: ServiceError | NoAnswerError | None = None
        start = self.deadline.elapsed()
        attempts = 0
        while True:
            if self.deadline.is_over():
                raise self._too_late(action, attempts, last, maybe_done=lost is not None) from last
            try:
                return self._attempt(action, form)
            except (ServiceError, NoAnswerError) as error:
                attempts += 1
                waited = self.deadline.elapsed() - start
                may_help = may_repeat(error, is_safe) and error.code not in handled
                is_hopeless = not may_help or self._is_patience_over(error, attempts, waited)
                if is_hopeless:
                    rejected = self.connection.access_key
                    self._renew_expired(error, lost)
                    if self.connection.access_key == rejected:
                        raise error from lost or error.__cause__
                last, lost = error, error if error.maybe_done else lost
            self.deadline.sleep(self._pause(last, attempts - 1))
            # If an attempt may have been carried out, it may itself have changed what would be read.
            if look_again is not None and lost is None:
                try:
                    look_again()
                except DeadlineError:
                    # Why the call had to be repeated explains more.
                    raise self._too_late(action, attempts, last, maybe_done=False) from last

    def unusable(self, action: str, problem: str, **more: t.Any) -> NoAnswerError:
        """The error for an answer that lacks what it must contain. ``more``: its advice, or its hint."""
        return NoAnswerError(problem, action=action, endpoint=self.connection.endpoint, permanent=True, **more)

    def elsewhere(self, region: str, endpoint: str | None = None, *, is_asapi: bool = False) -> Client:
        """The client of another region of the site, with the same keys, deadline and session.

        ``endpoint``: URL with scheme and path; by default, it follows from the endpoint of this region. ``is_asapi``:
        of a given endpoint.
        """
        renew = self._renew

        def moved(connection: Connection) -> Connection:
            return connection.in_region(region, endpoint, is_asapi=is_asapi)

        return Client(
            moved(self.connection),
            self.deadline,
            self._transport.session,
            self._now,
            self._nonce,
            self._random,
            self._service,
            None if renew is None else lambda: moved(renew()),
        )

    def _attempt(self, action: str, form: t.Mapping[str, str]) -> dict[str, t.Any]:
        """Makes one attempt with its own signature: a timestamp expires, and a nonce is valid for one request."""
        connection = self.connection
        request = request_of(connection, self._service, action, form, Stamp(self._nonce(), self._now()))
        try:
            answer = self._transport.send(action, request, self.deadline)
            body = body_of(answer, action, connection.endpoint, self._now(), may_be_empty=_returns_nothing(action))
        except (ServiceError, NoAnswerError) as error:
            self._has_answered = self._has_answered or isinstance(error, ServiceError)
            raise
        self._has_answered = True
        return body

    def _renew_expired(self, error: CallError, lost: CallError | None) -> None:
        """Renews the keys if the call was rejected because they have expired.

        ``lost``: an attempt that may have been carried out, which is still reported if the renewal fails.
        """
        if self._renew is None or not isinstance(error, ServiceError) or error.code != EXPIRED:
            return
        try:
            self.connection = self._renew()
        except ApsaraStackError as failed:
            raise failed from lost or failed.__cause__

    def _is_patience_over(self, error: ServiceError | NoAnswerError, attempts: int, waited: float) -> bool:
        if self._has_answered or isinstance(error, ServiceError) or waited < PATIENCE_SECONDS:
            return False
        return not error.sent or attempts >= PATIENCE_ATTEMPTS

    def _pause(self, error: ServiceError | NoAnswerError, attempt: int) -> float:
        asked = error.retry_after if isinstance(error, ServiceError) else None
        pause = max(backoff(attempt, self._random), asked or 0.0)
        is_unknown_site = isinstance(error, NoAnswerError) and not self._has_answered
        return min(pause, LONGEST_PAUSE_FOR_AN_UNKNOWN_SITE_SECONDS) if is_unknown_site else pause

    def _too_late(
        self, action: str, attempts: int, last: ServiceError | NoAnswerError | None, *, maybe_done: bool
    ) -> DeadlineError:
        if last is None:
            return self._over(f"timed out before {action} could be sent to {self.connection.endpoint}")
        times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        # Throttling, or a site that never answered, explains more than the timeout does.
        is_kept_out = last.reason == "throttled" or not self._has_answered
        return self._over(
            f"timed out after {times} of {action}. The last one failed: {last.message}",
            last.reason if is_kept_out else "timed_out",
            maybe_done=maybe_done,
        )

    def _over(self, problem: str, reason: Reason = "timed_out", *, maybe_done: bool = False) -> DeadlineError:
        advice = f"wait_timeout ({self.deadline.seconds:g} seconds) covers the whole task: requests, retries and waits."
        return DeadlineError(problem, reason, maybe_done=maybe_done, advice=advice)


def is_safe_to_repeat(action: str, form: t.Mapping[str, str]) -> bool:
    """Whether a call that may have been processed can be sent again."""
    if action.startswith(READ_PREFIXES + _IDEMPOTENT_WRITE_PREFIXES):
        return True
    return "ClientToken" in form and action not in _UNKNOWN_TOKENS


def may_repeat(error: ServiceError | NoAnswerError, is_safe: bool) -> bool:
    """Whether another attempt can help and does no harm. ``is_safe``: see ``is_safe_to_repeat``."""
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Kind  # noqa: PLC0415

    if isinstance(error, NoAnswerError):
        return not error.permanent and (is_safe or not error.sent)
    if error.kind is Kind.TRANSIENT:
        return is_safe
    return error.kind in (Kind.THROTTLED, Kind.BUSY)


def _returns_nothing(action: str) -> bool:
    """Whether a success may have no body. A read or a create without a body is not answered."""
    return action.startswith(_IDEMPOTENT_WRITE_PREFIXES)


def flatten(parameters: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The parameters as a form: ``{"Tag": [{"Key": "env"}]}`` becomes ``{"Tag.1.Key": "env"}``; None is omitted."""
    return dict(pair for name, value in parameters.items() for pair in _flattened(name, value))


def _flattened(name: str, value: t.Any) -> t.Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flattened(f"{name}.{key}", item)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value, start=1):
            yield from _flattened(f"{name}.{number}", item)
    else:
        yield name, _text(name, value)


def _text(name: str, value: t.Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # Half a surrogate pair, caused by a damaged file name or a wrong locale.
        raise RefusalError(f"{name} holds text that cannot be written as UTF-8: {text!a}.") from error
    return text
