# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import re
import typing as t
import urllib.parse

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import HIDDEN, Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import cut, plain_text
from hypothesis import assume, given
from hypothesis import strategies as st

# Characters that a key or a token may contain, and more.
SECRET = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
ENCODINGS: dict[str, t.Callable[[str], str]] = {
    "plain": str,
    "stripped": str.strip,
    "one line": plain_text,
    "url": lambda secret: urllib.parse.quote(secret, safe="~"),
    "path": urllib.parse.quote,
    "string to sign": lambda secret: urllib.parse.quote(urllib.parse.quote(secret, safe="~"), safe="~"),
    "form": urllib.parse.quote_plus,
    "lower case": lambda secret: re.sub("%..", lambda one: one[0].lower(), urllib.parse.quote(secret, safe="")),
    "every character": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "every character twice": lambda secret: "".join(f"%25{byte:02x}" for byte in secret.encode()),
    "every other character": lambda secret: "".join(
        character if number % 2 else urllib.parse.quote(character, safe="") for number, character in enumerate(secret)
    ),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 in a URL": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "Python": repr,
    "JSON": json.dumps,
    "JSON without escapes": lambda secret: json.dumps(secret, ensure_ascii=False),
}


@given(secret=SECRET, before=st.text(), after=st.text(), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_every_form_of_a_secret_is_hidden(secret: str, before: str, after: str, encoding: str) -> None:
    written = ENCODINGS[encoding](secret)
    core = ENCODINGS[encoding](secret.strip()).strip("\"'")
    assume(plain_text(secret) and core and set(core) != {"*"})
    shown = Secrets({"secret_key": secret}).out_of(f"{before}{written}{after}")
    assume(core not in f"{before}{HIDDEN}{after}")
    assert core not in shown


@pytest.mark.parametrize(
    "form",
    [
        "simulator%2Dsecret%2D0037",
        "simulator%2dsecret%252D0037",
        "%73imulator%25252Dsecret-0037",
        "c2ltdWxhdG9yLXNlY3JldC0wMDM3",
    ],
)
def test_a_secret_is_hidden_whichever_of_its_characters_are_encoded(form: str) -> None:
    assert Secrets({"secret_key": "simulator-secret-0037"}).out_of(f"it said {form}!") == f"it said {HIDDEN}!"


@pytest.mark.parametrize("length", range(8, 31))
def test_a_truncated_secret_with_encoded_characters_is_hidden(length: int) -> None:
    text = "%73%2d%2573%C3%A9crets%2Fkey"[:length]
    assert Secrets({"secret_key": "s-s\u00e9crets/key"}).out_of(f"It said: {text}...").count(HIDDEN) == (length > 16)


@pytest.mark.parametrize("length", range(20, 60))
def test_a_truncated_secret_at_the_end_of_a_string_is_hidden(length: int) -> None:
    text = f"a page that echoes s3cret/key+0123456789 and more {'x' * 40}"
    shown = Secrets({"secret_key": "s3cret/key+0123456789"}).out_of(f"It said: {cut(text, length)}. Check it.")
    assert "s3cr" not in shown
    assert shown.endswith("Check it.")


@pytest.mark.parametrize(
    ("text", "secrets", "hidden"),
    [
        ("abcdef abc", ["abc", "abcdef"], "******** ********"),
        ("ab b", ["b", "ab"], "******** ********"),
        ("nothing to hide", [], "nothing to hide"),
        ("nothing to hide", [None, "", " "], "nothing to hide"),
    ],
)
def test_a_secret_that_is_part_of_another_one_does_not_expose_the_rest(
    text: str, secrets: list[str | None], hidden: str
) -> None:
    known = Secrets({})
    known.add(*secrets)
    assert known.out_of(text) == hidden


@pytest.mark.parametrize("proxy", ["http://bob:p%40ss%2Fword@proxy:3128", "bob:p%40ss%2Fword@proxy:3128"])
@pytest.mark.parametrize(
    "form", ["p@ss/word", "p%40ss%2Fword", "p%2540ss%252Fword", base64.b64encode(b"bob:p@ss/word").decode().rstrip("=")]
)
@pytest.mark.parametrize("variable", [None, "HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_password_of_a_proxy_is_a_secret(
    proxy: str, form: str, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable is not None:
        monkeypatch.setenv(variable, proxy)
    secrets = Secrets({"proxy": proxy if variable is None else None})
    assert secrets.out_of(f"it said {form}!") == f"it said {HIDDEN}!"


@pytest.mark.parametrize("proxy", [None, "", "http://proxy:1", "http://bob@proxy:1", "http://[::1"])
def test_a_proxy_without_a_password_has_no_secret(proxy: str | None) -> None:
    assert Secrets({"proxy": proxy}).out_of("bob at proxy") == "bob at proxy"


def test_only_free_text_is_changed() -> None:
    known = Secrets({"secret_key": "Image"})
    result = {
        "changed": True,
        "image_id": "m-Image",
        "image": {"image_name": "Image"},
        "actions": ["delete image m-Image"],
        "reason": "in_use",
        "msg": "Could not delete image m-Image",
        "warnings": ["Image is odd"],
        "error": {"code": "ImageUsingByInstance", "message": "The Image is used.", "action": "DeleteImage"},
        "snapshots_failed": [
            {"snapshot_id": "s-Image", "code": "SnapshotCreatedImage", "message": "an Image"},
            {"snapshot_id": "s-2", "code": None, "message": None},
        ],
    }
    assert known.hidden(result) == {
        **result,
        "msg": f"Could not delete image m-{HIDDEN}",
        "warnings": [f"{HIDDEN} is odd"],
        "error": {"code": "ImageUsingByInstance", "message": f"The {HIDDEN} is used.", "action": "DeleteImage"},
        "snapshots_failed": [
            {"snapshot_id": "s-Image", "code": "SnapshotCreatedImage", "message": f"an {HIDDEN}"},
            {"snapshot_id": "s-2", "code": None, "message": None},
        ],
    }
    assert known.hidden({"changed": False}) == {"changed": False}
