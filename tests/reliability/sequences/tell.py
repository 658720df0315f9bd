# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A story as readable text: its events, calls, endings and violations."""

from __future__ import annotations

import typing as t

from .judge import judge
from .play import Call, Played, Record, play

if t.TYPE_CHECKING:
    from .story import Story

_SHOWN = ("ImageId", "ResourceId.1", "ImageName", "SnapshotId", "InstanceId", "Status", "Tag.1.Key", "TagKey.1")


def described(story: Story) -> str:
    record = play(story)
    findings = [f"  {finding}" for finding in judge(record)]
    return "\n".join(
        [story.text(), "calls:", *_calls(record), "endings:", *map(_ending, record.runs), "wrong:", *findings]
    )


def _calls(record: Record) -> t.Iterator[str]:
    """Omits repeated reads with the same result."""
    last: dict[str, tuple[t.Any, ...]] = {}
    skipped: dict[str, int] = {}
    for call in record.calls:
        seen = (call.action, tuple(sorted(_parameters(call).items())), call.listed, call.outcome)
        if last.get(call.actor) == seen:
            skipped[call.actor] = skipped.get(call.actor, 0) + 1
            continue
        last[call.actor] = seen
        more = skipped.pop(call.actor, 0)
        yield f"  {_line(call)}" + (f"   (after {more} more reads like the one before)" if more else "")


def _parameters(call: Call) -> dict[str, str]:
    return {name: call.form[name] for name in _SHOWN if name in call.form and (name != "Status" or call.is_write)}


def _line(call: Call) -> str:
    parameters = " ".join(_parameters(call).values())
    result = call.outcome or (f"-> {', '.join(call.listed) or 'nothing'}" if call.action == "DescribeImages" else "")
    if call.is_write:
        made = sorted((call.after or {}).keys() - (call.before or {}).keys())
        result = result or (f"-> {made[0]}" if made else "")
    return f"{call.time:9.2f} s  {call.actor}: {call.action} {parameters} {result}".rstrip()


def _ending(run: Played) -> str:
    if run.ending is None or run.ended is None:
        return f"  run {run.run.name} is killed"
    changed = "changed" if run.ending.changed else "unchanged"
    if run.is_ok:
        return f"  {run.ended:9.2f} s  run {run.run.name}: ok, {changed}, {run.ending.result.get('image_id')}"
    return f"  {run.ended:9.2f} s  run {run.run.name}: {run.ending.reason}, {changed}: {run.ending.result.get('msg')}"
