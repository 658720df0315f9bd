# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of nox: everything that checks, tests or builds the project. `nox --list` shows them.

Those that every collection needs are in antsibull-nox.toml. `make test` runs all that `nox` runs, two at a time: those
that take long come first, so that both end at the same time.
"""

# /// script
# dependencies = ["nox[uv]>=2026.10,<2027", "antsibull-nox>=1.10,<2"]
# ///

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
import typing as t
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))

import ansible_test  # noqa: E402 - found through the line above
from ansible_test import AnsibleTest  # noqa: E402
from environments import free_folder, make_venv  # noqa: E402
from workspace import (  # noqa: E402
    BUILD,
    collections_path,
    environment_variables,
    installed_interpreters,
    side_by_side,
    stage,
    supported_pairs,
)

# What the unit tests must cover of the lines and branches in plugins/, in percent. What a whole task does is tested in
# tests/reliability, which is not measured.
COVERAGE_FLOOR = 94

INTEGRATION = ("integration", "--venv", "--continue-on-error")
RUNTIME = ("requirements.txt", "tests/simulator/requirements.txt")
CONFORMANCE = ("tests/conformance", "tests/simulator/tests/conformance")
DOCUMENTATION = Path("tests", "documentation")

# Shells make background processes ignore SIGINT, and the processes under test would inherit this.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The user's settings and home are not those of the tests.
isolated = environment_variables()
os.environ.clear()
os.environ.update(isolated)

nox.options.allow_parallel = True
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
# What sessions do not share, runs of nox do not share either. A parallel session gets the folder of its run.
if "--parallel-worker" not in sys.argv:
    nox.options.envdir = free_folder(ROOT / ".nox")

# The environments of these sessions are those that `environment` makes, since several sessions share one.
session_ = functools.partial(nox.session, venv_backend="none")


def environment(name: str, *requirements: str, oldest: bool = False) -> Path:
    """The virtual environment `build/environments/NAME`, with requirements (files or packages) and an ansible-core: the
    newest that this machine supports, or the oldest.
    """
    core, interpreter = supported_pairs()[-1 if oldest else 0]
    texts = [ROOT / each if each.endswith(".txt") else each for each in requirements]
    return make_venv(BUILD / "environments" / name, interpreter, [*texts, core.requirement])


def tests_environment() -> Path:
    """What most tests need, which run the collection, the simulator, or the tools of the project."""
    tools = t.cast("list[str]", nox.project.load_toml(__file__)["dependencies"])
    return environment("tests", *RUNTIME, "tests/requirements.txt", "tests/requirements-tools.txt", *tools)


def skip_unless_two_cores(session: nox.Session) -> None:
    """For sessions that would do with the only ansible-core of this machine what another one does."""
    if len(supported_pairs()) == 1:
        core, _interpreter = supported_pairs()[0]
        session.skip(f"ansible-core {core.series} is the only one for the Pythons here (tools/interpreters.py)")


def run(session: nox.Session, venv: Path, command: str, *arguments: str | Path, **env: str | Path) -> None:
    session.run(str(venv / "bin" / command), *map(str, arguments), env=environment_variables(venv, **env))


def pytest(session: nox.Session, venv: Path, *arguments: str | Path, **env: str | Path) -> None:
    """Runs the tests in `arguments`, or those that are named behind `--`."""
    # Pytest exits with 5 if it finds no test, so an empty folder fails here.
    options = ("-q", "-rs", "-p", "no:cacheprovider")
    run(session, venv, "python", "-m", "pytest", *options, *(session.posargs or arguments), **env)


def collections(session: nox.Session) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH with a copy of the collection."""
    return collections_path(stage(session.env_dir))


def newest(session: nox.Session) -> AnsibleTest:
    return ansible_test.prepare(session.env_dir, *supported_pairs()[0])


def oldest(session: nox.Session) -> AnsibleTest:
    skip_unless_two_cores(session)
    return ansible_test.prepare(session.env_dir, *supported_pairs()[-1])


@session_()
def integration(session: nox.Session) -> None:
    """Run the integration targets with ansible-test; what follows `--` replaces its options."""
    bench = newest(session)
    if session.posargs:
        bench.run("integration", *session.posargs)
        return
    first, *others = sorted(path.name for path in (ROOT / "tests/integration/targets").glob("apsarastack_*"))
    # The first target creates the environment for all of them. A play rarely uses more than one processor.
    bench.run(*INTEGRATION, first)
    side_by_side(functools.partial(bench.run, *INTEGRATION, target, quiet=True) for target in others)


