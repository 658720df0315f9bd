# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The project uses the standard terms of its field: no text contains a word that readers had to read twice."""

from __future__ import annotations

import io
import re
import tokenize
import typing as t
from pathlib import Path

import pytest
from examples import ROOT

# Files, and folders with everything in them.
PLACES = (
    *("README.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "Makefile", "galaxy.yml"),
    *(".github", "meta"),
    *("changelogs/fragments", "docs", "playbooks", "plugins", "tools"),
    *("tests/bench", "tests/conformance", "tests/documentation", "tests/end_to_end", "tests/integration"),
    *("tests/packaging", "tests/reliability", "tests/simulator", "tests/situations", "tests/tools", "tests/unit"),
)
# Each is avoided in favor of the other. The patterns ignore case, and match across line breaks. Cancelled, with a
# capital letter, is a status of the API.
TERMS = {
    r"wish(es|ed)?": "desired state, or desired",
    r"stand-?ins?|successors?|predecessors?": "replacement image, the image being replaced",
    r"twins?|namesakes?": "duplicate",
    r"anew": "again, or a new one",
    r"(a|each|every|next|last|first|one|\d+|all|several|of) tr(y|ies)": "attempt",
    r"(a|each|every|next|last|first|one|\d+) looks?(?! up)": "call, poll, or lookup",
    r"time (is|was) over": "timed out",
    r"(is|are|be|was|were) gone|gone again": "deleted",
    r"goe?s?, too|so does|nor does": "a sentence that stands on its own",
    r"goe?s? on": "continue, or resume",
    r"save (with|for|one|where|when|by)": "unless, or except",
    r"(is|are) needed": "is required, or must be",
    r"(?<!there )is no (?!longer|more|need|such|other|default)\w+": "is not a",
    r"(empty|no) text": "empty string",
    r"whole numbers?": "integer",
    r"truth values?": "boolean",
    r"per cent": "percent",
    r"left out": "omitted",
    r"(is|are|was|were) left alone": "unchanged",
    r"line ends?(?! with)": "line break",
    r"(is|are|was|were) told(?! to)": "reported",
    r"foretells?|foretold": "predict",
    r"all the same": "anyway",
    r"of (no|any) use|at rest": "unusable, or being processed",
    r"no own": "no ... of the account",
    r"held against": "compared with",
    r"(the )?house|rooms?(?! for)": "code, or module",
    r"(re-?initialis|honour|neighbour|behaviour|colour)\w*|(?-i:cancell|labell)(ed|ing)|licences?": "American spelling",
}
# This file names the terms, and the messages of the vendor have its spelling.
OTHER_WORDS = (Path(__file__).resolve(), ROOT / "tests/simulator/apsarastack_simulator/error_table.py")
# Code that a text quotes, and tables that a program has written into a page: their words belong to the code.
QUOTED = re.compile(r"``.+?``|`[^`\n]+`|<!-- begin .+?<!-- end \w+ -->", re.DOTALL)


def files() -> list[Path]:
    found = [path for place in PLACES for path in ((ROOT / place), *sorted((ROOT / place).rglob("*")))]
    texts = {".md", ".rst", ".py", ".yml", ""}
    return [path for path in found if path.is_file() and path.suffix in texts and path not in OTHER_WORDS]


def prose(path: Path) -> str:
    """What somebody reads in a file: all of it, or the comments, strings and names of tests in a Python file."""
    text = path.read_text(encoding="utf-8")
    return QUOTED.sub("", "\n".join(_words_of_code(text)) if path.suffix == ".py" else text)


def _words_of_code(code: str) -> t.Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", None)):
            yield token.string
        elif token.type == tokenize.NAME and token.string.startswith("test_"):
            yield token.string.replace("_", " ")


def avoided(text: str) -> list[str]:
    """The terms in a text that have a better one."""
    joined = " ".join(re.sub(r"^\s*#", "", line) for line in text.splitlines())
    joined = " ".join(joined.split())
    return [
        f"'{match[0]}' in '{joined[max(match.start() - 30, 0) : match.end() + 30]}': use {better}"
        for term, better in TERMS.items()
        for match in re.finditer(rf"\b({term})\b", joined, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_uses_the_standard_terms(path: Path) -> None:
    assert avoided(prose(path)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "A second try makes a stand-in.",
        "# The image\n# is gone.",
        "This is no JSON.",
        "Snapshots stay, save with the option.",
        "Another image goes, too.",
    ],
)
def test_an_avoided_term_is_found(sentence: str) -> None:
    assert avoided(sentence) != []


@pytest.mark.parametrize("sentence", ["There is no image.", "It is no longer listed.", "It looks up the image."])
def test_standard_english_is_accepted(sentence: str) -> None:
    assert avoided(sentence) == []


def test_in_code_comments_strings_and_names_of_tests_are_read(tmp_path: Path) -> None:
    path = tmp_path / "test_code.py"
    path.write_text('wish = f"a twin of {1}"  # anew\ndef test_a_namesake(): pass\n', encoding="utf-8")
    assert [problem.split("'")[1] for problem in avoided(prose(path))] == ["twin", "namesake", "anew"]
