# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of `make test`. A step is a function that raises ToolError if a check fails."""

from __future__ import annotations

import functools
import re
import shutil
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import ansible_test
import run_docs
import shipping
from ansible_test import AnsibleTest
from environments import asapi_variables, checks_venv, conformance_venv, documentation_venvs
from workspace import (
    BUILD,
    ROOT,
    ToolError,
    collections_path,
    environment_variables,
    installed_interpreters,
    run,
    side_by_side,
    stage,
    supported_pairs,
)

# The percentage of lines and branches in plugins/ that the unit tests must cover.
# Of the unit tests alone: what a whole task does is tested in tests/reliability, which is not measured.
COVERAGE_FLOOR = 94

INTEGRATION = ("--venv", "--continue-on-error")

SIMULATOR = Path("tests", "simulator")
CONFORMANCE = Path("tests", "conformance")
END_TO_END = Path("tests", "end_to_end")
BENCH = Path("tests", "bench")
RELIABILITY = Path("tests", "reliability")
DOCUMENTATION = Path("tests", "documentation")
# Its tests that run plays of the documentation.
PLAYS = (
    "test_examples.py",
    "test_keep_newest.py",
    "test_pipeline_recipes.py",
    "test_recipes.py",
    "test_source_recipes.py",
)
GUIDES = Path("docs", "docsite", "rst")
PACKAGING = Path("tests", "packaging")


@dataclass(frozen=True)
class Step:
    """The function of a step, the folder that it requires, and the lane that it runs in.

    The steps of a lane run one after another, at the same time as those of the other lane.
    """

    run: t.Callable[[], None]
    folder: Path = Path()
    lane: str = "tests"


@functools.cache
def newest() -> AnsibleTest:
    """The newest ansible-core that this machine supports."""
    return ansible_test.prepare(*supported_pairs()[0])


@functools.cache
def oldest() -> AnsibleTest:
    """The oldest ansible-core that both the collection and this machine support."""
    return ansible_test.prepare(*supported_pairs()[-1])


def lint() -> None:
    """Runs every linter, even if one fails."""
    tree = stage("clean")
    top = collections_path(tree)
    # The cache is outside the staged tree, which is replaced each time.
    env = environment_variables(checks_venv(), ANSIBLE_COLLECTIONS_PATH=top, MYPY_CACHE_DIR=BUILD / "mypy")
    failures = []
    for cwd, command in linters(top, tree):
        try:
            run(command, cwd=cwd, env=env)
        except ToolError as error:
            failures.append(str(error))
    if failures:
        raise ToolError("\n".join(failures))


def linters(top: Path, tree: Path) -> t.Iterator[tuple[Path, list[str | Path]]]:
    """The command of each linter and the folder to run it in: the staged collection `tree`, or its root `top`."""
    yield tree, ["ruff", "check"]
    yield tree, ["ruff", "format", "--check"]
    yield tree, ["mypy", *existing(tree, "tools", "tests/tools", SIMULATOR, CONFORMANCE, END_TO_END)]
    # Each has a conftest.py; a single run would have several modules of this name.
    for folder in existing(tree, DOCUMENTATION, PACKAGING):
        yield tree, ["mypy", folder]
    # Plugins import each other by their full names, so mypy must start at the root of these.
    collection = tree.relative_to(top)
    plugins = [collection / folder for folder in existing(tree, "plugins", "tests/unit", RELIABILITY)]
    for group in (plugins, [collection / BENCH]):
        yield top, ["mypy", "--config-file", collection / "pyproject.toml", *group]
    yield tree, ["yamllint", "--strict", "."]
    yield tree, ["reuse", "lint", "--lines"]
    schemas = {"workflows": "workflows/*.yml", "issue-forms": "ISSUE_TEMPLATE/*_*.yml"}
    for schema, pattern in schemas.items():
        files = sorted(path.relative_to(tree) for path in (tree / ".github").glob(pattern))
        yield tree, ["check-jsonschema", "--builtin-schema", f"vendor.github-{schema}", *files]
    yield tree, ["antsibull-changelog", "lint"]
    documents = ["--plugin-docs", "--validate-collection-refs", "all", "--check-extra-docs-refs"]
    yield tree, ["antsibull-docs", "lint-collection-docs", *documents, "."]
    yield tree, ["ansible-lint", "--offline", "--nocolor", "--strict"]


