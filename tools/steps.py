# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of `make test`. A step is a function that raises ToolError when what it looks at is not in order."""

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

# Percent of the lines and branches of plugins/ that units and integration tests together have to reach.
COVERAGE_FLOOR = 97

INTEGRATION = ("--venv", "--continue-on-error")

SIMULATOR = Path("tests", "simulator")
CONFORMANCE = Path("tests", "conformance")
END_TO_END = Path("tests", "end_to_end")
BENCH = Path("tests", "bench")
RELIABILITY = Path("tests", "reliability")
DOCUMENTATION = Path("tests", "documentation")
# The tests of it that run plays of the documentation.
PLAYS = ("test_examples.py", "test_keep_newest.py", "test_recipes.py")
GUIDES = Path("docs", "docsite", "rst")
PACKAGING = Path("tests", "packaging")


@dataclass(frozen=True)
class Step:
    """A step's function, and the folder without which there is nothing to do for it yet."""

    run: t.Callable[[], None]
    folder: Path = Path()


@functools.cache
def newest() -> AnsibleTest:
    """The newest ansible-core that can be had here."""
    bench = ansible_test.prepare(*supported_pairs()[0])
    # What earlier runs covered were other lines.
    bench.forget_results()
    return bench


@functools.cache
def oldest() -> AnsibleTest:
    """The oldest ansible-core that the collection supports and that can be had here."""
    return ansible_test.prepare(*supported_pairs()[-1])


def lint() -> None:
    """Runs every linter, also after one failed."""
    tree = stage("clean")
    top = collections_path(tree)
    # A cache outside of the staged tree, which is made anew each time.
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
    """Each linter's command and the folder to run it in: the staged collection `tree`, or `top`, which holds it."""
    yield tree, ["ruff", "check"]
    yield tree, ["ruff", "format", "--check"]
    yield tree, ["mypy", *existing(tree, "tools", "tests/tools", SIMULATOR, CONFORMANCE, END_TO_END)]
    # A conftest.py of its own each: in one run there would be several modules of this name.
    for folder in existing(tree, DOCUMENTATION, PACKAGING):
        yield tree, ["mypy", folder]
    # Plugins import each other by their full names, so that mypy has to start where these begin.
    collection = tree.relative_to(top)
    plugins = [collection / folder for folder in existing(tree, "plugins", "tests/unit", RELIABILITY)]
    for group in (plugins, [collection / BENCH]):
        yield top, ["mypy", "--config-file", collection / "pyproject.toml", *group]
    yield tree, ["yamllint", "--strict", "."]
    yield tree, ["antsibull-changelog", "lint"]
    documents = ["--plugin-docs", "--validate-collection-refs", "all", "--check-extra-docs-refs"]
    yield tree, ["antsibull-docs", "lint-collection-docs", *documents, "."]
    yield tree, ["ansible-lint", "--offline", "--nocolor", "--strict"]


def pre_commit() -> None:
    """A first commit of everything, in a repository with the hook that contributors install."""
    tree, env = stage("commit"), environment_variables(checks_venv())
    (tree / "build").mkdir()
    # The hook finds what the first `make lint` of a contributor leaves.
    for name in ("checks", "mypy"):
        (BUILD / name).mkdir(exist_ok=True)
        (tree / "build" / name).symlink_to(BUILD / name, target_is_directory=True)
    author = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
    run(["pre-commit", "install"], cwd=tree, env=env)
    run(["git", "add", "--all"], cwd=tree, env=env)
    lines = run(["git", *author, "commit", "--quiet", "--allow-empty", "--message", "Everything"], cwd=tree, env=env)
    if not any(re.search(r"^make lint\.+Passed", line) for line in lines):
        raise ToolError("The hook has not run the linters.")


def existing(tree: Path, *folders: str | Path) -> list[Path]:
    return [Path(folder) for folder in folders if (tree / folder).is_dir()]


def sanity() -> None:
    newest().run("sanity")


def sanity_oldest() -> None:
    oldest().run("sanity")


def units() -> None:
    _core, interpreter = supported_pairs()[0]
    # The Pythons between these two have not been seen to differ from both.
    run_units(newest(), {installed_interpreters()[0].name, interpreter.name}, "--coverage")


def units_oldest() -> None:
    _core, interpreter = supported_pairs()[-1]
    run_units(oldest(), {interpreter.name})


def run_units(bench: AnsibleTest, pythons: t.Iterable[str], *options: str) -> None:
    shutil.rmtree(bench.output / "junit", ignore_errors=True)
    for python in sorted(pythons):
        bench.run("units", "--venv", "--python", python, *options)
    count = bench.count_tests()
    print(f"{count} unit tests ran.")
    if count == 0:
        raise ToolError("There are no unit tests.")


