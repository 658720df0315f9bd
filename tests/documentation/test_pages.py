# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The codes, messages, options, variables and commands on the pages are those of the code."""

from __future__ import annotations

import ast
import importlib
import json
import re
import typing as t
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from examples import MODULES, ROOT, blocks, commands, module_document, pages, tables

from apsarastack_simulator.knobs import Knobs

GUIDES = ROOT / "docs" / "docsite" / "rst"
UTILS = "ansible_collections.apsarastack.cloud.plugins.module_utils"
CODE = re.compile(r"``(.+?)``")


def guide(name: str) -> Path:
    return GUIDES / f"guide_{name}.rst"


def table(name: str, heading: str) -> list[list[str]]:
    """The rows of the only table of a guide whose first heading is this one."""
    (rows,) = (rows for rows in tables(guide(name)) if rows[0][0] == heading)
    return rows[1:]


@pytest.fixture
def connection_options(importable: None) -> set[str]:
    spec: dict[str, t.Any] = importlib.import_module(f"{UTILS}._module.arguments").connection_spec()
    return set(spec)


@pytest.fixture
def options_of(importable: None, connection_options: set[str]) -> t.Callable[[str], set[str]]:
    """All options of a module, with their aliases and suboptions."""

    def listed(module: str) -> set[str]:
        spec = importlib.import_module(f"ansible_collections.apsarastack.cloud.plugins.modules.{module}").ARGUMENTS
        aliases = {alias for option in spec.values() for alias in option.get("aliases", ())}
        return connection_options | {*spec, *aliases, *_suboptions(spec)}

    return listed


def _suboptions(spec: dict[str, t.Any]) -> set[str]:
    """Also as `option.suboption`."""
    pairs = {(name, inner) for name, option in spec.items() for inner in option.get("options", ())}
    return {inner for _name, inner in pairs} | {f"{name}.{inner}" for name, inner in pairs}


@pytest.fixture
def options(options_of: t.Callable[[str], set[str]]) -> set[str]:
    """All options of apsarastack_image."""
    return options_of("apsarastack_image")


# --- troubleshooting -------------------------------------------------------------------------------------------------


def test_the_codes_and_what_resolves_them_are_those_of_the_module(importable: None) -> None:
    context = importlib.import_module(f"{UTILS}._wire.context").Context()
    names = ("_wire.hints", "_image.hints", "_image.source_hints", "_export.hints")
    common, images, sources, export = (importlib.import_module(f"{UTILS}.{name}") for name in names)
    of_images = {code: hint for code, hint in images.HINTS.items() if code not in sources.HINTS}
    for heading, known in (
        ("Code", {**common.HINTS, **of_images}),
        ("Code of a copy or an import", sources.HINTS),
        ("Code of an export", export.OWN),
    ):
        texts = {code: hint if isinstance(hint, str) else hint(context) for code, hint in known.items()}
        documented = {
            code.rstrip("*"): resolution.replace("``", "")
            for codes, resolution in table("troubleshooting", heading)
            for code in CODE.findall(codes)
        }
        # Some hints depend on the task and are empty without one.
        assert documented == {code: hint for code, hint in texts.items() if hint}


def reasons(module: str) -> list[str]:
    """The reasons that RETURN of the module explains."""
    lines = module_document(module, "RETURN")["reason"]["description"]
    return [word for line in lines for word in re.findall(r"^V\((\w+)\) - ", line)]


def test_the_reasons_are_those_of_the_code(importable: None) -> None:
    known = t.get_args(importlib.import_module(f"{UTILS}._wire.codes").Reason)
    documented = [CODE.findall(word)[0] for word, _meaning in table("troubleshooting", "Reason")]
    assert sorted(documented) == sorted(known)
    explained = {module: reasons(module) for module in MODULES}
    assert {word for words in explained.values() for word in words} == set(known)
    for words in explained.values():
        assert words == [word for word in documented if word in words]


def sentences() -> list[str]:
    """Each string in the code, with a null character for each inserted value."""
    texts = []
    for path in (ROOT / "plugins" / "module_utils").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
                texts.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return texts


