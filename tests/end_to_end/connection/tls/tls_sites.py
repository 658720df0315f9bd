# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sites with certificates of the tests, and the failure of a task that does not trust one."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from sites import WHOLE, client, own_images

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator


@dataclasses.dataclass(frozen=True)
class Site:
    """A running server, and the file with its CA."""

    simulator: Simulator
    ca_path: str

    @property
    def options(self) -> dict[str, t.Any]:
        return {**WHOLE, "endpoint": self.simulator.endpoint}

    def refusal(self, **options: t.Any) -> NoAnswerError:
        """The failure of a task with these options. Options that are None are omitted."""
        error = refusal(**{**self.options, "ca_path": self.ca_path, **options})
        assert f"{self.simulator.endpoint}/" in error.message
        assert self.simulator.calls() == []
        return error


def refusal(**options: t.Any) -> NoAnswerError:
    """The permanent failure of the first call, before it is sent."""
    with pytest.raises(NoAnswerError) as raised:
        own_images(client(**{name: value for name, value in options.items() if value is not None}))
    error = raised.value
    assert (error.permanent, error.sent, error.reason) == (True, False, "tls")
    assert "_ssl.c" not in error.message
    assert "validate_certs=false" not in error.message
    return error


Start = t.Callable[..., Site]
