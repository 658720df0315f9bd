# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random sequences of runs, a colleague, faults and stale lists in virtual time, and the rules that they must follow.

`story` describes what happens, `play` carries it out, `judge` finds the violations; `adapter` is the only module that
knows the code under test.
"""
