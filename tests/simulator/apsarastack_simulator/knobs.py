# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All switches of the simulated site with their defaults. README.md explains them."""

from __future__ import annotations

import dataclasses
import fnmatch
import typing as t

from .actions import NAMES, REGISTRY

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


# The values of the knobs that are a choice, the default first.
CHOICES: dict[str, tuple[str, ...]] = {
    "failed_status": ("CreateFailed", "UnAvailable", "gone"),
    "progress": ("linear", "absent", "stalling"),
    "image_names": ("strict", "2018", "2021"),
    "name_match": ("exact", "fuzzy"),
    "delete_unknown": ("404", "200"),
    "delete_creating": ("403", "200"),
    "device_prefix": ("xvd", "vd"),
    "snapshot_names": ("image_id", "image_name", "other"),
    "os_type_case": ("lower", "title"),
    "token_mismatch_code": (
        "IdempotentParameterMismatch",
        "IdempotenceParamNotMatch",
        "InvalidParamter.Conflict",
        "InvalidIdempotenceParameter.Mismatch",
    ),
    "token_in_progress": ("first_result", "IdempotentProcessing", "LastTokenProcessing"),
    "unknown_action": ("InvalidAction.NotFound", "InvalidAction", "InvalidApi.NotFound"),
    "unknown_parameter": ("reject", "ignore"),
    "secret_parameter": ("refuse", "note"),
    "dry_run": ("perform", "honor"),
    "same_region_copy": ("allow", "refuse"),
    "second_copy": ("queue", "refuse"),
    "queued_copy": ("Waiting", "Creating"),
    "region_hosts": ("any", "own"),
    "too_many_accounts": ("none", "first_ten"),
    "unknown_accounts": ("refuse", "accept"),
    "canceled_status": ("Canceled", "Cancelled", "Failed"),
    "canceled_import": ("gone", "CreateFailed"),
    "import_status": ("Creating", "Waiting"),
    "import_sizes": ("2021", "2025"),
    "failed_task": ("Failed", "Finished"),
    "windows_license": ("optional", "required"),
    "task_shape": ("table", "sample"),
    "task_id_field": ("TaskId", "2018"),
    "related_items": ("always", "finished"),
    "missing_role_code": ("NoSetRoletoECSServiceAcount", "NoSetRoletoECSServiceAccount"),
    "missing_source_code": ("MissingParameter", "InvalidParameter.AllEmpty"),
    "foreign_tenant": ("forbidden", "empty"),
    "denied_lists": ("forbidden", "empty"),
    "metadata_token": ("optional", "required"),
    "body": ("decorated", "plain", "asapi200"),
    "gateway": ("both", "pop", "asapi"),
}

# What the patterns of a knob may name: a pattern that fits nothing is a typing error, and would change nothing.
PATTERNS: dict[str, frozenset[str]] = {
    "missing_actions": NAMES,
    "denied_actions": NAMES,
    "ignored_parameters": frozenset(
        f"{action.name}.{parameter.name}" for action in REGISTRY.values() for parameter in action.specification
    ),
}


