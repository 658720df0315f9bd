# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random stories: `make test` plays a part of those that `make sweep` plays."""

from __future__ import annotations

import os

import pytest

from .campaign import campaign
from .generate import story_of
from .shorten import shorten
from .tell import described

STORIES = 2000
# Stories of the whole sweep: the failure of a creation, and the end of a replacement, which no list showed yet.
FOUND = (6947, 17023, 3906, 40435)


def test_random_stories_end_without_violations() -> None:
    found = campaign(range(STORIES), processes=os.cpu_count() or 1)
    shortest = {
        f"{kind}, seed {seeds[0]} of {len(seeds)}": described(shorten(story_of(seeds[0]), kind))
        for kind, seeds in found.violations.items()
    }
    if shortest:
        pytest.fail("\n\n".join(f"--- {title}\n{text}" for title, text in shortest.items()), pytrace=False)


@pytest.mark.parametrize("seed", FOUND)
def test_what_no_list_shows_yet_is_excused(seed: int) -> None:
    assert dict(campaign([seed]).violations) == {}
