# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a job with the API of ansible-runner: reads the arguments as JSON, and writes the events as JSON.

This is a separate process, since ansible-runner forks, which a process with threads should not do.
"""

from __future__ import annotations

import json
import sys

import ansible_runner

if __name__ == "__main__":
    runner = ansible_runner.run(**json.load(sys.stdin), quiet=True)
    json.dump({"status": runner.status, "rc": runner.rc, "events": list(runner.events)}, sys.stdout)