@session_()
def documentation(session: nox.Session) -> None:
    """Test what the documentation shows, with the collection installed from its tarball."""
    venv = environment("documentation", *RUNTIME, "tests/documentation/requirements.txt")
    pytest(session, venv, DOCUMENTATION)


@session_()
def reliability(session: nox.Session) -> None:
    """Run parts of the sweeps of faults, kills and random stories; the session `sweep` runs all of them."""
    path = collections(session)
    pytest(session, tests_environment(), "tests/reliability", ANSIBLE_COLLECTIONS_PATH=path, PYTHONPATH=path)


@session_(name="documentation-oldest")
def documentation_oldest(session: nox.Session) -> None:
    """Run each play of the documentation on the oldest ansible-core, which may refuse what newer ones accept."""
    skip_unless_two_cores(session)
    files = (*RUNTIME, "tests/documentation/requirements.txt")
    venv = environment("documentation-oldest", *files, oldest=True)
    pytest(session, venv, "-m", "every_core", DOCUMENTATION)


@session_()
def sanity(session: nox.Session) -> None:
    """Run the sanity tests of ansible-test."""
    newest(session).run("sanity", *session.posargs)


@session_(name="units-pythons")
def units_pythons(session: nox.Session) -> None:
    """Run the unit tests with ansible-test, on the oldest and on the newest Python here."""
    _core, interpreter = supported_pairs()[0]
    # The Pythons between these two have never behaved differently from both.
    newest(session).run_units(installed_interpreters()[0].name, interpreter.name)


@session_(name="end-to-end")
def end_to_end(session: nox.Session) -> None:
    """Test whole tasks with ansible-playbook, over every kind of connection."""
    pytest(session, tests_environment(), "tests/end_to_end", ANSIBLE_COLLECTIONS_PATH=collections(session))


@session_(name="sanity-oldest")
def sanity_oldest(session: nox.Session) -> None:
    """Run the sanity tests of the oldest ansible-core."""
    oldest(session).run("sanity", *session.posargs)


antsibull_nox.load_antsibull_nox_toml()


@session_(name="integration-oldest")
def integration_oldest(session: nox.Session) -> None:
    """Run modules on the oldest Python here, for targets whose `aliases` file requests it."""
    newest(session).run(*INTEGRATION, "--python", installed_interpreters()[0].name, "oldest/python/")


@session_(name="units-oldest")
def units_oldest(session: nox.Session) -> None:
    """Run the unit tests with the oldest ansible-core."""
    _core, interpreter = supported_pairs()[-1]
    oldest(session).run_units(interpreter.name)


