# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from run_docs import problems

OWN = [
    "guide_state.rst:20: WARNING: undefined label: 'ansible_collections.apsarastack.cloud.docsite.nothing' [ref.ref]",
    "guide_state.rst:7: ERROR: Unknown directive type",
]
FOREIGN = [
    "apsarastack_image_module.rst:2290: WARNING: undefined label: 'common_return_values' [ref.ref]",
    "writing output... [ 50%] docsite/guide_state",
]


def test_a_warning_is_an_error_unless_it_is_about_a_label_of_ansible() -> None:
    assert problems([*FOREIGN, *OWN]) == OWN
