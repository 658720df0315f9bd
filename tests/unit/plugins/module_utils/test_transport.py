# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import gzip
import io
import ssl
import threading
import typing as t
import warnings

import pytest
import requests
import urllib3
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import transport
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script, connection

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection

CA_REFUSED = ssl.SSLCertVerificationError(1, "certificate verify failed")


def test_the_garbage_collector_pauses_only_during_the_import() -> None:
    """A task that polls for hours must not keep the cycles of its exceptions."""
    assert gc.isenabled()


def test_the_garbage_collector_leaves_out_what_was_imported() -> None:
    assert not any(each is vars(requests) for each in gc.get_objects())


def post(script: Script, where: Connection | None = None, deadline: Deadline | None = None) -> transport.Answer:
    where = where or connection()
    form = {"Action": "DescribeImages", "ImageName": "镜 *"}
    request = Request("POST", where.endpoint, {"RegionId": "r"}, form)
    return Transport(where, script.session()).send("DescribeImages", request, deadline or Clock().deadline())


def failure(error: Exception) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as raised:
        post(Script(Exchange("DescribeImages", error=error)))
    return raised.value


def wrapped(inner: Exception) -> urllib3.exceptions.MaxRetryError:
    """As urllib3 hands a failed connection to requests."""
    return urllib3.exceptions.MaxRetryError(urllib3.HTTPSConnectionPool("h"), "/", inner)


def new_connection_error(inner: Exception) -> Exception:
    error = urllib3.exceptions.NewConnectionError(t.cast("t.Any", None), "Failed to establish a new connection")
    error.__cause__ = inner
    return error


def test_the_form_is_the_body_of_a_post() -> None:
    script = Script(Exchange("DescribeImages", {"ImageId": "m-1"}, headers={"Date": "now"}))
    answer = post(script)
    (seen,) = script.seen
    assert (seen.method, seen.url) == ("POST", "https://ecs-internal.example.com/")
    assert seen.form == {"Action": "DescribeImages", "ImageName": "镜 *"}
    assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert seen.headers["RegionId"] == "r"
    assert seen.options["stream"] is True, "only a stream can be limited"
    assert (answer.status, answer.headers["date"], answer.content) == (200, "now", b'{"ImageId": "m-1"}')


def test_a_netrc_file_is_ignored(tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine ecs-internal.example.com login somebody password simulator-password")
    monkeypatch.setenv("NETRC", str(netrc))
    script = Script(Exchange("DescribeImages"))
    post(script)
    assert "Authorization" not in script.seen[0].headers


def test_a_redirect_is_returned_and_not_followed() -> None:
    script = Script(Exchange("DescribeImages", status=307, headers={"Location": "https://elsewhere.example.com/"}))
    assert post(script).status == 307


@pytest.mark.parametrize(
    ("verify", "used"), [(True, "/env/ca.pem"), ("/option/ca.pem", "/option/ca.pem"), (False, False)]
)
def test_the_option_for_certificates_wins_over_the_environment(
    verify: bool | str, used: bool | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/env/ca.pem")
    script = Script(Exchange("DescribeImages"))
    post(script, connection(verify=verify))
    assert script.seen[0].options["verify"] == used


@pytest.mark.parametrize(("proxy", "used"), [(None, "http://env:1"), ("http://option:2", "http://option:2"), ("", "")])
def test_the_option_for_the_proxy_wins_over_the_environment(
    proxy: str | None, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://env:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    script = Script(Exchange("DescribeImages"))
    post(script, connection(proxy=proxy))
    assert requests.utils.select_proxy(script.seen[0].url, script.seen[0].options["proxies"]) == used


def test_the_proxy_of_the_option_serves_both_schemes() -> None:
    script = Script(Exchange("DescribeImages"))
    post(script, connection(endpoint="http://ecs.example.com/", proxy="http://option:2"))
    assert requests.utils.select_proxy(script.seen[0].url, script.seen[0].options["proxies"]) == "http://option:2"


def test_no_timeout_is_longer_than_the_rest_of_the_deadline() -> None:
    clock = Clock()
    deadline = clock.deadline(30)
    script = Script(Exchange("DescribeImages"), Exchange("DescribeImages"), Exchange("DescribeImages"))
    post(script, connection(connect_timeout=10, read_timeout=60), deadline)
    clock.now = 25.0
    post(script, connection(connect_timeout=10, read_timeout=60), deadline)
    assert [seen.options["timeout"] for seen in script.seen] == [(10, 30), (5, 5)]


def test_an_unverified_connection_causes_no_warning() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Transport(connection(verify=False))
        warnings.warn("unverified", urllib3.exceptions.InsecureRequestWarning, stacklevel=1)
    assert caught == []


def test_a_body_over_the_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY_BYTES", 1024**2)
    with pytest.raises(NoAnswerError, match="larger than 1 MiB") as raised:
        post(Script(Exchange("DescribeImages", b"x" * (1024**2 + 1))))
    assert (raised.value.permanent, raised.value.sent) == (True, True)


def test_a_body_of_exactly_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY_BYTES", 1000)
    assert len(post(Script(Exchange("DescribeImages", b"x" * 1000))).content) == 1000


def test_a_body_that_is_shorter_than_announced_is_a_lost_answer() -> None:
    with pytest.raises(NoAnswerError, match="cut short") as raised:
        post(Script(Exchange("DescribeImages", b'{"a": 1}', headers={"Content-Length": "10"})))
    assert (raised.value.permanent, raised.value.sent) == (False, True)


def test_a_body_of_the_announced_length_is_complete() -> None:
    assert post(Script(Exchange("DescribeImages", b"{}", headers={"Content-Length": "2"}))).content == b"{}"


def test_reading_ends_with_the_deadline() -> None:
    clock = Clock()
    script = Script(Exchange("DescribeImages", takes=601), on_time=clock.sleep)
    with pytest.raises(NoAnswerError, match="not complete before the deadline"):
        post(script, deadline=clock.deadline())


def test_an_endless_answer_ends_with_the_deadline() -> None:
    # The one test with a real clock, since it limits the real waiting time of a thread.
    release = threading.Event()

    class Stuck(Script):
        def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
            release.wait(30)
            return super().send(request, *arguments, **options)

    with pytest.raises(NoAnswerError, match=r"not complete within 0\.1 seconds") as raised:
        post(Stuck(Exchange("DescribeImages")), deadline=Deadline(0.1))
    release.set()
    assert (raised.value.permanent, raised.value.sent) == (False, True)


def test_a_failing_test_script_is_not_a_connection_error() -> None:
    with pytest.raises(AssertionError, match="unexpected request"):
        post(Script())


def test_without_a_session_one_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    class SessionOfOurs(requests.Session):
        def __init__(self) -> None:
            super().__init__()
            self.mount("https://", Script(Exchange("DescribeImages", b"{}")))

    monkeypatch.setattr(requests, "Session", SessionOfOurs)
    request = Request("POST", connection().endpoint, form={"Action": "DescribeImages"})
    answer = Transport(connection()).send("DescribeImages", request, Clock().deadline())
    assert answer.content == b"{}"


def test_a_compressed_body_is_not_measured_by_its_announced_length() -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(b"{}")
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(packed.getvalue()))}
    assert post(Script(Exchange("DescribeImages", packed.getvalue(), headers=headers))).content == b"{}"
