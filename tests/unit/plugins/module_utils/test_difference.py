# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found, Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, SourceFacts
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image

SOURCE = Source(instance_id="i-1")
RUNNING = SourceFacts(instance=Instance("i-1", "Running"))
WEB = {"state": "present", "image_name": "web", "description": "d", "tags": {"a": "1"}}


def planned(wish: Wish, *images: t.Any) -> Plan:
    return plan(wish, Found(images=images, source=RUNNING))


def web(**known: t.Any) -> t.Any:
    return image(description="d", tags={"a": "1", "ascm:set": "412"}, **known)


@pytest.mark.parametrize(
    ("made", "before", "after", "headers"),
    [
        (
            planned(Wish(image_name="web", source=SOURCE, description="d", tags={"a": "1"})),
            {"state": "absent"},
            {**WEB, "instance_id": "i-1"},
            ("image 'web'", "image 'web'"),
        ),
        (planned(Wish(image_name="web", source=SOURCE), web()), WEB, WEB, ("m-1", "m-1")),
        (planned(Wish(image_name="web", tags={"b": "2"}), web()), WEB, {**WEB, "tags": {"b": "2"}}, ("m-1", "m-1")),
        (planned(Wish(image_id="m-1", image_name="db"), web()), WEB, {**WEB, "image_name": "db"}, ("m-1", "m-1")),
        (planned(Wish(image_name="web", state="absent"), web()), WEB, {"state": "absent"}, ("m-1", "image 'web'")),
        (
            planned(Wish(image_name="web", state="absent")),
            {"state": "absent"},
            {"state": "absent"},
            ("image 'web'",) * 2,
        ),
        (
            planned(
                Wish(image_name="web", source=SOURCE, description="d", tags={"a": "1"}), web(status="CreateFailed")
            ),
            {**WEB, "state": "failed"},
            {**WEB, "instance_id": "i-1"},
            ("m-1", "image 'web'"),
        ),
    ],
)
def test_the_diff_shows_what_the_task_manages(
    made: Plan, before: dict[str, t.Any], after: dict[str, t.Any], headers: tuple[str, str]
) -> None:
    assert diff(made, "image 'web'") == {
        "before": before,
        "after": after,
        "before_header": headers[0],
        "after_header": headers[1],
    }
