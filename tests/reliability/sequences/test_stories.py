# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which release 1.0.0 destroyed images because of stale facts, as stories: none of them has a violation."""

from __future__ import annotations

import typing as t

import pytest

from .beginning import DAY
from .judge import violations
from .play import play
from .story import END, NAME, OLD, Act, Event, Fault, Moment, Options, Run, Site, Story

SITE = Site(build=60.0)
UNIQUE = Site(build=60.0, unique_names=True)
SLOW = Site(build=60.0, latency=0.5)
PAGES = Site(build=60.0, fuzzy_names=True, page=3)
HIDDEN_PAGES = Site(build=60.0, fuzzy_names=True, page=2, hides_page=True)
LAGS = Site(build=60.0, lag=30.0)

REPLACE: Options = {"image_name": NAME, "snapshot_id": "s-2", "recreate": "on_source_change"}
OTHER: Options = {**REPLACE, "snapshot_id": "s-3"}
ALWAYS: Options = {"image_name": NAME, "instance_id": "i-1", "recreate": "always"}
CREATE: Options = {"image_name": NAME, "snapshot_id": "s-1"}
ABSENT: Options = {"image_name": NAME, "state": "absent"}


def run(options: Options, **more: t.Any) -> Run:
    return Run("A", 0.0, {**options, **more})


def story(*events: Event, site: Site = SITE, made_of: str | None = "snapshot") -> Story:
    return Story(site, made_of, events)


def after_rename(nth: int) -> Moment:
    return Moment("A", "ModifyImageAttribute", nth)


STORIES: dict[str, Story] = {
    **{
        f"F1: another source, {second:g} s after the first": story(run(REPLACE), Run("B", second, OTHER))
        for second in (1.0, 20.0, 40.0, 50.0, 55.0, 58.0, 60.0, 61.0)
    },
    **{
        f"F1: the same source, {second:g} s after the first": story(run(REPLACE), Run("B", second, REPLACE))
        for second in (1.0, 40.0, 60.0)
    },
    "F3: the snapshot that it was created from": story(run(ABSENT, delete_snapshots=True)),
    "F3: with a replacement": story(run(REPLACE, delete_snapshots=True)),
    "F4: right after a replacement, with the quota used up": story(
        run(REPLACE), Run("B", Moment("A", END), OTHER), site=Site(build=60.0, lag=30.0, room=1)
    ),
    "F4: the old image is deleted, another source, with the quota used up": story(
        run(REPLACE),
        Fault(Moment("A", "ModifyImageAttribute", 0, after=False), "kill"),
        Act(100.0, "delete"),
        Run("B", 200.0, OTHER),
        site=Site(build=60.0, room=1),
    ),
    "F5: the rename is ignored": story(run(REPLACE), site=Site(build=60.0, ignores=("ModifyImageAttribute",))),
    "F5: the name is ignored": story(run(REPLACE), site=Site(build=60.0, ignores=("ModifyImageAttribute.ImageName",))),
    **{
        f"F5: {what} of the new one after rename {nth + 1}": story(run(REPLACE), Act(after_rename(nth), what, "newest"))
        for what in ("delete", "deprecate")
        for nth in (0, 1)
    },
    "F6: renamed during the build": story(run(REPLACE), Act(30.0, "rename", OLD, "web-known-good-keep")),
    "F6: tagged during the build": story(run(REPLACE), Act(30.0, "tag", OLD, "keep=yes")),
    "F6: described during the build": story(run(REPLACE), Act(30.0, "describe", OLD, "keep this")),
    "F6: renamed during the build, and then a run": story(
        run(REPLACE), Act(30.0, "rename", OLD, "web-known-good-keep"), Run("B", 300.0, OTHER)
    ),
    "F7: of yesterday": story(run(ALWAYS, wait_timeout=10), Run("B", DAY, ALWAYS)),
    "F7: of another instance": story(
        run(ALWAYS), Fault(Moment("A", "*", 8), "kill"), Run("B", 100.0, {**ALWAYS, "instance_id": "i-2"})
    ),
    **{
        f"F8: {seconds} s for a build of 60 s, {kind} names": story(run(REPLACE, wait_timeout=seconds), site=site)
        for seconds in (61, 62, 63, 64, 65, 66)
        for kind, site in (("other", SLOW), ("unique", Site(build=60.0, latency=0.5, unique_names=True)))
    },
    **{
        f"F8: {fault} after rename {nth + 1}, {kind} names": story(
            run(REPLACE), Fault(Moment("A", "ModifyImageAttribute", nth, fault == "signal"), fault), site=site
        )
        for fault in ("signal", "Forbidden.RAM")
        for nth in (0, 1)
        for kind, site in (("other", SITE), ("unique", UNIQUE))
    },
    "F9: twice without wait": story(
        run(CREATE, wait=False), Run("B", Moment("A", END), {**CREATE, "wait": False}), site=LAGS, made_of=None
    ),
    "F9: a short wait": story(
        run(CREATE, wait_timeout=10), Run("B", Moment("A", END), CREATE), site=LAGS, made_of=None
    ),
    "F10: short pages, create": story(run(CREATE), site=HIDDEN_PAGES),
    "F10: short pages, absent": story(run(ABSENT), site=HIDDEN_PAGES),
    **{
        f"F10: the pages shift, {task}": story(
            run(options), Act(Moment("A", "DescribeImages", 0), "delete", "m-web-old"), site=PAGES
        )
        for task, options in (("create", CREATE), ("absent", ABSENT))
    },
    **{
        f"F10: {fault}, {task}": story(run(options), Fault(Moment("A", "DescribeImages", 0), fault))
        for fault in ("short", "no_list")
        for task, options in (("create", CREATE), ("absent", ABSENT))
    },
    "F11: a name of another image": story(run({"image_id": OLD, "image_name": "web-2"})),
    "F12: in use since the build": story(run(REPLACE), Act(30.0, "use", OLD)),
    "F12: shared since the build": story(run(REPLACE), Act(30.0, "share", OLD)),
    "F13: tags": story(run(REPLACE), site=Site(build=60.0, ignores=("CreateImage.Tag",))),
    "F13: all tags": story(run(REPLACE), site=Site(build=60.0, ignores=("CreateImage.Tag", "TagResources"))),
    "F13: the platform": story(
        run(REPLACE, platform="Ubuntu"), site=Site(build=60.0, ignores=("CreateImage.Platform",))
    ),
    "F13: the version": story(
        run(REPLACE, image_version="2"), site=Site(build=60.0, ignores=("CreateImage.ImageVersion",))
    ),
    **{
        f"F14: {action}": story(
            run(options),
            Fault(Moment("A", action, 0), "lost"),
            Fault(Moment("A", action, 1, after=False), "InvalidSecurityToken.Expired"),
            made_of=made_of,
        )
        for action, options, made_of in (
            ("CreateImage", CREATE, None),
            ("ModifyImageAttribute", {"image_name": NAME, "description": "new"}, "snapshot"),
            ("DeleteImage", ABSENT, "snapshot"),
        )
    },
}


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
def test_the_story_ends_without_violations(told: Story) -> None:
    assert [str(each) for each in violations(play(told))] == []
