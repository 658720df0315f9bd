# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no call of the collection may contain. This is checked after each test that uses a simulator."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
AGENT = f"apsarastack.cloud/{VERSION}"


def complaints(calls: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """A sentence for each parameter without effect, and for each call without the user agent of the collection."""
    problems: list[str] = []
    for call in calls:
        # The metadata service of an instance does not belong to the site.
        if call["action"].startswith("Metadata"):
            continue
        problems += [
            f"{call['action']} sends {name}={value!r}"
            for name, value in call["parameters"].items()
            if not _has_effect(name, value)
        ]
        agent = call["headers"].get("user-agent")
        problems += [] if agent == AGENT else [f"{call['action']} has the user agent {agent!r}"]
    return problems


def _has_effect(name: str, value: str) -> bool:
    # A real site carried out a call that was marked as a dry run.
    if name == "DryRun":
        return False
    # The value of a tag may be empty.
    is_of_tag = name.startswith("Tag.") and name.endswith(".Value")
    return is_of_tag or value.lower() not in ("", "false", "none", "null", "[]", "{}")
