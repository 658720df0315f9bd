# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generates a random story from a seed."""

from __future__ import annotations

import random
import typing as t

from .adapter import MARK_KEY, TEMPORARY_NAMES
from .beginning import DAY, INSTANCES, SNAPSHOTS
from .story import END, NAME, OLD, Act, Event, Fault, Moment, Run, Site, Story, When

NAMES = ("A", "B", "C", "D")
ACTIONS = ("DescribeImages", "CreateImage", "ModifyImageAttribute", "DeleteImage", "UntagResources", "*")
IGNORED = (
    ("ModifyImageAttribute",),
    ("ModifyImageAttribute.ImageName",),
    ("TagResources",),
    ("UntagResources",),
    ("CreateImage.Tag",),
    ("CreateImage.Platform",),
    ("CreateImage.ImageVersion",),
)
ERRORS = ("InvalidSecurityToken.Expired", "Forbidden.RAM", "InternalError", "Throttling", "OperationConflict")
SPOILED_ANSWERS = ("short", "no_list", "stale")


def story_of(seed: int) -> Story:
    return _Teller(random.Random(seed)).story()


class _Teller:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def story(self) -> Story:
        site = self._site()
        runs = self._runs(site)
        acts = [self._act(site, runs) for _number in range(self._chance.choice((0, 0, 1, 1, 2)))]
        faults = [fault for _number in range(self._chance.choice((0, 0, 1, 1, 2))) for fault in self._faults(runs)]
        events: tuple[Event, ...] = (*runs, *acts, *faults)
        return Story(site, self._chance.choice(("snapshot", "snapshot", "instance", None)), events)

    def _often(self, usual: t.Any, *others: t.Any) -> t.Any:
        return usual if self._chance.random() < 0.7 else self._chance.choice(others)

    def _site(self) -> Site:
        chance = self._chance
        fuzzy = chance.random() < 0.4
        page = self._often(50, 2, 3) if fuzzy else 50
        return Site(
            unique_names=chance.random() < 0.35,
            fuzzy_names=fuzzy,
            lag=self._often(0.0, 3.0, 8.0, 30.0),
            latency=self._often(0.02, 0.5),
            build=chance.choice((10.0, 20.0, 60.0)),
            page=page,
            hides_page=page != 50 and chance.random() < 0.5,
            ignores=chance.choice(IGNORED) if chance.random() < 0.1 else (),
            room=self._often(50, 0, 1),
        )

    # --- runs --------------------------------------------------------------------------------------------------------

    def _runs(self, site: Site) -> list[Run]:
        runs: list[Run] = []
        for name in NAMES[: self._chance.choice((1, 2, 2, 2, 3, 4))]:
            # A pipeline runs the same task again.
            again = runs and self._chance.random() < 0.3
            options = runs[-1].options if again else self._options(site)
            runs.append(Run(name, self._start(site, runs), options))
        return runs

    def _start(self, site: Site, runs: t.Sequence[Run]) -> When:
        chance = self._chance
        if not runs:
            return 0.0
        kind = chance.random()
        if kind < 0.4:
            return round(chance.uniform(0, 2 * site.build), 1)
        if kind < 0.6:
            return self._moment([run.name for run in runs])
        if kind < 0.8:
            return Moment(runs[-1].name, END)
        return DAY * chance.randint(1, 3)

    def _options(self, site: Site) -> dict[str, t.Any]:
        make = self._chance.choices(
            (self._replace, self._always, self._create, self._update, self._absent, self._rename),
            weights=(8, 5, 4, 2, 3, 1),
        )[0]
        options = make()
        if self._chance.random() < 0.15:
            options["wait"] = False
        if self._chance.random() < 0.3:
            # A timeout during the last percents of the build is possible.
            options["wait_timeout"] = max(2, int(site.build * self._chance.uniform(0.6, 1.4)) + 1)
        return options

    def _replace(self) -> dict[str, t.Any]:
        return {**self._create(), "snapshot_id": self._chance.choice(SNAPSHOTS[1:]), "recreate": "on_source_change"}

    def _always(self) -> dict[str, t.Any]:
        return {"image_name": NAME, **self._source(), "recreate": "always", **self._details()}

    def _create(self) -> dict[str, t.Any]:
        return {"image_name": NAME, "snapshot_id": SNAPSHOTS[0], **self._details()}

    def _update(self) -> dict[str, t.Any]:
        return {"image_name": NAME, "description": "updated", "tags": {"stage": "test"}}

    def _absent(self) -> dict[str, t.Any]:
        named = self._chance.choice(({"image_name": NAME}, {"image_name": NAME}, {"image_id": OLD}))
        more = {key: True for key in ("delete_snapshots", "force") if self._chance.random() < 0.4}
        return {**named, "state": "absent", **more}

    def _rename(self) -> dict[str, t.Any]:
        return {"image_id": OLD, "image_name": self._chance.choice(("web-golden", "web-2"))}

    def _source(self) -> dict[str, t.Any]:
        if self._chance.random() < 0.5:
            return {"instance_id": self._chance.choice(INSTANCES)}
        return {"snapshot_id": self._chance.choice(SNAPSHOTS)}

    def _details(self) -> dict[str, t.Any]:
        chance = self._chance
        details: dict[str, t.Any] = {}
        if chance.random() < 0.2:
            details["tags"] = {"stage": "golden", "round": str(chance.randint(1, 2))}
        if chance.random() < 0.15:
            details["platform"] = "Ubuntu"
        if chance.random() < 0.15:
            details["image_version"] = "2"
        if chance.random() < 0.15:
            details["delete_snapshots"] = True
        return details

    # --- other events ------------------------------------------------------------------------------------------------

    def _moment(self, names: t.Sequence[str]) -> Moment:
        chance = self._chance
        action = chance.choice(ACTIONS)
        most = {"DescribeImages": 20, "*": 25, "ModifyImageAttribute": 1}.get(action, 0)
        return Moment(chance.choice(names), action, chance.randint(0, most), chance.random() < 0.5)

    def _act(self, site: Site, runs: t.Sequence[Run]) -> Act:
        chance = self._chance
        when: When = round(chance.uniform(0, 2 * site.build), 1)
        if chance.random() < 0.6:
            when = self._moment([run.name for run in runs])
        what = chance.choice(
            ("rename", "tag", "describe", "deprecate", "share", "use", "delete", "create", "stop_build")
        )
        target = chance.choice((NAME, NAME, OLD, "newest"))
        if what == "create":
            target = chance.choice((NAME, f"{NAME}-3", TEMPORARY_NAMES[0]))
            return Act(when, what, target, self._often("", f"{MARK_KEY}={OLD}"))
        if what == "stop_build":
            return Act(when, what, "growing", chance.choice(("CreateFailed", "UnAvailable", "gone")))
        values = {
            "rename": chance.choice((f"{NAME}-known-good", TEMPORARY_NAMES[0], f"{NAME}-x")),
            "tag": chance.choice(("keep=yes", f"{MARK_KEY}={OLD}")),
            "describe": "mine",
        }
        return Act(when, what, target, values.get(what, ""))

    def _faults(self, runs: t.Sequence[Run]) -> list[Fault]:
        chance = self._chance
        moment = self._moment([run.name for run in runs])
        what = chance.choice(("kill", "kill", "signal", "lost", "refused", "answer", "error"))
        if what == "answer":
            nth = chance.randint(0, 5)
            spoiled = chance.choice(SPOILED_ANSWERS)
            return [Fault(Moment(moment.run, "DescribeImages", nth), spoiled, 30.0 if spoiled == "stale" else 0.0)]
        if what == "refused":
            return [Fault(Moment(moment.run, moment.action, moment.nth, after=False), what)]
        if what == "lost" and chance.random() < 0.4:
            following = Moment(moment.run, moment.action, moment.nth + 1, after=False)
            return [Fault(moment, what), Fault(following, chance.choice(ERRORS))]
        if what == "error":
            moment = Moment(moment.run, moment.action, moment.nth, after=False)
            return [Fault(moment, chance.choice(ERRORS))]
        return [Fault(moment, what)]
