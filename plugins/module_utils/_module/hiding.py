# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removes secrets from the result, at the very end and only from its free text.

Values for decisions, including those of playbooks (``reason``, codes, ids, ``changed``), are never modified: a secret
may be a substring of any of them.
"""

from __future__ import annotations

import base64
import json
import os
import re
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import CUT, plain_text

HIDDEN = "********"
# A truncated secret of at most this length reveals nothing.
_LONGEST_REST = 3
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


class Secrets:
    """The strings that no result may contain."""

    def __init__(self, params: t.Mapping[str, t.Any]) -> None:
        """``params``: those of the module, which contain the first secrets."""
        self._texts: set[str] = set()
        # The access key is one as well: it may have been swapped with the secret key.
        self.add(params.get("access_key"), params.get("secret_key"), params.get("security_token"))
        variables = (value for name, value in os.environ.items() if name.lower() in _PROXY_VARIABLES)
        for proxy in (params.get("proxy"), *variables):
            self.add(*_proxy_secrets(proxy or ""))

    def add(self, *secrets: str | None) -> None:
        """Adds secrets that the task obtains itself; call it as soon as they are known."""
        self._texts.update(secret.strip() for secret in secrets if secret is not None and secret.strip())

    def hidden(self, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The result without secrets in ``msg``, in the warnings, and in the messages of the cloud."""
        shown = {**result}
        if "msg" in shown:
            shown["msg"] = self.out_of(shown["msg"])
        if "warnings" in shown:
            shown["warnings"] = [self.out_of(warning) for warning in shown["warnings"]]
        if "error" in shown:
            shown["error"] = self._without_message(shown["error"])
        for told in ("snapshots_failed", "skipped_images"):
            if told in shown:
                shown[told] = [self._without_message(each) for each in shown[told]]
        return shown

    def _without_message(self, said: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        message = said["message"]
        return {**said, "message": None if message is None else self.out_of(message)}

    def out_of(self, text: str) -> str:
        """The text without the secrets in all their encodings."""
        # Longer forms first, so that a form that is part of another does not expose the rest.
        forms = sorted({form for secret in self._texts for form in _forms(secret)}, key=len, reverse=True)
        if not forms:
            return text
        text = re.sub("|".join(map(re.escape, forms)), HIDDEN, text)
        return _without_rests(text, forms) if CUT in text else text


def _forms(secret: str) -> set[str]:
    """The secret itself, and its encodings in URLs, forms, strings to sign, Python, JSON and single lines of plain
    text."""
    written = {secret, repr(secret)[1:-1], plain_text(secret)}
    written |= {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    once = set(_encoded(secret))
    whole = written | once | {form for text in once for form in _encoded(text)}
    return {form for form in whole if form}


def _encoded(text: str) -> t.Iterator[str]:
    for encode in (urllib.parse.quote, urllib.parse.quote_plus):
        for safe in ("~", "/~"):
            encoded = encode(text, safe=safe)
            yield from (encoded, _lower(encoded))


def _lower(encoded: str) -> str:
    """The same with lower-case hexadecimal digits, as some servers write them."""
    head, *parts = encoded.split("%")
    return "%".join((head, *(part[:2].lower() + part[2:] for part in parts)))


def _without_rests(text: str, forms: t.Sequence[str]) -> str:
    """A truncated text may end with the beginning of a secret."""
    rests = {form[:length] for form in forms for length in range(_LONGEST_REST + 1, len(form))}
    for rest in sorted(rests, key=len, reverse=True):
        text = text.replace(rest + CUT, HIDDEN + CUT)
    return text


def _proxy_secrets(proxy: str) -> t.Iterator[str]:
    """The password in the URL of a proxy: encoded, decoded, and with its user as it is sent.

    The URL may be invalid, for example because of a password with a plain ``#``, so no library splits it.
    """
    user, _colon, password = proxy.partition("://")[2 if "://" in proxy else 0].rpartition("@")[0].partition(":")
    if password:
        decoded = urllib.parse.unquote(password)
        yield from (password, decoded)
        yield base64.b64encode(f"{urllib.parse.unquote(user)}:{decoded}".encode()).decode()