def says(sentence: str, words: t.Sequence[str]) -> bool:
    """Whether the sentence contains the words in this order; an inserted value matches any single word."""
    said = sentence.split()
    starts = range(len(said) - len(words) + 1)
    return any(all(_is(said[start + number], word) for number, word in enumerate(words)) for start in starts)


def _is(said: str, word: str) -> bool:
    # The last word of a quotation may be followed by punctuation.
    return re.fullmatch(re.escape(said).replace("\0", ".+"), word) is not None or said.rstrip(".,:;") == word


# Messages of Ansible itself.
FOREIGN = {"Failed to import the required Python library"}


@pytest.mark.parametrize(("heading", "least"), [("The message", 14), ("The TLS message", 18)])
def test_the_messages_are_those_of_the_module(heading: str, least: int) -> None:
    known = sentences()
    quoted = [part for message, _meaning in table("troubleshooting", heading) for part in CODE.findall(message)]
    assert len(quoted) >= least
    for message in set(quoted) - FOREIGN:
        for part in filter(None, (part.strip() for part in message.split("..."))):
            assert any(says(sentence, part.split()) for sentence in known), part


# --- migration -------------------------------------------------------------------------------------------------------

# By resource: its arguments and attributes, from the documentation of the providers.
TERRAFORM = {
    "image": {
        *("image_name", "description", "tags", "force", "timeouts", "id"),
        *("instance_id", "snapshot_id", "disk_device_mapping", "size"),
    },
    "image_copy": {
        *("source_image_id", "destination_region_id", "image_name", "name", "description"),
        *("encrypted", "kms_key_id", "tags", "timeouts"),
    },
    "image_import": {
        *("image_name", "description", "architecture", "platform", "os_type", "license_type", "disk_device_mapping"),
        *("disk_image_size", "format", "oss_bucket", "oss_object", "device", "timeouts"),
    },
    "image_export": {"image_id", "oss_bucket", "oss_prefix", "timeouts", "id"},
    "image_share_permission": {"image_id", "account_id"},
    "images": {"name_regex", "most_recent", "owners", "output_file", "images", "ids"},
}


def test_every_argument_of_terraform_has_its_option(options_of: t.Callable[[str], set[str]]) -> None:
    found = [rows for rows in tables(guide("terraform")) if rows[0][2] == "What is different"]
    assert {CODE.findall(rows[0][0])[0]: {CODE.findall(row[0])[0] for row in rows[1:]} for rows in found} == TERRAFORM
    for rows in found:
        (module,) = CODE.findall(rows[0][1])
        options = options_of(module)
        for argument, option, difference in rows[1:]:
            names = CODE.findall(option)
            assert (names or option == "none") and set(names) <= options, argument
            named = {name for name in CODE.findall(difference) if name.isidentifier()}
            assert named <= options | {"register", "images", "self", "all"}, argument


def test_every_option_in_the_migration_tables_exists(options: set[str]) -> None:
    (first, second) = (rows[1:] for rows in tables(guide("migration")) if rows[0][0] == "There")
    for there, here, _difference in [*first, *second]:
        names = CODE.findall(there if here == "the same" else here)
        assert (names or here == "none") and set(names) <= options, there


def test_the_arguments_of_the_provider_have_the_same_names(connection_options: set[str]) -> None:
    text = guide("terraform").read_text(encoding="utf-8").split("Provider arguments\n")[1]
    same = text.split("have the same names here")[0]
    assert len(CODE.findall(same)) >= 10
    assert set(CODE.findall(same)) <= connection_options


# --- authentication --------------------------------------------------------------------------------------------------


def test_the_guide_mentions_every_connection_option(connection_options: set[str]) -> None:
    text = guide("authentication").read_text(encoding="utf-8")
    mentioned = {word for code in CODE.findall(text) for word in re.findall(r"\w+", code)}
    assert connection_options <= mentioned


