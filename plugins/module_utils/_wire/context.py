# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hint may depend on: the options of the task, and the call that failed."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

_PLACES = ("endpoint", "popgw_domain", "domain")
# Those of the region that an image is copied from.
_OTHER_ENDPOINT, _OTHER_REGION = "copy_from.endpoint", "copy_from.region"
# The options that complete the address of the site.
_WITH_PLACES: t.Mapping[str, t.Sequence[str]] = {
    "popgw_domain": ("is_center_region", "protocol"),
    "domain": ("protocol",),
}
_TENANT = ("department", "resource_group", "resource_group_set_name")
# The first that is set provides the keys.
_KEYS = ("access_key", "profile", "shared_credentials_file", "ecs_role_name")


@dataclasses.dataclass(frozen=True)
class Context:
    """What a hint may depend on.

    ``options``: those of the task, defaults and environment included. ``origins``: for each option whose value came
    from an environment variable, the name of that variable. ``action``: the call that failed, ``said`` what the cloud
    said of it, and ``endpoint`` its URL; all are empty if no call failed. ``clock_offset``: seconds by which the clock
    of the cloud is ahead; None if unknown. ``maybe_done``: an earlier attempt of the call may have been carried out.
    """

    options: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    origins: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    action: str = ""
    said: str = ""
    endpoint: str = ""
    clock_offset: float | None = None
    maybe_done: bool = False

    def value(self, option: str) -> t.Any:
        """``option``: its name, or that of an entry of a dictionary after a dot."""
        name, _dot, entry = option.partition(".")
        value = self.options.get(name)
        return (value or {}).get(entry) if entry else value

    def has(self, option: str) -> bool:
        return self.value(option) not in (None, "")

    def named(self, option: str) -> str:
        """The option with its value, if any, and the variable that the value came from."""
        value = f" {inserted(self.value(option))}" if self.has(option) else ""
        return f"{option}{value}{self.origin(option)}"

    def origin(self, option: str) -> str:
        return f" (set by {self.origins[option]})" if option in self.origins else ""

    def first(self, options: t.Sequence[str]) -> str | None:
        """The first option that is set."""
        return next((option for option in options if self.has(option)), None)

    def place(self) -> str | None:
        """The option that selects the server which was called: that of the task, or of the region to copy from."""
        return (self._place_elsewhere() if self.endpoint else None) or self.first(_PLACES)

    def _place_elsewhere(self) -> str | None:
        host = _host(self.endpoint)
        if self.has(_OTHER_ENDPOINT):
            return _OTHER_ENDPOINT if _host(self.value(_OTHER_ENDPOINT)) == host else None
        # The host of the task's region, with the name of the other one.
        region = str(self.value(_OTHER_REGION)).lower()
        is_derived = region in host.split(".") and region != str(self.value("region")).lower()
        return _OTHER_REGION if is_derived else None

    def site(self) -> str:
        """The option that selects the site."""
        place = self.place()
        if place is None:
            return "endpoint, popgw_domain or domain"
        return f"{self.named(place)} (or set {_OTHER_ENDPOINT})" if place == _OTHER_REGION else self.named(place)

    def is_url(self) -> bool:
        """Whether the option that selects the site is a URL, whose scheme wins over ``protocol``."""
        place = self.place()
        return "://" in str(self.value(str(self.first(_PLACES) if place == _OTHER_REGION else place)))

    def way(self) -> str:
        """The options that define how the site is reached. The URL of a proxy is not shown, since it may contain a
        password."""
        others = _WITH_PLACES.get(str(self.place()), ())
        proxy = [f"proxy{self.origin('proxy')}"] if self.has("proxy") else []
        *most, last = (self.site(), *map(self.named, others), *proxy)
        return f"{', '.join(most)} and {last}" if most else last

    def provider(self) -> str:
        """The option that provides the keys."""
        return self.first(_KEYS) or "access_key"

    def keys(self) -> str:
        """The options that provide the keys."""
        if self.provider() == "access_key":
            return f"{self._key('access_key')} and {self._key('secret_key')}"
        return self.named(self.provider())

    def _key(self, option: str) -> str:
        """Where it was set. Not its value: an access key that was swapped with its secret key is a secret."""
        is_from_task = self.has(option) and option not in self.origins
        return f"{option} (set in the task)" if is_from_task else f"{option}{self.origin(option)}"

    def tenant(self) -> str:
        """The options that select the organization and the resource set; empty if none is set."""
        # The name of a resource set is ignored if its id is given.
        passed_over = "resource_group_set_name" if self.has("resource_group") else ""
        return " and ".join(self.named(option) for option in _TENANT if self.has(option) and option != passed_over)

    def view(self) -> str:
        """What the task can see: ``in region 'r' with department '37'``."""
        tenant = f" with {self.tenant()}" if self.tenant() else ""
        return f"in {self.named('region')}{tenant}"

    def listed(self, *options: str) -> str:
        """The options as words: ``region 'r', department and resource_group``."""
        *most, last = map(self.named, options)
        return f"{', '.join(most)} and {last}"


def _host(address: str) -> str:
    """The host of a valid URL or of a valid host with or without a port, which is included."""
    return urllib.parse.urlsplit(address if "://" in address else f"//{address}").netloc.lower().strip("[]")
