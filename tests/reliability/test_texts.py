# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No release accepts a string that the module refuses, and all pages and hints state the same rule."""

from __future__ import annotations

import itertools
import os
import typing as t

import pytest
import yaml
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import hints as image_hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import texts
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image
from hypothesis import given, settings
from hypothesis import strategies as st

from apsarastack_simulator import rules
from apsarastack_simulator.errors import CloudError
from apsarastack_simulator.knobs import CHOICES

EXPLORE = int(os.environ.get("EXPLORE", "0"))
FUZZED = settings(max_examples=EXPLORE or 500, deadline=None, derandomize=not EXPLORE, database=None)

PIECES = st.sampled_from(
    ["web", "W", "1", "-", "_", ":", ".", " ", "/", "@", "镜", "é", "\n", "http://", "acs:", "aliyun"]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=5).map("".join), st.text(max_size=5), st.text("x", min_size=120, max_size=260)
)
OPTIONS: dict[str, dict[str, t.Any]] = yaml.safe_load(apsarastack_image.DOCUMENTATION)["options"]


def takes(check: t.Callable[..., None], *arguments: t.Any) -> bool:
    try:
        check(*arguments)
    except CloudError:
        return False
    return True


@FUZZED
@given(TEXTS)
def test_a_refused_name_is_rejected_by_every_release(text: str) -> None:
    if texts.name_problem("image_name", text) is not None:
        assert not any(rules.is_image_name(text, release) for release in CHOICES["image_names"])


@FUZZED
@given(TEXTS)
def test_a_refused_description_is_rejected_by_every_release(text: str) -> None:
    if texts.description_problem("description", text) is not None:
        assert not any(takes(rules.check_description, text, minimum) for minimum in (0, 2))


@FUZZED
@given(TEXTS)
def test_a_version_is_refused_exactly_if_the_cloud_rejects_it(text: str) -> None:
    assert (texts.version_problem("image_version", text) is None) == takes(rules.check_version, text)


@FUZZED
@given(TEXTS, TEXTS)
def test_a_refused_tag_is_rejected_by_every_release(key: str, value: str) -> None:
    # The prefix of the console and a blank key are refused to protect the user.
    is_ours = key.lower().startswith("ascm:") or not key.strip()
    if not is_ours and (tags.tag_key_problem(key) or tags.tag_value_problem(key, value)):
        assert not takes(rules.check_tag, key, value)


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        ("image_name", texts.NAME_RULE),
        ("description", texts.DESCRIPTION_RULE),
        ("image_version", texts.VERSION_RULE),
        ("tags", tags.TAG_KEY_RULE),
        ("tags", tags.TAG_VALUE_RULE),
    ],
)
def test_the_documentation_of_an_option_states_its_rule(option: str, rule: str) -> None:
    assert rule in " ".join(OPTIONS[option]["description"])


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("InvalidImageName.Malformed", texts.NAME_RULE),
        ("InvalidDescription.Malformed", texts.DESCRIPTION_RULE),
        ("InvalidImageVersion.Malformed", texts.VERSION_RULE),
        ("InvalidTagKey.Malformed", tags.TAG_KEY_RULE),
        ("InvalidTagValue.Malformed", tags.TAG_VALUE_RULE),
    ],
)
def test_the_hint_after_an_error_of_the_cloud_states_the_rule(code: str, rule: str) -> None:
    assert rule in hint(code)


def hint(code: str) -> str:
    return hints.hint_for(code, (image_hints.HINTS,), Context())


def test_the_hint_on_names_mentions_dots() -> None:
    assert "'.'" in hint("InvalidImageName.Malformed").split(texts.NAME_RULE)[1]


def test_a_short_name_of_documented_characters_is_refused_only_for_its_first_character() -> None:
    """All names of two characters, so that a gap in the rule would be found."""
    for name in map("".join, itertools.product("aZ镜5.:_-", repeat=2)):
        assert (texts.name_problem("image_name", name) is None) == name[0].isalpha()
