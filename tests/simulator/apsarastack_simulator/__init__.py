# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated ApsaraStack: the ECS image API over real HTTP(S).

Written from the public wire contract alone: it shares no code with the collection that it tests.
"""

from __future__ import annotations

__version__ = "0.1.0"
