# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters as ansible-core gives them to a module, so that no test lists the options of one."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator


def params_of(spec: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of a task, with the defaults of those that it omits."""
    result = ArgumentSpecValidator(spec).validate(dict(options))
    assert result.error_messages == []
    return dict(result.validated_parameters)
