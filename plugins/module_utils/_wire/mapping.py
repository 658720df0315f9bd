# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mapping of answers into documented shapes, by JMESPath."""

from __future__ import annotations

import functools
import typing as t

try:
    import jmespath
except ImportError:
    # The module reports it with the standard message of Ansible.
    HAS_JMESPATH = False
else:
    HAS_JMESPATH = True


@functools.cache
def compiled(expression: str) -> t.Any:
    """The compiled JMESPath expression; it is compiled only once, since this takes longer than searching."""
    return jmespath.compile(expression)
