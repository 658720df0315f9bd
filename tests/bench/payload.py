# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible sends to a host for one task: the module and everything that it imports, in one file."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import subprocess
import sys
import tempfile
import typing as t
import zipfile
from pathlib import Path

# The zip file of the module, in the script that unpacks it. Nothing else in the script is as long.
_ZIPPED = re.compile(r"[A-Za-z0-9+/]{2000,}={0,2}")


@dataclasses.dataclass(frozen=True)
class Payload:
    """``size``: bytes that are sent. ``files``: compressed bytes of each file in it, by its path there."""

    size: int
    files: t.Mapping[str, int]


def payload_of(module: str, environment: t.Mapping[str, str], arguments: str = "") -> Payload:
    """What is sent for a task of ``module``; the parameters are those of `sent_script`.

    The task runs, but may fail, because what is sent depends only on the module. Tasks whose action plugin prepares the
    module, such as copy, must get as far as that.
    """
    script = sent_script(module, environment, arguments)
    (zipped,) = _ZIPPED.findall(script)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(zipped))) as archive:
        return Payload(len(script), {each.filename: each.compress_size for each in archive.infolist()})


def sent_script(module: str, environment: t.Mapping[str, str], arguments: str = "") -> str:
    """The file that is sent for a task of ``module``, as built by the ``ansible`` of the running Python.

    ``environment``: the variables of that process; ANSIBLE_COLLECTIONS_PATH must contain the collection.
    ``arguments``: of the task, as ``key=value`` pairs or as a JSON object.
    """
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            [str(Path(sys.executable).with_name("ansible")), "localhost", "-c", "local", "-m", module, "-a", arguments],
            env={**environment, "ANSIBLE_KEEP_REMOTE_FILES": "true", "ANSIBLE_REMOTE_TMP": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        sent = list(Path(folder).glob(f"*/AnsiballZ_{module.rpartition('.')[2]}.py"))
        if len(sent) != 1:
            raise RuntimeError(f"Nothing was sent for {module}:\n{process.stdout}")
        return sent[0].read_text(encoding="utf-8")