@dataclasses.dataclass
class Knobs:
    """Times are seconds of the simulated clock. A comment names what forces the knob to exist."""

    # Life cycle. Real builds take minutes; three seconds keep a demo alive.
    create_time: float = 3.0
    copy_time: float = 3.0
    copy_visible_after: float = 0.0
    export_time: float = 3.0
    import_time: float = 3.0
    copies_at_a_time: int = 1
    queued_copy: str = "Waiting"
    waiting_time: float = 0.0
    visible_after: float = 0.0
    delete_latency: float = 0.0
    modify_latency: float = 0.0
    tag_list_lag: float = 0.0
    available_but_not_usable: float = 0.0
    usable_field: bool = False
    newest_fields: bool = False
    pending_time: float = 0.0
    fail_next_create: str = "0"
    fail_next_task: str = "0"
    failed_status: str = "CreateFailed"
    progress: str = "linear"
    progress_sign: bool = True

    # Where public sources disagree, the stricter reading is the default.
    names_unique: bool = False
    image_names: str = "strict"
    name_match: str = "exact"
    max_page_size: int = 100
    delete_unknown: str = "404"
    delete_creating: str = "403"
    force_deletes_shared: bool = False
    clear_on_empty: bool = False
    description_minimum: int = 2
    disk_size_maximum: int = 32768
    device_prefix: str = "xvd"
    snapshot_names: str = "image_id"
    os_type_case: str = "lower"
    known_statuses: str = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"
    # Only the newest SDK texts name it.
    status_all: bool = False
    optional_fields: bool = True
    legacy_status: bool = False
    tag_resources: bool = True
    tags_per_call: int = 20
    token_mismatch_code: str = "IdempotentParameterMismatch"
    token_ttl: float = 86400.0
    token_in_progress: str = "first_result"
    throttling_status: int = 400
    unknown_action: str = "InvalidAction.NotFound"
    unknown_parameter: str = "reject"
    # The first provider of Terraform sends its secret in every call, which sites ignore.
    secret_parameter: str = "refuse"
    # Observed on a real site: the gateway carries out a dry run.
    dry_run: str = "perform"
    missing_source_code: str = "MissingParameter"
    foreign_tenant: str = "forbidden"
    denied_actions: tuple[str, ...] = ()
    # DescribeInstances is documented to list nothing rather than to refuse.
    denied_lists: str = "forbidden"

    # Copies. The documentation of 2021 refuses those within a region, which clients of real sites make.
    same_region_copy: str = "allow"
    second_copy: str = "queue"
    kms: bool = True

    # Shares.
    too_many_accounts: str = "none"
    # A client's tests share with a number that is made up.
    unknown_accounts: str = "refuse"

    # Tasks, and the buckets that they read and write.
    canceled_status: str = "Canceled"
    canceled_import: str = "gone"
    import_status: str = "Creating"
    import_sizes: str = "2021"
    import_formats: str = "raw,vhd,qcow2,vmdk"
    # The text of a newer SDK requires a license for Windows.
    windows_license: str = "optional"
    failed_task: str = "Failed"
    task_shape: str = "table"
    task_id_field: str = "TaskId"
    task_resource_id: bool = False
    related_items: str = "always"
    missing_role_code: str = "NoSetRoletoECSServiceAcount"
    export_formats: str = "raw,vhd,qcow2,vmdk,vdi"

    # Quotas.
    image_quota: int = 100
    snapshot_quota: int = 256
    share_quota: int = 50
    family_quota: int = 100
    images_per_family: int = 100
    # Their numbers are not published.
    export_quota: int = 5
    weekly_export_quota: int = 100

    # What a release does not have, or takes without a word and ignores.
    missing_actions: tuple[str, ...] = ()
    ignored_parameters: tuple[str, ...] = ()

    # Lists that are not what they say.
    short_pages: int = 0
    shifting_pages: int = 0

    # The metadata server of an instance.
    metadata_token: str = "optional"
    role_seconds: float = 21600.0

    # The site as a whole.
    body: str = "decorated"
    gateway: str = "both"
    region_hosts: str = "any"
    acs3: bool = True
    skew_seconds: float = 900.0
    clock_offset: float = 0.0

    def changed(self, changes: t.Mapping[str, t.Any]) -> Knobs:
        """A copy with these changes. Raises ValueError that names the knob and what it takes."""
        fields = {field.name: field for field in dataclasses.fields(self)}
        unknown = sorted(set(changes) - set(fields))
        if unknown:
            raise ValueError(f"unknown knob {', '.join(unknown)}; there are {', '.join(sorted(fields))}")
        values = {name: _read(fields[name], value) for name, value in changes.items()}
        return dataclasses.replace(self, **values)

    def next_failure(self, name: str) -> str:
        """Why the next of its kind fails, or nothing. The knob is a number of failures or, for one, the reason."""
        told = str(getattr(self, name))
        if told in ("", "0"):
            return ""
        counted = told.isdecimal()
        setattr(self, name, str(int(told) - 1) if counted else "0")
        return f"the knob {name}" if counted else told

    def as_dict(self) -> dict[str, t.Any]:
        return dataclasses.asdict(self)

    def as_changes(self) -> dict[str, t.Any]:
        """Those with another value than the default."""
        defaults = Knobs().as_dict()
        return {name: value for name, value in self.as_dict().items() if value != defaults[name]}


def fits(name: str, patterns: t.Iterable[str]) -> bool:
    """Whether one of the patterns names it."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _read(field: dataclasses.Field[t.Any], value: t.Any) -> t.Any:
    readers: dict[str, t.Callable[[t.Any], t.Any]] = {
        "bool": _read_bool,
        "int": int,
        "float": float,
        "str": str,
        "tuple[str, ...]": _read_names,
    }
    reader = readers[str(field.type)]
    try:
        read = reader(value)
    except (TypeError, ValueError):
        raise ValueError(f"knob {field.name} takes a value of type {field.type}, not {value!r}") from None
    choices = CHOICES.get(field.name, ())
    if choices and read not in choices:
        raise ValueError(f"knob {field.name} takes one of {', '.join(choices)}, not {value!r}")
    for pattern in read if field.name in PATTERNS else ():
        if not any(fits(name, [pattern]) for name in PATTERNS[field.name]):
            raise ValueError(f"knob {field.name}: {pattern!r} fits nothing that the simulator knows")
    return read


def _read_names(value: t.Any) -> tuple[str, ...]:
    """A list, or text with commas."""
    names = value.split(",") if isinstance(value, str) else [str(name) for name in value]
    return tuple(name.strip() for name in names if name.strip())


def _read_bool(value: t.Any) -> bool:
    text = str(value).lower()
    if text not in _TRUE + _FALSE:
        raise ValueError(text)
    return text in _TRUE