@pytest.mark.parametrize("page", [*pages(), ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_variable_is_one_that_the_code_reads(page: Path, connection_options: set[str]) -> None:
    names_of = importlib.import_module(f"{UTILS}._login.origins").environment_names
    read = {name for option in connection_options for name in names_of(option)}
    read.add(importlib.import_module(f"{UTILS}._login.metadata").ADDRESS_VARIABLE)
    named = re.findall(r"\b(?:APSARASTACK|ALIBABACLOUDSTACK)_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))
    assert set(named) <= read


def test_the_guide_on_the_environment_describes_every_variable_that_is_read(connection_options: set[str]) -> None:
    names_of = importlib.import_module(f"{UTILS}._login.origins").environment_names
    read = {name for option in connection_options for name in names_of(option)}
    read.add(importlib.import_module(f"{UTILS}._login.metadata").ADDRESS_VARIABLE)
    read |= {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
    text = guide("environment").read_text(encoding="utf-8")
    described = [
        name for lines in re.findall(r"^\.\. envvar::((?: +[A-Z_]+\n)+)", text, re.MULTILINE) for name in lines.split()
    ]
    assert sorted(described) == sorted(read)
    # With these, the modules' own pages link to the guide.
    settings = yaml.safe_load((ROOT / "docs" / "docsite" / "config.yml").read_text(encoding="utf-8"))
    assert settings["envvar_directives"] == described


def test_each_profile_of_the_sample_file_can_be_used(importable: None, tmp_path: Path) -> None:
    text = guide("authentication").read_text(encoding="utf-8")
    (block,) = re.findall(r"^\.\. code-block:: json\n\n((?:   .*\n)+)", text, re.MULTILINE)
    file = tmp_path / "config.json"
    file.write_text(block, encoding="utf-8")
    caller_in_profile = importlib.import_module(f"{UTILS}._login.profile").caller_in_profile
    names = [profile["name"] for profile in json.loads(block)["profiles"]]
    callers = {name: caller_in_profile(name, str(file)) for name in (None, *names)}
    assert callers[None] == callers["env30"]
    assert callers["temporary"].keys.security_token == "example-token"
    assert callers["imager"].role.session_name == "golden-images"
    assert callers["instance"].instance_role == "imager"


# --- commands --------------------------------------------------------------------------------------------------------

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {name for line in re.findall(r"^([a-z ]+):", MAKEFILE, re.MULTILINE) for name in line.split()}
WITH_COMMANDS = [*pages(), ROOT / "CONTRIBUTING.md", ROOT / "tests" / "simulator" / "README.md"]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_make_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    called = re.findall(r"^make ([a-z-]+)", "\n".join(commands(page)), re.MULTILINE)
    called += re.findall(r"`make ([a-z-]+)", text)
    assert set(called) <= TARGETS


def test_commands_are_found() -> None:
    assert "test" in TARGETS
    assert "make demo" in commands(ROOT / "README.md")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_playbook_that_a_command_runs_exists(page: Path) -> None:
    written = "golden.yml"
    for command in commands(page):
        for playbook in re.findall(r"^ansible-playbook (\S+)", command):
            name = playbook.removeprefix("apsarastack.cloud.").removesuffix(".yml")
            assert playbook == written or (ROOT / "playbooks" / f"{name}.yml").is_file(), command


def test_the_guide_shows_each_playbook_of_the_collection() -> None:
    shown = [block.content for block in blocks(guide("recipes"))]
    # The demo shows the other one.
    shipped = [path for path in (ROOT / "playbooks").glob("*.yml") if path.name != "golden_image.yml"]
    for path in shipped:
        assert yaml.safe_load(path.read_text(encoding="utf-8")) in shown, path.name


def test_the_numbers_of_waiting_are_those_of_the_code(importable: None) -> None:
    text = " ".join(guide("timeouts").read_text(encoding="utf-8").split())
    names = ("_engine.pauses", "_wire.client", "_image.desired")
    pauses, client, desired = (importlib.import_module(f"{UTILS}.{name}") for name in names)
    option = module_document("apsarastack_image", "DOCUMENTATION")["options"]["wait_timeout"]
    assert f"If omitted, {desired.DEFAULT_TIMEOUT}, and {desired.LONG_TIMEOUT} with" in option["description"][0]
    export = module_document("apsarastack_image_export", "DOCUMENTATION")["options"]["wait_timeout"]
    assert export["default"] == desired.LONG_TIMEOUT
    for phrase in (
        f"from {pauses.SHORTEST_PAUSE:g} seconds to {pauses.LONGEST_PAUSE_AT_FIRST:g} seconds",
        f"to {pauses.LONGEST_PAUSE:g} seconds after {pauses.AT_FIRST / 60:g} minutes",
        f"every {pauses.LONGEST_FINEST_PAUSE:g} seconds",
        f"up to {pauses.LONGEST_PAUSE_WITH_EVEN_PROGRESS:g} seconds late",
        f"gives up after about {client.PATIENCE_SECONDS:g} seconds",
        f"The default is {desired.DEFAULT_TIMEOUT}. It is {desired.LONG_TIMEOUT} for a task with ``copy_from``",
    ):
        assert phrase in text


def test_the_option_that_waits_states_the_pauses_of_the_code(importable: None) -> None:
    pauses = importlib.import_module(f"{UTILS}._engine.pauses")
    text = " ".join(module_document("apsarastack_image", "DOCUMENTATION")["options"]["wait"]["description"])
    for phrase in (
        f"at most {pauses.LONGEST_PAUSE_AT_FIRST:g} seconds late in the first {pauses.AT_FIRST / 60:g} minutes",
        f"at most {pauses.LONGEST_PAUSE:g} seconds late after that",
        f"at most {pauses.LONGEST_FINEST_PAUSE:g} seconds late",
        "While the cloud throttles calls",
        f"the end is noticed up to {pauses.LONGEST_PAUSE_WITH_EVEN_PROGRESS:g} seconds late",
    ):
        assert phrase in text


def test_the_knobs_of_the_guide_are_those_of_the_simulator() -> None:
    sentence = guide("simulator").read_text(encoding="utf-8").split("Knobs change how")[1].split("All knobs")[0]
    named = [knob.partition("=") for knob in CODE.findall(sentence)]
    assert len(named) >= 4
    assert Knobs().changed({name: value for name, equals, value in named if equals})
    assert {name for name, _equals, _value in named} <= vars(Knobs()).keys()


# --- links and the code layout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", [page for page in WITH_COMMANDS if page.suffix == ".md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_linked_file_exists(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_the_table_of_the_code_layout_lists_every_layer() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(_\w+)` \|", text, re.MULTILINE)
    assert sorted(rows) == sorted(path.name for path in (ROOT / "plugins" / "module_utils").glob("_[a-z]*"))


# --- the diagram, and the modules' own pages -------------------------------------------------------------------------


def test_the_diagram_shows_every_stage_of_a_task() -> None:
    text = guide("state").read_text(encoding="utf-8")
    diagram = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + len("</svg>")])
    shown = {element.text for element in diagram.iter("{http://www.w3.org/2000/svg}text")}
    stages = {"desired state", "current state", "plan", "execution", "refusal", "result"}
    assert stages <= shown


@pytest.mark.parametrize("module", MODULES)
def test_each_list_option_says_what_an_empty_list_does(module: str) -> None:
    options = module_document(module, "DOCUMENTATION")["options"]
    lists = {option: " ".join(one["description"]) for option, one in options.items() if one["type"] == "list"}
    assert [option for option, text in lists.items() if "empty list" not in text] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_documents_its_version_and_its_attributes(module: str) -> None:
    document = module_document(module, "DOCUMENTATION")
    new = {"apsarastack_image_export": "1.1.0", "apsarastack_image_retention": "1.1.0"}
    assert document["version_added"] == new.get(module, "1.0.0")
    # The other attributes are the same for all modules and documented in the fragment.
    assert {name for name, attribute in document["attributes"].items() if attribute["support"]} == {
        *("check_mode", "diff_mode", "idempotent"),
    }
