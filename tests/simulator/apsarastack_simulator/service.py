# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to an answer: fold, meet a fault, verify, find the action, run it, write the answer."""

from __future__ import annotations

import dataclasses
import fnmatch
import logging
import time
import typing as t

from . import answers, effects, lifecycle, parameters, seed, tenancy
from .actions import NAMES, PATHS, REGISTRY, VERSIONS, tags
from .calls import CallLog
from .context import Action, Context
from .errors import LEGACY_STATUS, TABLE, CloudError, missing
from .faults import Faults
from .knobs import fits
from .verify import SECRET_PARAMETER, Verifier
from .wire import Folded, fold

if t.TYPE_CHECKING:
    from .calls import Call
    from .clock import Clock
    from .faults import Fault
    from .knobs import Knobs
    from .wire import Parameters, Request
    from .world import AccessKey, World

_LOG = logging.getLogger("apsarastack_simulator")
_GATEWAY_PATHS = ("/asapi/v3", "/asapi/v3/")
_NOT_HERE = answers.Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", {"Content-Type": "text/html"})


@dataclasses.dataclass(frozen=True)
class Exchange:
    """An answer, the fault that is to damage its delivery, and the entry in the log."""

    answer: answers.Answer
    fault: Fault | None
    call: Call


class Service:
    """The simulated cloud behind the wire. Single-threaded: one request is carried out after another."""

    def __init__(self, document: seed.Document, knobs: Knobs, clock: Clock, world: World | None = None) -> None:
        """`world`: from a state file; without one, the seed's. Raises ValueError for a bad seed."""
        self._document = document
        self._first_knobs = knobs
        self._first_speed = clock.speed
        self.clock = clock
        self.knobs = dataclasses.replace(knobs)
        self.world = world or seed.build(document, clock.now())
        self.faults = Faults()
        self.calls = CallLog(NAMES)
        self.verifier = Verifier()
        self.changes = 0
        # Where the regions have their hosts, in the order of the regions. Empty without a server.
        self.ports: list[int] = []

    def reset(self, document: t.Mapping[str, t.Any] | None = None, knobs: t.Mapping[str, t.Any] | None = None) -> None:
        """Back to the beginning, with these sections of the seed and these knobs on top. Raises ValueError."""
        fresh = self._first_knobs.changed(knobs or {})
        wanted = seed.merged(self._document, document or {})
        self.clock.set_speed(self._first_speed)
        self.clock.restart()
        self.world = seed.build(wanted, self.clock.now())
        self.knobs = fresh
        self.faults.clear()
        self.calls.clear()
        self.verifier = Verifier()
        self.changes += 1

    def set_instance_status(self, instance_id: str, status: str) -> None:
        """An image that is being made of an instance fails when the instance changes. Raises ValueError."""
        instance = self.world.instances.get(instance_id)
        if instance is None:
            raise ValueError(f"there is no instance {instance_id}")
        instance.status = status
        now = self.clock.now()
        for image in self.world.images:
            if image.source_instance == instance_id and lifecycle.is_growing(image, now):
                image.fails_as, image.failure = "CreateFailed", f"{instance_id} became {status}"
                image.ready_at = now
        self.changes += 1

    def handle(self, request: Request, connection: int = 0) -> Exchange:
        """Never raises for what a client may send."""
        started = time.perf_counter()
        try:
            folded = fold(request)
        except CloudError as error:
            return self._unreadable(request, error, connection)
        named = PATHS.get(request.path, "")
        call = self.calls.begin(request, folded.all, self.world.secrets(), self.clock.real(), connection, named)
        style = self._style(request, folded, call.action)
        fault = self.faults.meet(call.action, call.index)
        call.fault = fault.effect() if fault is not None else ""
        answer = self._answer(request, folded, fault, call, style)
        call.status, call.code = _told(answer, fault)
        call.duration_ms = round((time.perf_counter() - started) * 1000, 3)
        return Exchange(answer, fault, call)

    def _unreadable(self, request: Request, error: CloudError, connection: int) -> Exchange:
        call = self.calls.begin(request, {}, (), self.clock.real(), connection)
        call.status, call.code = error.status, error.code
        # What cannot be folded cannot be asked for its Format, but the client may have named it legibly.
        xml = "format=json" not in request.query.lower()
        style = answers.Style(xml=xml, mode=self.knobs.body, action="", host=request.header("host"))
        return Exchange(answers.failure(error, style), None, call)

    def _style(self, request: Request, folded: Folded, action: str) -> answers.Style:
        # Newer SDKs (ACS3) name the form in the Accept header; RPC calls without Format get XML.
        default = "JSON" if "json" in request.header("accept") and "authorization" in request.headers else "XML"
        xml = folded.wants_xml(default)
        return answers.Style(xml=xml, mode=self.knobs.body, action=action, host=request.header("host"))

    def _answer(
        self, request: Request, folded: Folded, fault: Fault | None, call: Call, style: answers.Style
    ) -> answers.Answer:
        if fault is not None and fault.drop == "before":
            return _NOT_HERE
        if not self._is_served(request.path):
            return _NOT_HERE
        try:
            return answers.success(self._carry_out(request, folded, fault, call), style)
        except CloudError as error:
            error.status = self._status(call.action, error)
            mode = style if fault is None or fault.asapi_success else dataclasses.replace(style, mode="asapi200")
            return answers.failure(error, mode)

    def _status(self, action: str, error: CloudError) -> int:
        if self.knobs.legacy_status and (action, error.code) in LEGACY_STATUS:
            return LEGACY_STATUS[(action, error.code)]
        if error.code.startswith("Throttling") and error.status == TABLE["Throttling"][0]:
            return self.knobs.throttling_status
        return error.status

    def _is_served(self, path: str) -> bool:
        if path in _GATEWAY_PATHS:
            return self.knobs.gateway != "pop"
        return self.knobs.gateway != "asapi"

    def _carry_out(self, request: Request, folded: Folded, fault: Fault | None, call: Call) -> answers.Body:
        if request.method not in ("GET", "POST"):
            raise CloudError("UnsupportedHTTPMethod")
        _judge_secrets(folded, call, self.knobs.secret_parameter)
        folded.judge_format()
        key = self.verifier.verify(request, folded, self.knobs, self.world, self.clock.real(), self.clock.now())
        action = self._action(request, folded, call)
        call.write = action.write
        call.access_key = key.id
        before = effects.error_of(fault)
        if before is not None and not before.processed:
            raise before.error
        context = self._permitted(action, self._context(request, folded, key, action, call))
        arguments, unknown = parameters.read(action.specification, self._heeded(folded.all, call))
        self._judge_unknown(unknown, call)
        body = effects.run(action, context, arguments, fault)
        call.processed = True
        if action.write:
            self.changes += 1
        if before is not None:
            raise before.error
        return body

    def _permitted(self, action: Action, context: Context) -> Context:
        """What the policy of the caller lets the action see. Raises CloudError."""
        if not fits(action.name, self.knobs.denied_actions):
            return context
        if self.knobs.denied_lists == "forbidden" or not action.name.startswith("Describe"):
            raise CloudError("Forbidden.RAM")
        return dataclasses.replace(context, resource_group=tenancy.NOWHERE)

    def _heeded(self, given: Parameters, call: Call) -> Parameters:
        """Without what this site takes and ignores."""
        ignored = [*self.knobs.ignored_parameters, *(["*.DryRun"] if self.knobs.dry_run == "perform" else [])]
        # `Tag` is `Tag.1.Key` on the wire.
        patterns = [*ignored, *(f"{pattern}.*" for pattern in ignored)]
        dropped = [name for name in given if fits(f"{call.action}.{name}", patterns)]
        given = {name: value for name, value in given.items() if name.lower() != SECRET_PARAMETER}
        if dropped:
            call.notes.append(f"ignored parameters: {', '.join(dropped)}")
        return {name: value for name, value in given.items() if name not in dropped}

    def _judge_unknown(self, unknown: list[str], call: Call) -> None:
        if not unknown:
            return
        call.notes.append(f"unknown parameters: {', '.join(unknown)}")
        if self.knobs.unknown_parameter == "reject":
            raise CloudError("UnsupportedParameter", f'The parameter "{unknown[0]}" is not supported.')

    def _action(self, request: Request, folded: Folded, call: Call) -> Action:
        version = folded.all.get("Version") or request.header("x-acs-version")
        self._check_product(request, folded, version)
        action = REGISTRY.get((version, call.action))
        missing_here = (*self.knobs.missing_actions, *(() if self.knobs.tag_resources else tags.NAMES))
        if action is None or fits(action.name, missing_here):
            raise CloudError(self.knobs.unknown_action)
        return action

    def _check_product(self, request: Request, folded: Folded, version: str) -> None:
        if version not in VERSIONS.values():
            raise CloudError("InvalidVersion")
        product = _product(request, folded)
        if not product:
            # On the common gateway the host does not tell the product, so the call has to.
            if request.path in _GATEWAY_PATHS:
                raise CloudError("InvalidProduct.NotFound")
            return
        known = {name.lower(): number for name, number in VERSIONS.items()}
        if known.get(product.lower()) is None:
            raise CloudError("InvalidProduct.NotFound")
        if known[product.lower()] != version:
            raise CloudError("InvalidVersion")

    def _context(self, request: Request, folded: Folded, key: AccessKey, action: Action, call: Call) -> Context:
        now = self.clock.now()
        lifecycle.sweep(self.world, now)
        organization, group = tenancy.tenancy_of(request, folded.all, key, self.world, self.knobs, call.notes)
        region = tenancy.region_of(request, folded.all, self.world, action.region_unknown)
        self._check_host(request, region, action)
        if action.needs_region and not folded.all.get("RegionId"):
            named = action.region_missing != "MissingParameter"
            raise CloudError(action.region_missing) if named else missing("RegionId")
        return Context(
            action=action.name,
            world=self.world,
            knobs=self.knobs,
            now=now,
            region=region or self.world.regions[0],
            key=key,
            organization=organization,
            resource_group=group,
        )

    def _check_host(self, request: Request, region: str | None, action: Action) -> None:
        """Raises CloudError where the host of a region is asked for another one."""
        if region is None or self.knobs.region_hosts == "any":
            return
        port = request.header("host").rpartition(":")[2]
        hosts = {str(own): name for own, name in zip(self.ports, self.world.regions)}
        if hosts.get(port, region) != region:
            raise CloudError(action.region_unknown)


