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
    # The module says so, with the platform's standard message.
    HAS_JMESPATH = False
else:
    HAS_JMESPATH = True


@functools.cache
def compiled(expression: str) -> t.Any:
    """The compiled JMESPath expression; compiling costs more than searching, so it happens once."""
    return jmespath.compile(expression)
