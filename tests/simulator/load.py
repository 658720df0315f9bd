# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load: many clients at once for a while, then a count of everything that was promised.

    python tests/simulator/load.py --clients 50 --seconds 60

Starts a simulator of its own with 10,000 images. Each client makes images, now and then with the answer lost so that
it has to repeat with its ClientToken, looks them up by name, tags and deletes some. Prints figures; exits with 1 when
an image is missing, doubled or undead, or when the log does not hold every call.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.parse
import urllib.request
import uuid

import aiohttp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from apsarastack_simulator import signatures

IMAGES = 10_000
KEY, SECRET, REGION = "LTAIsimulator37", "simulator-secret-0037", "cn-neimeng-env30-d01"
# Every so many-th creation loses its answer.
LOSE_EVERY = 20


@dataclasses.dataclass
class Tally:
    """`made` and `deleted`: image ids by name, as reported to the clients."""

    durations: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    made: dict[str, str] = dataclasses.field(default_factory=dict)
    deleted: set[str] = dataclasses.field(default_factory=set)
    errors: list[str] = dataclasses.field(default_factory=list)
    sent: int = 0
    lost: int = 0


def signed(action: str, parameters: t.Mapping[str, str]) -> dict[str, str]:
    everything = {
        "Action": action,
        "Version": "2014-05-26",
        "Format": "JSON",
        "RegionId": REGION,
        "AccessKeyId": KEY,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        **parameters,
    }
    text = signatures.rpc_string_to_sign("POST", everything)
    return {**everything, "Signature": signatures.rpc_signature(SECRET, text)}


class Client:
    """One of many; talks over a connection of its own."""

    def __init__(self, number: int, endpoint: str, session: aiohttp.ClientSession, tally: Tally) -> None:
        self._number = number
        self._endpoint = endpoint
        self._session = session
        self._tally = tally

    async def call(self, action: str, **parameters: str) -> dict[str, t.Any]:
        """Repeats after a lost answer, as a client with a token may."""
        while True:
            started = time.perf_counter()
            self._tally.sent += 1
            try:
                async with self._session.post(self._endpoint, data=signed(action, parameters)) as answer:
                    document = dict(await answer.json())
            except aiohttp.ClientError:
                self._tally.lost += 1
                continue
            self._tally.durations.setdefault(action, []).append(time.perf_counter() - started)
            if answer.status != 200:
                self._tally.errors.append(f"{action}: {document}")
            return document

    async def work(self, until: float) -> None:
        turn = 0
        while time.monotonic() < until:
            turn += 1
            await self._turn(f"load-{self._number:03d}-{turn:05d}", delete=turn % 2 == 0)

    async def _turn(self, name: str, *, delete: bool) -> None:
        token = str(uuid.uuid4())
        made = await self.call("CreateImage", ImageName=name, SnapshotId="s-system", ClientToken=token)
        image_id = str(made.get("ImageId", ""))
        self._tally.made[name] = image_id
        found = await self.call("DescribeImages", ImageName=name, ImageOwnerAlias="self", Status="Available")
        ids = [image["ImageId"] for image in found.get("Images", {}).get("Image", [])]
        if ids != [image_id]:
            self._tally.errors.append(f"{name}: made {image_id}, found {ids}")
        tags = {"Tag.1.Key": "load", "Tag.1.Value": name}
        await self.call("TagResources", ResourceType="image", **{"ResourceId.1": image_id}, **tags)
        if delete:
            await self.call("DeleteImage", ImageId=image_id)
            self._tally.deleted.add(name)


def control(endpoint: str, path: str, document: t.Any = None) -> t.Any:
    data = None if document is None else json.dumps(document).encode()
    with urllib.request.urlopen(f"{endpoint}/_simulator/{path}", data, timeout=120) as answer:
        return json.loads(answer.read())


async def load(endpoint: str, clients: int, seconds: float) -> Tally:
    tally = Tally()
    until = time.monotonic() + seconds
    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
        await asyncio.gather(*[Client(number, endpoint, session, tally).work(until) for number in range(clients)])
    return tally


def losses(endpoint: str, tally: Tally) -> list[str]:
    """What was promised to a client and is not so."""
    problems = list(tally.errors)
    images = control(endpoint, "state")["images"]
    there: dict[str, list[str]] = {}
    for image in images:
        if not image["deleted"]:
            there.setdefault(image["image_name"], []).append(image["image_id"])
    for name, image_id in tally.made.items():
        wanted = [] if name in tally.deleted else [image_id]
        if there.get(name, []) != wanted:
            problems.append(f"{name}: wanted {wanted}, there are {there.get(name, [])}")
    logged = control(endpoint, "health")["calls"]
    if logged != tally.sent:
        problems.append(f"{tally.sent} calls were sent, {logged} are in the log")
    return problems


def report(tally: Tally, seconds: float, clients: int, problems: list[str]) -> None:
    print(f"{clients} clients, {seconds:.0f} s, {IMAGES} images at the beginning")
    print(f"{tally.sent} calls ({tally.sent / seconds:.0f} per second), {tally.lost} answers lost on purpose")
    print(f"{len(tally.made)} images made, {len(tally.deleted)} of them deleted")
    for action, durations in sorted(tally.durations.items()):
        ordered = sorted(durations)
        marks = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.95, 0.99)]
        print(f"{action:16} {len(ordered):7}  p50 {marks[0]:7.1f} ms  p95 {marks[1]:7.1f} ms  p99 {marks[2]:7.1f} ms")
    print(f"lost or wrong: {len(problems)}")
    for problem in problems[:10]:
        print(f"  {problem}")


def main() -> int:
    parser = argparse.ArgumentParser(description="A load test of the simulator.")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as directory:
        port_file = pathlib.Path(directory) / "port"
        words = [sys.executable, "-m", "apsarastack_simulator", "--port=0", "--port-file", str(port_file)]
        words += ["--knob", "create_time=0", "--knob", "image_quota=10000000"]
        process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(here)}, stdout=subprocess.DEVNULL)
        try:
            while not port_file.exists():
                time.sleep(0.05)
                if process.poll() is not None:
                    return 1
            return measure(f"http://127.0.0.1:{port_file.read_text().strip()}", arguments.clients, arguments.seconds)
        finally:
            process.terminate()
            process.wait(timeout=30)


def measure(endpoint: str, clients: int, seconds: float) -> int:
    control(endpoint, "reset", {"seed": {"generated_images": IMAGES}})
    for skip in range(LOSE_EVERY, 100_000, LOSE_EVERY * 50):
        control(endpoint, "faults", {"action": "CreateImage", "skip": skip, "drop": "after"})
    tally = asyncio.run(load(endpoint, clients, seconds))
    problems = losses(endpoint, tally)
    report(tally, seconds, clients, problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
