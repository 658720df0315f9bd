# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removes secrets from the result, at the very end and only from its free text.

Values for decisions, including those of playbooks (``reason``, codes, ids, ``changed``), are never modified: a secret
may be a substring of any of them.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import re
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import CUT, plain_text

HIDDEN = "********"
# A truncated secret of at most this length reveals nothing.
_LONGEST_REST = 3
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
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
        # Patterns of encoded characters take long to compile, and few texts contain any.
        pattern = _percent_encoded if _ENCODED.search(text) else re.escape
        text = re.sub("|".join(map(pattern, forms)), HIDDEN, text)
        return _without_rests(text, forms) if CUT in text else text


def _forms(secret: str) -> set[str]:
    """The secret itself, and as Python, JSON, single lines of plain text, forms and base64 write it."""
    written = {secret, repr(secret)[1:-1], plain_text(secret), secret.replace(" ", "+")}
    written |= {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    # The requests library encodes the password of a proxy as Latin-1.
    for content in {secret.encode(encoding, "replace") for encoding in ("utf-8", "latin-1")}:
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(content).decode()
            written |= {encoded, encoded.rstrip("=")}
    return {form for form in written if form}


def _percent_encoded(form: str) -> str:
    """A pattern for the form in which any characters may be percent-encoded, any number of times."""
    return "".join(map(_character, form))


@functools.cache
def _character(character: str) -> str:
    """A pattern for one character, with hexadecimal digits in upper or lower case."""
    encoded = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "replace"))
    # Encoded first: a percent sign is also the start of its own encoding. Forms write a blank as a plus sign.
    blank = r"|%(?:25)*2b|\+" if character == " " else ""
    return f"(?:(?i:{encoded}{blank})|{re.escape(character)})"


def _without_rests(text: str, forms: t.Sequence[str]) -> str:
    """A truncated text may end with the beginning of a secret."""
    *truncated, last = text.split(CUT)
    return CUT.join([*(_without_rest(part, forms) for part in truncated), last])


def _without_rest(text: str, forms: t.Sequence[str]) -> str:
    """The text without the beginning of a form at its end."""
    starts = [start for form in forms for start in range(len(text)) if _is_rest(text, start, form)]
    return text[: min(starts)] + HIDDEN if starts else text


def _is_rest(text: str, start: int, form: str) -> bool:
    """Whether the text consists, from ``start`` on, of the beginning of the form."""
    end, length = start, 0
    for character in form:
        found = re.compile(_character(character)).match(text, end)
        if found is None:
            break
        end, length = found.end(), length + 1
    # The last character may be truncated itself.
    return length > _LONGEST_REST and re.fullmatch("(%[%0-9A-Fa-f]*)?", text[end:]) is not None


def _proxy_secrets(proxy: str) -> t.Iterator[str]:
    """The password in the URL of a proxy: encoded, decoded, and with its user, which are sent in base64.

    The URL may be invalid, for example because of a password with a plain ``#``, so no library splits it.
    """
    user, _colon, password = proxy.partition("://")[2 if "://" in proxy else 0].rpartition("@")[0].partition(":")
    if password:
        decoded = urllib.parse.unquote(password)
        yield from (password, decoded)
        yield f"{urllib.parse.unquote(user)}:{decoded}"