def pytest(*arguments: str | Path, venv: Path, **env: str | Path) -> None:
    # Pytest exits with 5 when it finds no test, so an empty folder fails here.
    options = ["-q", "-rs", "-p", "no:cacheprovider"]
    run(["python", "-m", "pytest", *options, *arguments], env=environment_variables(venv, **env))


def tools() -> None:
    pytest("tests/tools", venv=checks_venv(), PYTHONPATH=ROOT / "tools")


def simulator() -> None:
    tests = SIMULATOR / "tests"
    pytest(tests, f"--ignore={tests / 'conformance'}", venv=checks_venv(), PYTHONPATH=ROOT / SIMULATOR)


def conformance() -> None:
    """The vendor's own packages as the judge: its signer of our signature, its SDKs of the simulator."""
    venv, sdks = conformance_venv(), SIMULATOR / "tests" / "conformance"
    paths = f"{ROOT / SIMULATOR}:{collections_path(stage('clean'))}"
    variables = asapi_variables(ROOT / sdks / "requirements-asapi.txt")
    for folder in (CONFORMANCE, sdks):
        pytest(folder, venv=venv, PYTHONPATH=paths, **variables)


def end_to_end() -> None:
    pytest(END_TO_END, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=collections_path(stage("clean")))


def documentation() -> None:
    """What the documentation shows, on the collection as it is installed from its tarball.

    The plays in it run on the oldest ansible-core as well, which may refuse what a later one takes. Both at a time,
    since a play keeps hardly more than one processor busy.
    """
    tests = ([DOCUMENTATION], [DOCUMENTATION / name for name in PLAYS])
    side_by_side(functools.partial(pytest, *paths, venv=venv) for paths, venv in zip(tests, documentation_venvs()))


def docs() -> None:
    """The documentation site, without a warning."""
    print(f"The site begins at {run_docs.build() / 'index.html'}")


def reliability() -> None:
    """The sweeps thinned out; `make sweep` runs them whole."""
    path = collections_path(stage("clean"))
    pytest(RELIABILITY, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=path, PYTHONPATH=path)


def integration() -> None:
    """Two targets at a time: a play keeps hardly more than one processor busy."""
    bench = newest()
    first, *others = sorted(path.name for path in (ROOT / TARGETS).glob("apsarastack_*"))
    # The first makes the environment in which all run.
    bench.run("integration", *INTEGRATION, first)
    side_by_side(functools.partial(bench.run, "integration", *INTEGRATION, target, quiet=True) for target in others)


def integration_oldest() -> None:
    """Modules on the oldest Python, in the targets whose `aliases` file asks for it; the controller stays new.

    These pass through all of a module's `main`, which is what the unit tests leave out. To count what the other targets
    cover, too, would make them take half as long again and find nothing more.
    """
    oldest_python = installed_interpreters()[0].name
    newest().run("integration", *INTEGRATION, "--coverage", "--python", oldest_python, "oldest/python/")


def coverage() -> None:
    bench = newest()
    bench.run("coverage", "combine")
    reached = covered_percent(bench.run("coverage", "report", "--show-missing", "--include", "plugins/*"))
    print(f"{reached} % of the lines and branches of plugins/ are covered; the floor is {COVERAGE_FLOOR} %.")
    if reached < COVERAGE_FLOOR:
        raise ToolError("Coverage is below the floor.")


def covered_percent(report: t.Iterable[str]) -> int:
    """The percentage in the last row of a coverage report."""
    totals = [line.split() for line in report if line.startswith("TOTAL")]
    if not totals:
        raise ToolError("The coverage report is empty.")
    return int(totals[-1][-1].rstrip("%"))


def install() -> None:
    """Builds what a user gets, and holds it against Galaxy's importer, Ansible in a folder elsewhere, and its tests."""
    env = environment_variables(checks_venv())
    tarball = shipping.build(stage("clean"), env)
    shipping.import_as_galaxy_does(tarball, env)
    installed = shipping.install(tarball, env)
    shipping.describe_modules(installed, env)
    pytest(PACKAGING, "--tarball", tarball, venv=checks_venv(), ANSIBLE_COLLECTIONS_PATH=installed)


def demo() -> None:
    run([sys.executable, ROOT / "tools" / "run_demo.py"])


TARGETS = Path("tests", "integration", "targets")

# In the order in which they run: quick ones first, coverage after what it counts.
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
    "sanity": Step(sanity),
    "units": Step(units),
    "integration": Step(integration, TARGETS),
    "integration-oldest": Step(integration_oldest, TARGETS),
    "coverage": Step(coverage),
    "sanity-oldest": Step(sanity_oldest),
    "units-oldest": Step(units_oldest),
    "install": Step(install),
}
