# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: `apsarastack-simulator`, or `python -m apsarastack_simulator`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import pathlib
import signal
import sys
import time
import typing as t
import urllib.parse

from . import __version__, seed, shell, state
from .clock import Clock
from .knobs import Knobs
from .server import DEFAULT_PORT, Server
from .service import Service

_FIRST_KEY = "LTAIsimulator37"
_SAVE_SECONDS = 0.5
_LOG = logging.getLogger("apsarastack_simulator")


def _arguments(words: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="apsarastack-simulator", description="A simulated ApsaraStack on loopback.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port; 0 takes a free one (%(default)s)")
    parser.add_argument(
        "--control-for", choices=("loopback", "any"), default="loopback", help="who may use /_simulator (%(default)s)"
    )
    parser.add_argument("--port-file", type=pathlib.Path, help="write the port to this file once it listens")
    parser.add_argument("--seed", type=pathlib.Path, default=seed.DEFAULT, help="what exists at the beginning")
    parser.add_argument("--tls", default="off", metavar="DIR|off", help="https; the directory gets the CA, ca.pem")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second (%(default)s)")
    parser.add_argument("--gateway", choices=("both", "pop", "asapi"), default="both", help="paths to serve (both)")
    parser.add_argument("--state", type=pathlib.Path, help="keep the world in this file, over restarts")
    parser.add_argument(
        "--prepend", action="append", default=[], metavar="NAME=FOLDER", help="for the shell's PATH, say"
    )
    parser.add_argument("--knob", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
    return parser.parse_args(words)


def _knobs(arguments: argparse.Namespace) -> Knobs:
    """Raises ValueError."""
    return Knobs().changed({"gateway": arguments.gateway, **_pairs("--knob", arguments.knob)})


def _pairs(option: str, texts: t.Sequence[str]) -> dict[str, str]:
    """Raises ValueError."""
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"{option} takes name=value, not {text!r}")
        pairs[name] = value
    return pairs


def _write_port(path: pathlib.Path, port: int) -> None:
    """Whole or not at all: who waits for the file must not read half of it."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(f"{port}\n", encoding="ascii")
    os.replace(draft, path)


def _environment(service: Service, server: Server, arguments: argparse.Namespace) -> list[str]:
    """What to paste into a shell so that a playbook finds this cloud."""
    key = service.world.access_keys.get(_FIRST_KEY) or next(iter(service.world.access_keys.values()))
    organization = service.world.organizations[key.organization]
    values = {
        "ENDPOINT": server.endpoint,
        "PROTOCOL": server.endpoint.partition(":")[0],
        "REGION": service.world.regions[0],
        "ACCESS_KEY": key.id,
        "SECRET_KEY": key.secret,
        "DEPARTMENT": str(organization.id),
        "RESOURCE_GROUP": str(organization.resource_groups[0].id),
    }
    if arguments.tls != "off":
        values["CA_PATH"] = str(pathlib.Path(arguments.tls).resolve() / "ca.pem")
    variables = {f"APSARASTACK_{name}": value for name, value in values.items()}
    host = urllib.parse.urlsplit(server.endpoint).hostname or arguments.host
    return shell.lines(variables, _pairs("--prepend", arguments.prepend), host)


def _service(arguments: argparse.Namespace) -> Service:
    """Raises ValueError for a seed, knob or state file that cannot be used."""
    document, knobs = seed.load(arguments.seed), _knobs(arguments)
    kept = state.load(arguments.state) if arguments.state is not None else None
    if kept is None:
        return Service(document, knobs, Clock(arguments.speed))
    world, then = kept
    # What was to be ready meanwhile is; time that was moved forward does not go back.
    return Service(document, knobs, Clock(arguments.speed, start=max(then, time.time())), world)


async def _keep(service: Service, path: pathlib.Path) -> None:
    """Save after changes, once in a while; the caller saves at the end."""
    saved = -1
    while True:
        if service.changes != saved:
            saved = service.changes
            try:
                state.save(path, service.world, service.clock.now())
            except OSError as error:
                _LOG.error("the state was not saved: %s", error)
        await asyncio.sleep(_SAVE_SECONDS)


async def _serve(service: Service, arguments: argparse.Namespace) -> None:
    tls_in = None if arguments.tls == "off" else arguments.tls
    server = Server(service, arguments.host, arguments.port, tls_in, arguments.control_for)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await server.start()
    # As comments, since all of it may be pasted; without what an interactive zsh would not take for one.
    print("# Paste these lines into the terminal that runs ansible-playbook:")
    print("\n".join(_environment(service, server, arguments)))
    for region in service.world.regions[1:]:
        print(f"# The region {region} also has a host of its own: {server.endpoint_of(region)}")
    print(f"# The simulated cloud listens on {server.endpoint} - watch it at {server.endpoint}/_simulator", flush=True)
    if arguments.port_file is not None:
        _write_port(arguments.port_file, server.port)
    keeper = asyncio.ensure_future(_keep(service, arguments.state)) if arguments.state is not None else None
    try:
        await stopped.wait()
    finally:
        await server.stop()
        if keeper is not None:
            keeper.cancel()
            state.save(arguments.state, service.world, service.clock.now())


def main(words: t.Sequence[str] | None = None) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    arguments = _arguments(words)
    try:
        asyncio.run(_serve(_service(arguments), arguments))
    except (ValueError, OSError) as error:
        print(f"apsarastack-simulator: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
