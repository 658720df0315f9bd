# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the complete sweeps and random stories, and writes their tables into the documentation.

`python tests/reliability/whole.py docs/reliability.md`; exits with 1 if anything failed, but writes the tables anyway.
"""

from __future__ import annotations

import sys
from pathlib import Path

from importing import make_importable

make_importable()

from crash import crash_sweep  # noqa: E402 - found through the line above
from sequences.campaign import reported_campaign  # noqa: E402
from sweep import sweep  # noqa: E402
from table import crash_table, stories_table, table, written_into  # noqa: E402

STORIES = 50_000


def tell(line: str) -> None:
    print(line, flush=True)


def main(page: Path) -> int:
    faults = sweep(tell=tell)
    tell(table(faults))
    crashes = crash_sweep(tell=tell)
    tell(crash_table(crashes))
    stories = reported_campaign(0, STORIES)
    made = {"faults": table(faults), "crashes": crash_table(crashes), "stories": stories_table(stories)}
    text = page.read_text(encoding="utf-8")
    for name, one in made.items():
        text = written_into(text, name, one)
    page.write_text(text, encoding="utf-8")
    has_failed = faults.failures or stories.violations or any(failed for _tried, failed in crashes.values())
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