def pre_commit() -> None:
    """Commits everything in a new repository with the hook that contributors install."""
    tree, env = stage("commit"), environment_variables(checks_venv())
    (tree / "build").mkdir()
    # The hook reuses what the first `make lint` of a contributor leaves behind.
    for name in ("checks", "mypy"):
        (BUILD / name).mkdir(exist_ok=True)
        (tree / "build" / name).symlink_to(BUILD / name, target_is_directory=True)
    author = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
    run(["pre-commit", "install"], cwd=tree, env=env)
    run(["git", "add", "--all"], cwd=tree, env=env)
    lines = run(["git", *author, "commit", "--quiet", "--allow-empty", "--message", "Everything"], cwd=tree, env=env)
    if not any(re.search(r"^make lint\.+Passed", line) for line in lines):
        raise ToolError("The hook did not run the linters.")


def existing(tree: Path, *folders: str | Path) -> list[Path]:
    return [Path(folder) for folder in folders if (tree / folder).is_dir()]


def sanity() -> None:
    newest().run("sanity")


def sanity_oldest() -> None:
    oldest().run("sanity")


def units() -> None:
    _core, interpreter = supported_pairs()[0]
    # The Pythons between these two have never behaved differently from both.
    run_units(newest(), {installed_interpreters()[0].name, interpreter.name})


def units_oldest() -> None:
    _core, interpreter = supported_pairs()[-1]
    run_units(oldest(), {interpreter.name})


def run_units(bench: AnsibleTest, pythons: t.Iterable[str]) -> None:
    shutil.rmtree(bench.output / "junit", ignore_errors=True)
    for python in sorted(pythons):
        bench.run("units", "--venv", "--python", python)
    count = bench.count_tests()
    print(f"{count} unit tests ran.")
    if count == 0:
        raise ToolError("There are no unit tests.")


def pytest(*arguments: str | Path, venv: Path, **env: str | Path) -> None:
    # Pytest exits with 5 if it finds no test, so an empty folder fails here.
    options = ["-q", "-rs", "-p", "no:cacheprovider"]
    run(["python", "-m", "pytest", *options, *arguments], env=environment_variables(venv, **env))


def tools() -> None:
    pytest("tests/tools", venv=checks_venv(), PYTHONPATH=ROOT / "tools")


def simulator() -> None:
    tests = SIMULATOR / "tests"
    pytest(tests, f"--ignore={tests / 'conformance'}", venv=checks_venv(), PYTHONPATH=ROOT / SIMULATOR)


def conformance() -> None:
    """Compares our signature with that of the vendor's signer, and runs the vendor's SDKs against the simulator."""
    venv, sdks = conformance_venv(), SIMULATOR / "tests" / "conformance"
    paths = f"{ROOT / SIMULATOR}:{collections_path(stage('clean'))}"
    variables = asapi_variables(ROOT / sdks / "requirements-asapi.txt")
    for folder in (CONFORMANCE, sdks):
        pytest(folder, venv=venv, PYTHONPATH=paths, **variables)


def end_to_end() -> None:
    pytest(END_TO_END, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=collections_path(stage("clean")))


def documentation() -> None:
    """Tests what the documentation shows, with the collection installed from its tarball.

    The plays also run on the oldest ansible-core, which may refuse what newer ones accept. Both run in parallel, since
    a play rarely uses more than one processor.
    """
    tests = ([DOCUMENTATION], [DOCUMENTATION / name for name in PLAYS])
    side_by_side(functools.partial(pytest, *paths, venv=venv) for paths, venv in zip(tests, documentation_venvs()))