def _told(answer: answers.Answer, fault: Fault | None) -> tuple[int, str]:
    """(status, code) as the client gets them; (0, "") where it gets nothing."""
    if fault is None or not (fault.drop or fault.html or fault.empty):
        return answer.status, answer.code
    if fault.drop:
        return 0, ""
    usual = 502 if fault.html else answer.status
    return (usual if fault.status is None else fault.status), ""


def _product(request: Request, folded: Folded) -> str:
    """By parameter, header or, on POP, by the beginning of the host name."""
    named = folded.all.get("Product") or request.header("x-acs-asapi-product") or request.header("x-ascm-product-name")
    if named:
        return named
    # The host of ECS is assigned by site.
    hosts = {"ecs-internal.*": "Ecs", "ecs.*": "Ecs", "sts.*": "Sts", "ascm.*": "ascm"}
    host = request.header("host")
    return next((product for pattern, product in hosts.items() if fnmatch.fnmatchcase(host, pattern)), "")


def _judge_secrets(folded: Folded, call: Call, judgment: str) -> None:
    """Old providers send the long-term secret in every query. Nobody may learn that habit here, unless by the knob."""
    if not any(name.lower() == SECRET_PARAMETER for name in folded.all):
        return
    text = "The parameter AccessKeySecret must never be sent."
    call.notes.append(text)
    if judgment == "refuse":
        _LOG.error("call %d, %s: the client sent its AccessKeySecret as a parameter", call.index, call.action)
        raise CloudError("UnsupportedParameter", text)
