# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.apsarastack.cloud.plugins.module_utils._module.libraries import missing_library
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import mapping, transport

if TYPE_CHECKING:
    import pytest


def test_importable_libraries_are_not_reported() -> None:
    assert missing_library() is None


def test_a_missing_library_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "HAS_JMESPATH", False)
    assert missing_library() == "jmespath"
    monkeypatch.setattr(transport, "HAS_REQUESTS", False)
    assert missing_library() == "requests"
