# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task imports. Tasks spend most of their time on imports, so each new import slows down every task."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_process import Ansible

# The libraries that the collection requires, with everything that they import, and a part of the interpreter itself.
LIBRARIES = "requests, jmespath, gc"
PACKAGE = "ansible_collections.apsarastack.cloud.plugins.module_utils."
OF_ALL = """
    _ecs _ecs.image _ecs.images
    _engine _engine.interruption _engine.validation
    _login _login.endpoints _login.login _login.options _login.origins
    _module _module.arguments _module.given _module.hiding _module.task
    _wire _wire.answers _wire.client _wire.connection _wire.deadline _wire.errors _wire.listing
    _wire.mapping _wire.origins _wire.requesting _wire.services _wire.signing _wire.transport
"""
IMPORTED_BY = {
    "apsarastack_image": f"""
        {OF_ALL} _engine.difference _engine.outcome _engine.plans _engine.tags
        _image _image.changes _image.desired _image.difference _image.execution _image.lookups _image.outcome
        _image.planning _image.snapshot_outcome _image.texts
    """,
    "apsarastack_image_export": f"""
        {OF_ALL} _ecs.task _ecs.tasks _engine.difference _engine.outcome _engine.plans
        _export _export.desired _export.difference _export.execution _export.lookups _export.matching _export.outcome
        _export.planning _export.plans
        _image _image.buckets _image.lookups
    """,
    "apsarastack_image_info": f"{OF_ALL} _engine.tags _image _image.selection",
    "apsarastack_image_retention": f"""
        {OF_ALL} _engine.difference _engine.outcome _engine.plans _engine.tags
        _image _image.changes _image.marks _image.selection _image.snapshot_outcome _image.times
        _retention _retention.desired _retention.difference _retention.execution _retention.judging _retention.lookups
        _retention.outcome _retention.planning _retention.plans
    """,
}
# Of a task that changes nothing, if they are not the name of an image.
OPTIONS = {
    "apsarastack_image_export": {"image_name": "web", "state": "absent"},
    "apsarastack_image_retention": {"name_regex": "^web", "keep": "1"},
}

# Python runs this at the start of each process.
RECORDER = """
import atexit, os, sys
atexit.register(lambda: open(os.environ["IMPORTED"], "w", encoding="utf-8").write(" ".join(sys.modules)))
"""


def imported_by(ansible: Ansible, module: str, **options: str) -> set[str]:
    """The names of all modules that the process of a task that changes nothing has imported."""
    folder = ansible.write("sitecustomize.py", RECORDER).parent
    names = folder / "imported"
    run = ansible.play([{module: options, "environment": {"PYTHONPATH": str(folder), "IMPORTED": str(names)}}])
    assert run.code == 0, run.output
    assert not run.result["changed"], run.output
    return set(names.read_text(encoding="utf-8").split())


@pytest.fixture
def least(ansible: Ansible) -> set[str]:
    """The modules that every task imports."""
    command = [sys.executable, "-c", f"import {LIBRARIES}, sys; print(*sys.modules)"]
    libraries = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.split()
    return imported_by(ansible, "ansible.builtin.ping") | set(libraries)


@pytest.mark.parametrize("module", IMPORTED_BY)
def test_a_task_with_an_access_key_imports_only_what_it_uses(ansible: Ansible, least: set[str], module: str) -> None:
    assert ansible.image(image_name="web", instance_id="i-web-running").code == 0
    options = OPTIONS.get(module, {"image_name": "web"})
    found = imported_by(ansible, f"apsarastack.cloud.{module}", **options) - least

    modules = {name[len(PACKAGE) :] for name in found if name.startswith(PACKAGE)}
    others = {name for name in found if not name.startswith("ansible_collections")}
    new = (modules - set(IMPORTED_BY[module].split())) | others
    gone = set(IMPORTED_BY[module].split()) - modules
    assert not new, f"Each task now imports {sorted(new)}: import it where it is used, or add it to the list above."
    assert not gone, f"No task imports {sorted(gone)} any more: remove it from the list above."
