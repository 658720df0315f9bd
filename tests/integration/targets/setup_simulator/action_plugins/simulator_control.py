# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes the simulator on the controller: the process of a module would take ten times as long."""

from __future__ import annotations

import http.client
import json
import typing as t
import urllib.parse

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """``url``, ``method``, and ``body``, which is sent as JSON."""

    _requires_connection = False

    def run(self, tmp: None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        url = urllib.parse.urlsplit(self._task.args["url"])
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        connection.request(self._task.args["method"], url.path, json.dumps(self._task.args["body"]))
        response = connection.getresponse()
        if response.status >= 300:
            raise AnsibleActionFail(f"{url.path}: {response.status} {response.read().decode()}")
        return {**result, "changed": True}
