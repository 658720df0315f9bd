# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and its answer over a keep-alive session, limited in time and size.

``transport_failures`` turns exceptions of the libraries into errors of the collection.
"""

from __future__ import annotations

import gc
import queue
import threading
import typing as t
import warnings

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import UnusableAnswerError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.route import Route

# An import only adds objects that stay: the collector would walk all of them repeatedly, for 8 % of the time, and find
# nothing. Without ``freeze``, it would do so once more after the import, and take everything apart at the end of the
# process, for another 10 %.
gc.disable()
try:
    import requests
    import urllib3
except ImportError:
    # The module reports it with the standard message of Ansible.
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True
finally:
    gc.freeze()
    gc.enable()

# A page of the largest possible images has less than 1 MiB. A decoded body can take thirty times its size.
LARGEST_BODY_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
# urllib3 refuses a timeout of 0.
SHORTEST_TIMEOUT_SECONDS = 0.001

_Outcome = t.TypeVar("_Outcome")


class Answer(t.NamedTuple):
    """A response: status, headers (case-insensitive), and the decoded bytes of the body."""

    status: int
    headers: t.Mapping[str, str]
    content: bytes


class Transport:
    """Sends requests with the certificates, the proxy and the timeouts of the connection."""

    def __init__(self, route: Route, session: requests.Session | None = None) -> None:
        self._route = route
        self.session = requests.Session() if session is None else session
        if route.verify is False:
            # The user has turned verification off; a warning with each call would not help.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def send(self, action: str, request: Request, deadline: Deadline) -> Answer:
        """Sends one request once. ``action``: for the error message.

        Raises NoAnswerError; RefusalError if this host cannot send with these settings.
        """
        try:
            return _within(self._longest_seconds(deadline), lambda: self._exchange(request, deadline))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # Imported only for failures, so that successful tasks stay fast.
            from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import transport_failures  # noqa: PLC0415

            raise transport_failures.explained(error, action, self._route) from error

    def _longest_seconds(self, deadline: Deadline) -> float:
        whole = self._route.connect_timeout + self._route.read_timeout
        return min(whole, deadline.remaining())

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        route = self._route
        rest = max(deadline.remaining(), SHORTEST_TIMEOUT_SECONDS)
        proxies = None if route.proxy is None else {"http": route.proxy, "https": route.proxy}
        # Certificates and proxies are passed with the request: only there they take precedence over the environment.
        with self.session.request(
            request.method,
            request.url,
            data=dict(request.form),
            headers=dict(request.headers),
            auth=_no_authentication,
            allow_redirects=False,
            stream=True,
            verify=route.verify,
            proxies=proxies,
            timeout=(min(route.connect_timeout, rest), min(route.read_timeout, rest)),
        ) as response:
            return Answer(response.status_code, response.headers, _read(response, deadline))


def _no_authentication(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without ``auth``, requests would read the user's netrc file and add a header."""
    return request


def _within(seconds: float, function: t.Callable[[], _Outcome]) -> _Outcome:
    """Calls the function, but waits no longer than this; raises TimeoutError.

    The timeouts of a socket limit each single read, but neither their sum nor the resolution of a name: a server that
    sends single bytes would block the task forever. The thread of an abandoned call ends with the process.
    """
    outcomes: queue.SimpleQueue[tuple[_Outcome | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcomes.put((function(), None))
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            outcomes.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        outcome, error = outcomes.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"the answer was not complete within {seconds:.1f} seconds") from None
    if error is not None:
        raise error
    return t.cast("_Outcome", outcome)


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    """The decompressed body. Raises UnusableAnswerError if it is too large or truncated."""
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > LARGEST_BODY_BYTES:
            problem = f"the answer is larger than {LARGEST_BODY_BYTES // 1024**2} MiB"
            raise UnusableAnswerError(problem, permanent=True)
        if deadline.is_over():
            raise TimeoutError("the answer was not complete before the deadline")
    announced = response.headers.get("Content-Length", "")
    # urllib3 1.26 returns a truncated body as if it were complete.
    if "Content-Encoding" not in response.headers and announced.isdecimal() and len(content) < int(announced):
        raise UnusableAnswerError("the answer was cut short", permanent=False)
    return bytes(content)
