# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator inside a test process: its own thread, its own port, everything within reach.

with Simulator(create_time=1.0) as simulator:
    simulator.fault(action="DescribeImages", status=503, times=2)
    ...
    assert [call["action"] for call in simulator.calls()] == ["CreateImage", "DescribeImages"]
"""

from __future__ import annotations

import asyncio
import dataclasses
import pathlib
import threading
import typing as t

from . import seed, snapshot
from .clock import Clock
from .knobs import Knobs
from .server import Server
from .service import Service

Result = t.TypeVar("Result")
Document = dict[str, t.Any]


class Simulator:
    """A context manager. Keyword arguments that are not named here are knobs."""

    region = "cn-neimeng-env30-d01"
    access_key = "LTAIsimulator37"
    secret_key = "simulator-secret-0037"
    department = "37"
    resource_group = "412"

    def __init__(
        self,
        *,
        seed_changes: t.Mapping[str, t.Any] | None = None,
        speed: float = 1.0,
        tls_in: str | None = None,
        **knobs: t.Any,
    ) -> None:
        document = seed.merged(seed.load(), seed_changes or {})
        self.service = Service(document, Knobs().changed(knobs), Clock(speed))
        self._tls_in = tls_in
        self._server = Server(self.service, tls_in=tls_in)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulator", daemon=True)

    def __enter__(self) -> Simulator:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(timeout=30)
        return self

    def __exit__(self, *_error: t.Any) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop.close()

    @property
    def endpoint(self) -> str:
        return self._server.endpoint

    def endpoint_of(self, region: str) -> str:
        """Of the region's own host."""
        return self._server.endpoint_of(region)

    @property
    def ca_path(self) -> str:
        """The certificate authority to trust, with `tls_in`; else empty."""
        return "" if self._tls_in is None else str(pathlib.Path(self._tls_in) / "ca.pem")

    @property
    def port(self) -> int:
        return self._server.port

    def _within(self, work: t.Callable[[], Result]) -> Result:
        """Carry out in the server's own thread, so that no call is half done meanwhile."""

        async def run() -> Result:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=30)

    def calls(self, action: str | None = None) -> list[Document]:
        return self._within(lambda: self.service.calls.shown(action))

    def clear_calls(self) -> None:
        self._within(self.service.calls.clear)

    def state(self) -> Document:
        return self._within(lambda: snapshot.of(self.service))

    def image(self, image_id: str) -> Document | None:
        """What the state tells of one image, or None."""
        return next((image for image in self.state()["images"] if image["image_id"] == image_id), None)

    def knobs(self, **changes: t.Any) -> Document:
        """Change some, and get all."""

        def work() -> Document:
            self.service.knobs = self.service.knobs.changed(changes)
            return self.service.knobs.as_dict()

        return self._within(work)

    def fault(self, **document: t.Any) -> Document:
        """Script a fault; the words are those of `faults.Fault`."""
        return self._within(lambda: dataclasses.asdict(self.service.faults.add(document)))

    def faults(self) -> list[Document]:
        return self._within(lambda: [dataclasses.asdict(fault) for fault in self.service.faults])

    def clear_faults(self) -> None:
        self._within(self.service.faults.clear)

    def reset(self, seed: t.Mapping[str, t.Any] | None = None, knobs: t.Mapping[str, t.Any] | None = None) -> None:
        self._within(lambda: self.service.reset(seed, knobs))

    def advance(self, seconds: float) -> None:
        self._within(lambda: self.service.clock.advance(seconds))

    def speed(self, speed: float) -> None:
        self._within(lambda: self.service.clock.set_speed(speed))

    def instance_status(self, instance_id: str, status: str) -> None:
        self._within(lambda: self.service.set_instance_status(instance_id, status))
