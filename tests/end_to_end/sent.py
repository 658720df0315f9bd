# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no call of the collection may carry, whatever the task: held after each test that has a simulator."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
AGENT = f"apsarastack.cloud/{VERSION}"


def complaints(calls: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """A sentence for each parameter that asks for nothing, and for each call that does not say who calls."""
    found: list[str] = []
    for call in calls:
        # The metadata service of an instance is not the site.
        if call["action"].startswith("Metadata"):
            continue
        found += [
            f"{call['action']} sends {name}={value!r}"
            for name, value in call["parameters"].items()
            if not _asks(name, value)
        ]
        agent = call["headers"].get("user-agent")
        found += [] if agent == AGENT else [f"{call['action']} calls itself {agent!r}"]
    return found


def _asks(name: str, value: str) -> bool:
    # A real site carried out what was marked as a dry run.
    if name == "DryRun":
        return False
    # The value of a tag may be empty.
    is_of_tag = name.startswith("Tag.") and name.endswith(".Value")
    return is_of_tag or value.lower() not in ("", "false", "none", "null", "[]", "{}")