@session_()
def units(session: nox.Session) -> None:
    """Run the unit tests and measure what they cover; `-- tests/unit/...` runs some of them."""
    venv = tests_environment()
    if session.posargs:
        pytest(session, venv)
        return
    coverage = functools.partial(run, session, venv, "coverage", COVERAGE_FILE=session.env_dir / ".coverage")
    coverage("run", "--branch", "--source", "plugins", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit")
    coverage("report", "--show-missing", "--skip-covered", f"--fail-under={COVERAGE_FLOOR}")


@session_()
def docs(session: nox.Session) -> None:
    """Build the documentation site, and fail on any warning."""
    run(session, environment("docs", "requirements.txt", "tests/requirements-docs.txt"), "python", "tools/run_docs.py")


@session_()
def conformance(session: nox.Session) -> None:
    """Compare our signature with that of the vendor's signer, and run the vendor's SDKs against the simulator."""
    # Without ansible-core, since the vendor's packages require old versions of others.
    _core, interpreter = supported_pairs()[0]
    folders = (".", "tests", "tests/simulator", *CONFORMANCE)
    files = [ROOT / folder / "requirements.txt" for folder in folders]
    venv = make_venv(BUILD / "environments" / "conformance", interpreter, files)
    env: dict[str, str | Path] = {"PYTHONPATH": f"{ROOT / 'tests/simulator'}:{collections(session)}"}
    # The ApsaraStack SDK has its own environment, with a Python that it supports.
    fitting = [each for each in installed_interpreters() if each.version <= (3, 11)]
    if fitting:
        file = ROOT / CONFORMANCE[1] / "requirements-asapi.txt"
        asapi = make_venv(BUILD / "environments" / "asapi", fitting[-1], [file])
        env["APSARASTACK_SIMULATOR_ASAPI_PYTHON"] = asapi / "bin" / "python"
    for folder in CONFORMANCE:
        pytest(session, venv, folder, **env)


@session_()
def simulator(session: nox.Session) -> None:
    """Test the simulator."""
    tests = ("tests/simulator/tests", f"--ignore={CONFORMANCE[1]}")
    pytest(session, tests_environment(), *tests, PYTHONPATH=ROOT / "tests/simulator")


@session_()
def bench(session: nox.Session) -> None:
    """Test what a task costs in calls, connections and memory; the session `measure` writes docs/speed.md."""
    pytest(session, tests_environment(), "tests/bench")


@session_()
def workflows(session: nox.Session) -> None:
    """Check the workflows and the issue forms of the forge."""
    for schema, pattern in {"workflows": "workflows/*.yml", "issue-forms": "ISSUE_TEMPLATE/*_*.yml"}.items():
        files = sorted(str(path) for path in Path(".github").glob(pattern))
        schemas = ("--builtin-schema", f"vendor.github-{schema}")
        run(session, tests_environment(), "check-jsonschema", *schemas, *files)


@session_()
def fragments(session: nox.Session) -> None:
    """Check the fragments of the change log."""
    run(session, tests_environment(), "antsibull-changelog", "lint")


@session_()
def tools(session: nox.Session) -> None:
    """Test the tools, the layers, and what the project promises about itself."""
    pytest(session, tests_environment(), "tests/tools", PYTHONPATH=ROOT / "tools")


@session_()
def demo(session: nox.Session) -> None:
    """Show the lifecycle of an image on the simulator."""
    session.run(sys.executable, "tools/run_demo.py")


@session_(name="pre-commit")
def pre_commit(session: nox.Session) -> None:
    """Commit everything in a new repository, with the hook that contributors install."""
    venv, tree = tests_environment(), stage(session.env_dir)
    # The hook uses the nox that contributors have by then.
    (tree / "build").mkdir()
    (tree / "build" / "nox").symlink_to(BUILD / "nox", target_is_directory=True)
    with session.chdir(tree):
        run(session, venv, "pre-commit", "install")
        session.run("git", "add", "--all")
        author = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
        commit = ("git", *author, "commit", "--quiet", "--allow-empty", "--message", "Everything")
        output = session.run(*commit, silent=True, env=environment_variables(venv))
    print(output)
    if "make lint" not in str(output):
        session.error("The hook did not run the linters.")


@session_(requires=["build-import-check"])
def package(session: nox.Session) -> None:
    """Install the tarball that Galaxy would import, and test it; it is left in build/dist."""
    venv = environment("package", *RUNTIME, "tests/requirements.txt", "galaxy-importer>=0.4.30,<0.5")
    (built,) = session.env_dir.parent.glob("build-import-check/tmp/collection/*.tar.gz")
    dist, installed = BUILD / "dist", BUILD / "installed"
    for folder in (dist, installed):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    tarball = shutil.copy(built, dist)
    run(session, venv, "ansible-galaxy", "collection", "install", "--offline", "-p", installed, tarball)
    pytest(session, venv, "tests/packaging", "--tarball", tarball, ANSIBLE_COLLECTIONS_PATH=installed)


@session_(default=False)
def sweep(session: nox.Session) -> None:
    """Run the fault and crash sweeps and 50,000 random stories, and write docs/reliability.md."""
    whole = ("tests/reliability/whole.py", "docs/reliability.md")
    run(session, tests_environment(), "python", *whole, PYTHONPATH=collections(session))


@session_(default=False)
def measure(session: nox.Session) -> None:
    """Measure calls, time and memory of the modules, and write docs/speed.md; other processes distort the times."""
    path = collections(session)
    run(session, tests_environment(), "python", "tests/bench/measure.py", "docs/speed.md", path, PYTHONPATH=path)


@session_(default=False)
def guide(session: nox.Session) -> None:
    """Write the tables of the guide on state from tests/situations."""
    run(session, tests_environment(), "python", DOCUMENTATION / "state_tables.py")


@session_(default=False)
def mutation(session: nox.Session) -> None:
    """Run mutation tests on the modules that only compute."""
    files = ("requirements.txt", "tests/unit/requirements.txt", "tests/requirements-mutation.txt")
    run(session, environment("mutation", *files), "python", "tools/run_mutation.py")


@session_(default=False)
def changelog(session: nox.Session) -> None:
    """Write the release notes of the version in galaxy.yml; see RELEASING.md."""
    run(session, tests_environment(), "python", "tools/run_changelog.py")


if __name__ == "__main__":
    nox.main()
