# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters as tables: each action lists what it takes, and one reader judges what is unknown or malformed."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .errors import CloudError, invalid, missing
from .wire import json_or_none

if t.TYPE_CHECKING:
    from .wire import Parameters

Parse = t.Callable[[str, str], t.Any]

# Spoken by every client on every action; the gateway or nobody reads them.
COMMON = frozenset(
    [
        "Action",
        "Version",
        "Format",
        "AccessKeyId",
        "Timestamp",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "SignatureType",
        "SecurityToken",
        "Signature",
        "RegionId",
        "Department",
        "OrganizationId",
        "ResourceGroup",
        "Product",
        "AccountInfo",
        "x-acs-body",
        "OwnerAccount",
        "OwnerId",
        "ResourceOwnerAccount",
        "ResourceOwnerId",
        "AcceptLanguage",
    ]
)
_INDEXED = re.compile(r"^(?P<name>[A-Za-z]+)\.(?P<number>[1-9][0-9]{0,8})(?:\.(?P<member>.+))?$")


def text(_name: str, value: str) -> str:
    return value


def integer(name: str, value: str) -> int:
    """Decimal, and of a length that Python still turns into a number."""
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise invalid(name)
    return int(value)


def positive(name: str, value: str) -> int:
    number = integer(name, value)
    if number < 1:
        raise invalid(name)
    return number


def boolean(name: str, value: str) -> bool:
    """Any case: SDKs send true, True and TRUE."""
    if value.lower() not in ("true", "false"):
        raise invalid(name)
    return value.lower() == "true"


def id_array(name: str, value: str) -> list[str]:
    """A JSON array of ids in text form."""
    ids = json_or_none(value)
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise invalid(name)
    return ids


def comma_list(_name: str, value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def one_of(code: str, *choices: str) -> Parse:
    """A closed set of values, compared as they are written."""

    def parse(_name: str, value: str) -> str:
        if value not in choices:
            raise CloudError(code)
        return value

    return parse


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One value. `missing` is the code for its absence; empty counts as absent."""

    name: str
    parse: Parse = text
    required: bool = False
    missing: str = "MissingParameter"
    default: t.Any = None


@dataclasses.dataclass(frozen=True)
class Repeated:
    """`Name.N` or, with members, `Name.N.Member`. `aliases`: member names of older releases."""

    name: str
    members: tuple[str, ...] = ()
    required: bool = False
    missing: str = "MissingParameter"
    maximum: int = 0
    too_many: str = "InvalidParameter"


Specification = tuple[t.Union[Parameter, Repeated], ...]
Entry = dict[str, str]


class Arguments:
    """What an action was given, read and judged; typed on the way out."""

    def __init__(self, values: dict[str, t.Any], empty: t.Collection[str] = ()) -> None:
        self._values = values
        self._empty = frozenset(empty)

    def was_empty(self, name: str) -> bool:
        """Sent with an empty value, which counts as absent unless a release treats it differently."""
        return name in self._empty

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value is None else str(value)

    def required_text(self, name: str) -> str:
        return str(self._values[name])

    def number(self, name: str) -> int:
        return int(self._values[name])

    def flag(self, name: str) -> bool:
        return bool(self._values.get(name))

    def texts(self, name: str) -> list[str]:
        return list(self._values.get(name) or [])

    def given(self, name: str) -> bool:
        """Given and not empty; an id array may be given and hold nothing."""
        return self._values.get(name) is not None

    def entries(self, name: str) -> list[Entry]:
        return list(self._values.get(name) or [])

    def image_id(self) -> str:
        """The one image that the call names, or nothing."""
        value = self._values.get("ImageId")
        if isinstance(value, list):
            return str(value[0]) if len(value) == 1 else ""
        return str(value or "")

    def fingerprint(self) -> str:
        """Equal for equal business parameters, however they were spelt on the wire."""
        return json.dumps(self._values, sort_keys=True)


def read(specification: Specification, raw: Parameters) -> tuple[Arguments, list[str]]:
    """(arguments, names that the action does not know). Raises CloudError."""
    scalars = {item.name: item for item in specification if isinstance(item, Parameter)}
    repeated = {item.name: item for item in specification if isinstance(item, Repeated)}
    values: dict[str, t.Any] = {}
    entries: dict[str, dict[int, Entry]] = {}
    unknown: list[str] = []
    for name in sorted(raw):
        if name in scalars:
            if raw[name]:
                values[name] = scalars[name].parse(name, raw[name])
        elif not _indexed(name, raw[name], repeated, entries) and name not in COMMON:
            unknown.append(name)
    _defaults(scalars.values(), values)
    _lists(repeated.values(), entries, values)
    return Arguments(values, [name for name in scalars if raw.get(name) == ""]), unknown


def _indexed(name: str, value: str, repeated: t.Mapping[str, Repeated], entries: dict[str, dict[int, Entry]]) -> bool:
    """Put one `Name.N[.Member]` where it belongs; False when the action has no such list."""
    found = _INDEXED.match(name)
    item = repeated.get(found.group("name")) if found else None
    if found is None or item is None:
        return False
    entry = entries.setdefault(item.name, {}).setdefault(int(found.group("number")), {})
    member = found.group("member")
    if member is None:
        entry.update(_whole(name, value, item))
        return True
    member = _member(member, item)
    if member is None:
        return False
    entry[member] = value
    return True


def _member(member: str, item: Repeated) -> str | None:
    """The member as listed. `Tag.1.key` is the spelling of older releases; `TagValues.1` is a list in a list."""
    head, dot, tail = member.partition(".")
    head = head[:1].upper() + head[1:]
    return head + dot + tail if head in item.members else None


def _whole(name: str, value: str, item: Repeated) -> Entry:
    """`Name.N=value`; the ApsaraStack SDK writes an object there as compact JSON."""
    if not item.members:
        return {"": value}
    entry = json_or_none(value)
    if not isinstance(entry, dict):
        raise invalid(name)
    return {_member(str(key), item) or str(key): str(part) for key, part in entry.items()}


def _defaults(scalars: t.Iterable[Parameter], values: dict[str, t.Any]) -> None:
    for item in scalars:
        if item.name in values:
            continue
        if item.required:
            raise missing(item.name) if item.missing == "MissingParameter" else CloudError(item.missing)
        values[item.name] = item.default


def _lists(
    repeated: t.Iterable[Repeated], entries: t.Mapping[str, t.Mapping[int, Entry]], values: dict[str, t.Any]
) -> None:
    for item in repeated:
        numbered = entries.get(item.name, {})
        listed = [numbered[number] for number in sorted(numbered)]
        if item.required and not listed:
            raise missing(f"{item.name}.1") if item.missing == "MissingParameter" else CloudError(item.missing)
        if item.maximum and len(listed) > item.maximum:
            raise CloudError(item.too_many)
        values[item.name] = listed if item.members else [entry[""] for entry in listed]
