# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main function of all modules: their interface to ansible-core, and how a task becomes a result."""

from __future__ import annotations

import functools
import os
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import interruption
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.login import client_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.origins import origins_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.given import (
    Given,
    Spec,
    drop_blank_rivals,
    from_environment,
    given_in,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import mapping, transport
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, plain_text
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import Origins

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

    # The work of a module: returns its result, including ``changed``. Raises ApsaraStackError.
    Work = t.Callable[["TaskModule"], t.Mapping[str, t.Any]]


class TaskModule(AnsibleModule):  # type: ignore[misc] # ansible-core has no types
    """An AnsibleModule with the connection options, which treats null as omitted (see ``given``).

    ``given``: the options of the task. ``origins``: where the values of the connection options come from. ``secrets``:
    what no result may contain.
    """

    params: dict[str, t.Any]

    def __init__(self, arguments: t.Mapping[str, t.Any], **rules: t.Any) -> None:
        """``rules``: further arguments of AnsibleModule."""
        self.origins = Origins()
        self.given = Given()
        self._is_checked = False
        self._exclusive = rules.get("mutually_exclusive", ())
        super().__init__(argument_spec={**connection_spec(), **arguments}, supports_check_mode=True, **rules)
        for warning in self.given.warnings:
            self.warn(warning)
        if self.given.problems:
            # Only now Ansible knows what it must hide.
            self.fail_json(msg="")
        self.secrets = Secrets(self.params)
        self._is_checked = True

    def run(
        self, work: Work, own_hints: t.Callable[[], Hints], left: str = interruption.LEFT_BY_A_WRITER
    ) -> t.NoReturn:
        """Runs the work and exits with its result, whose ``warnings`` are passed to Ansible, or with the failure.

        ``own_hints``: those of the module's resource, loaded only for failures. ``left``: the text for users about an
        interrupted task.
        """
        for library, is_there in {"requests": transport.HAS_REQUESTS, "jmespath": mapping.HAS_JMESPATH}.items():
            if not is_there:
                self.fail_json(msg=missing_required_lib(library), reason="missing_library")
        try:
            with interruption.reported(left):
                result = work(self)
        except ApsaraStackError as error:
            self._fail(error, own_hints())
        self.exit_json(**self._shown(result))
        raise AssertionError("exit_json returned")

    @functools.cached_property
    def deadline(self) -> Deadline:
        """The deadline of the whole task, which starts when it is first used."""
        return Deadline(self.params["wait_timeout"])

    def connect(self) -> Client:
        """The client that the connection options describe. Raises ApsaraStackError."""
        return client_from(self.params, self.deadline, self.secrets.add, self.origins)

    def log_line(self, line: str) -> None:
        """Writes to the log of the host, without secrets, unless the task or Ansible has switched that off."""
        self.log(self.secrets.out_of(plain_text(line)))

    def _fail(self, error: ApsaraStackError, own_hints: Hints) -> t.NoReturn:
        # Imported only for failures, so that successful tasks stay fast.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._module import failures  # noqa: PLC0415
        from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context  # noqa: PLC0415

        context = Context(self.params, self.origins.variables)
        self.fail_json(**self._shown(failures.result_of(error, context, own_hints)))

    def _shown(self, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        shown = self.secrets.hidden(result)
        for warning in shown.pop("warnings", ()):
            self.warn(warning)
        return shown

    def _load_params(self) -> None:
        """Ansible's hook for reading the parameters, which are validated next."""
        super()._load_params()
        self.given, self.origins = options_of(self.params, self.argument_spec, os.environ, self._exclusive)
        self.params = dict(self.given.options)

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        """Like Ansible's own; a failure of its checks gets a reason, and our sentences if there are any."""
        if not self._is_checked:
            result.setdefault("reason", "invalid_input")
            msg = _problem(msg, self.given.problems, self.origins)
        super().fail_json(msg, **result)
        raise AssertionError("fail_json returned")


def _problem(by_ansible: str, problems: t.Sequence[str], origins: Origins) -> str:
    """Our sentences, or Ansible's with the variable of each option that it is about."""
    if problems:
        return "; ".join(problems) + ". Nothing was sent."
    # It lists all options if it does not know one.
    about, _listing, _options = by_ansible.partition("Supported parameters")
    named = [option for option in origins.variables if re.search(rf"\b{option}\b", about)]
    told = [f"{option} is set by the environment variable {origins.variables[option]}." for option in named]
    return " ".join([f"{by_ansible.rstrip('.')}.", *told]) if told else by_ansible


def options_of(
    raw: t.Mapping[str, t.Any],
    spec: Spec,
    environment: t.Mapping[str, str],
    exclusive: t.Iterable[t.Collection[str]] = (),
) -> tuple[Given, Origins]:
    """The options of the task, and of the environment for omitted ones, before validation.

    ``exclusive``: groups of options of which a task gives one.
    """
    connection = connection_spec()
    given = given_in(_without_empty_connection_options(raw, connection), spec)
    drop_blank_rivals(given, exclusive)
    origins = origins_of(given.options, connection, environment)
    texts = {option: environment[variable] for option, variable in origins.variables.items()}
    from_environment(texts, connection, origins.named, given)
    return given, origins


def _without_empty_connection_options(raw: t.Mapping[str, t.Any], connection: Spec) -> dict[str, t.Any]:
    """Treats empty connection options, for example from templates, as omitted, except ``proxy``, where it means no
    proxy."""
    aliases = {alias for rule in connection.values() for alias in rule.get("aliases", ())}
    optional = (connection.keys() | aliases) - {"proxy"}
    return {
        name: value
        for name, value in raw.items()
        if not (name in optional and isinstance(value, str) and not value.strip())
    }
