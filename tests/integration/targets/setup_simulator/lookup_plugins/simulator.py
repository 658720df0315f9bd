# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a URL of the simulator returns. The lookup ``url`` loads certificates for each request, which takes longer."""

from __future__ import annotations

import http.client
import typing as t
import urllib.parse

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):  # type: ignore[misc] # ansible-core has no types
    def run(self, terms: list[str], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        return [read(urllib.parse.urlsplit(term)) for term in terms]


def read(url: urllib.parse.SplitResult) -> str:
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    connection.request("GET", f"{url.path}?{url.query}")
    response = connection.getresponse()
    text = response.read().decode()
    if response.status >= 300:
        raise AnsibleLookupError(f"{url.path}: {response.status} {text}")
    return text
