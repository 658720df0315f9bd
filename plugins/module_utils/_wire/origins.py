# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the values of a connection come from, for messages about them."""

from __future__ import annotations

import typing as t


class Origins(t.NamedTuple):
    """``variables``: option to the environment variable of its value. ``unused``: option to its variable and to the
    option of the task because of which that variable is not used."""

    variables: t.Mapping[str, str] = {}
    unused: t.Mapping[str, tuple[str, str]] = {}

    def named(self, option: str) -> str:
        """The option and the origin of its value, for messages about that value."""
        variable = self.variables.get(option)
        return f"{option} ({'set in the task' if variable is None else f'set by {variable}'})"

    def note(self, options: t.Iterable[str]) -> str:
        """A sentence, after a blank, for each of ``options`` whose variable is set but not used."""
        return "".join(
            f" The environment variable {variable} is set, but is not used because the task gives {rival}."
            for variable, rival in (self.unused[option] for option in options if option in self.unused)
        )


FROM_TASK = Origins()