def docs() -> None:
    """Builds the documentation site, and fails on any warning."""
    print(f"The start page is {run_docs.build() / 'index.html'}")


def reliability() -> None:
    """Runs parts of the sweeps; `make sweep` runs all of them."""
    path = collections_path(stage("clean"))
    pytest(RELIABILITY, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=path, PYTHONPATH=path)


def integration() -> None:
    """Runs two targets at a time, since a play rarely uses more than one processor."""
    bench = newest()
    first, *others = sorted(path.name for path in (ROOT / TARGETS).glob("apsarastack_*"))
    # The first target creates the environment for all of them.
    bench.run("integration", *INTEGRATION, first)
    side_by_side(functools.partial(bench.run, "integration", *INTEGRATION, target, quiet=True) for target in others)


def integration_oldest() -> None:
    """Runs modules on the oldest Python, for targets whose `aliases` file requests it, with a new controller."""
    oldest_python = installed_interpreters()[0].name
    newest().run("integration", *INTEGRATION, "--python", oldest_python, "oldest/python/")


def coverage() -> None:
    """The coverage of the unit tests, in one process.

    ansible-test runs each test in a process of its own, and takes many minutes to combine as many reports.
    """
    tree = stage("coverage")
    env = environment_variables(checks_venv(), COVERAGE_FILE=BUILD / ".coverage")
    measured = ["coverage", "run", "--branch", "--source", "plugins", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    run([*measured, "tests/unit"], cwd=tree, env=env)
    reached = covered_percent(run(["coverage", "report", "--show-missing", "--skip-covered"], cwd=tree, env=env))
    print(f"{reached} % of the lines and branches of plugins/ are covered; the minimum is {COVERAGE_FLOOR} %.")
    if reached < COVERAGE_FLOOR:
        raise ToolError("Coverage is too low.")


def covered_percent(report: t.Iterable[str]) -> int:
    """The percentage in the last row of a coverage report."""
    totals = [line.split() for line in report if line.startswith("TOTAL")]
    if not totals:
        raise ToolError("The coverage report is empty.")
    return int(totals[-1][-1].rstrip("%"))


def install() -> None:
    """Builds what a user gets, and checks it with Galaxy's importer, with ansible-doc, and with its own tests."""
    env = environment_variables(checks_venv())
    tarball = shipping.build(stage("install"), env)
    shipping.import_as_galaxy_does(tarball, env)
    installed = shipping.install(tarball, env)
    shipping.describe_modules(installed, env)
    pytest(PACKAGING, "--tarball", tarball, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=installed)


def demo() -> None:
    run([sys.executable, ROOT / "tools" / "run_demo.py"])


TARGETS = Path("tests", "integration", "targets")
# The steps of ansible-test share its environments.
ANSIBLE_TEST = "ansible-test"

# In the order in which the steps of a lane run: quick ones first.
STEPS = {
    "lint": Step(lint),
    "pre-commit": Step(pre_commit),
    "tools": Step(tools),
    "simulator": Step(simulator, SIMULATOR),
    "conformance": Step(conformance, CONFORMANCE),
    "demo": Step(demo, Path("playbooks")),
    "end-to-end": Step(end_to_end, END_TO_END),
    "docs": Step(docs, GUIDES),
    "documentation": Step(documentation, DOCUMENTATION),
    "reliability": Step(reliability, RELIABILITY),
    "bench": Step(lambda: pytest(BENCH, venv=checks_venv()), BENCH),
    "coverage": Step(coverage),
    "sanity": Step(sanity, lane=ANSIBLE_TEST),
    "units": Step(units, lane=ANSIBLE_TEST),
    "integration": Step(integration, TARGETS, ANSIBLE_TEST),
    "integration-oldest": Step(integration_oldest, TARGETS, ANSIBLE_TEST),
    "sanity-oldest": Step(sanity_oldest, lane=ANSIBLE_TEST),
    "units-oldest": Step(units_oldest, lane=ANSIBLE_TEST),
    "install": Step(install),
}
