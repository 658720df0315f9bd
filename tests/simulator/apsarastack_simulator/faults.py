# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted failures: which call they meet, and what they do to it."""

from __future__ import annotations

import dataclasses
import fnmatch
import itertools
import typing as t

from .actions import NAMES
from .errors import CloudError

# So the log calls the requests to the metadata server.
_METADATA = frozenset(("MetadataToken", "MetadataRole", "MetadataCredentials"))


class FaultError(ValueError):
    """The fault cannot be scripted as it is written."""


@dataclasses.dataclass
class Fault:
    """Which: `action` (a pattern such as Describe*; * for every), after `skip` matching calls, `times` times
    (0: for ever). `call` instead names one call by its index in the log.

    What, any mix that makes sense: `code`, `status`, `message`: an error answer; the table fills in what is not given.
    `processed`: the error is returned although the call was carried out. `retry_after` (seconds) and
    `x_acs_retry_after` (milliseconds): headers of the error. `drop`: `before` the call is looked at, or `after` it was
    carried out: the connection is reset. `delay`: seconds until the answer. `trickle`: seconds between the bytes of the
    body. `truncate`: the connection closes after so many bytes of the body (-1: half of it). `empty`: no body. `html`:
    the page of a proxy that found nobody behind it (502 unless `status` is given). `asapi_success` false: HTTP 200 with
    asapiSuccess false and `code`. `missing_list`: the answer of a list has its counts, and no list. `hide`: a list of
    images leaves out those younger than so many seconds. `image`: an outcome for the image that the call makes or
    names: CreateFailed, UnAvailable, gone (it vanishes when it should be ready), or deleted (somebody else deletes it
    right after this call).
    """

    action: str = "*"
    skip: int = 0
    times: int = 1
    call: int | None = None
    code: str = ""
    status: int | None = None
    message: str | None = None
    processed: bool = False
    retry_after: float | None = None
    x_acs_retry_after: int | None = None
    drop: str = ""
    delay: float = 0.0
    trickle: float = 0.0
    truncate: int | None = None
    empty: bool = False
    html: bool = False
    asapi_success: bool = True
    missing_list: bool = False
    hide: float = 0.0
    image: str = ""
    id: int = 0
    seen: int = 0
    hits: int = 0

    def check(self) -> None:
        """Raises FaultError."""
        if self.drop not in ("", "before", "after"):
            raise FaultError(f"drop takes before or after, not {self.drop!r}")
        if self.image not in ("", "CreateFailed", "UnAvailable", "gone", "deleted"):
            raise FaultError(f"image takes CreateFailed, UnAvailable, gone or deleted, not {self.image!r}")
        if not fnmatch.filter(NAMES | _METADATA, self.action):
            raise FaultError(
                f"action {self.action!r} fits nothing that the simulator knows, so this would never strike"
            )
        if self.effect() == "":
            raise FaultError("this fault does nothing: give it a code, a status, drop, delay or another effect")

    def is_armed(self) -> bool:
        """Whether it can still strike."""
        return self.times == 0 or self.hits < self.times

    def error(self) -> CloudError | None:
        """The error to tell, if this is that kind of fault."""
        if not self.code and (self.status is None or self.html or self.empty):
            return None
        code = self.code or _CODES.get(self.status or 0, "InternalError")
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = f"{self.retry_after:g}"
        if self.x_acs_retry_after is not None:
            headers["x-acs-retry-after"] = str(self.x_acs_retry_after)
        return CloudError(code, self.message, self.status, headers)

    def effect(self) -> str:
        """One word or two for the log."""
        effects = [f"drop {self.drop}"] if self.drop else []
        effects += [self.code] if self.code else []
        effects += [f"status {self.status}"] if self.status is not None else []
        names = ("delay", "trickle", "empty", "html", "missing_list", "hide", "image")
        effects += [name for name in names if getattr(self, name)]
        effects += ["truncate"] if self.truncate is not None else []
        effects += [] if self.asapi_success else ["asapiSuccess false"]
        return ", ".join(effects)


_CODES = {403: "Forbidden.RAM", 404: "InvalidApi.NotFound", 429: "Throttling.User", 503: "ServiceUnavailable"}
_SETTABLE = {field.name: field for field in dataclasses.fields(Fault) if field.name not in ("id", "seen", "hits")}


class Faults:
    """The script: the first fault that fits a call and is not used up meets it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, document: t.Mapping[str, t.Any]) -> Fault:
        """Raises FaultError for a word or value that is not known."""
        unknown = sorted(set(document) - set(_SETTABLE))
        if unknown:
            raise FaultError(f"unknown {', '.join(unknown)}; a fault has {', '.join(sorted(_SETTABLE))}")
        fault = Fault(**{name: _read(name, value) for name, value in document.items()})
        fault.check()
        fault.id = next(self._ids)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def __iter__(self) -> t.Iterator[Fault]:
        return iter(self._faults)

    def meet(self, action: str, index: int) -> Fault | None:
        """The fault for this call. Every fault that names the action counts the call, also when another wins."""
        chosen: Fault | None = None
        for fault in self._faults:
            if not fnmatch.fnmatchcase(action, fault.action) or (fault.call is not None and fault.call != index):
                continue
            if chosen is None and fault.seen >= fault.skip and fault.is_armed():
                chosen = fault
            fault.seen += 1
        if chosen is not None:
            chosen.hits += 1
        return chosen


def _read(name: str, value: t.Any) -> t.Any:
    """Judged by the types of the fields: a wrong word is refused when it is scripted, not when it strikes."""
    wanted = str(_SETTABLE[name].type)
    if value is None and wanted.endswith(" | None"):
        return None
    kinds: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float), "str": (str,)}
    allowed = kinds[wanted.partition(" ")[0]]
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise FaultError(f"{name} takes a value of type {wanted}, not {value!r}")
    return value
