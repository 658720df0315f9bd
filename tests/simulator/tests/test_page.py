# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page, as a browser shows it."""

from __future__ import annotations

import html.parser
import http.client
import pathlib
import shutil
import subprocess
import typing as t

import pytest

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = f"none of {', '.join(BROWSERS)} is on the PATH: install Debian's package chromium"


def get(port: int, path: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, str(response.getheader("Content-Type")), text


@pytest.mark.parametrize("path", ["/_simulator", "/_simulator/"])
def test_the_page_is_served_and_loads_nothing_from_elsewhere(simulator: Simulator, path: str) -> None:
    status, content_type, text = get(simulator.port, path)
    assert (status, content_type) == (200, "text/html; charset=utf-8")
    assert "<title>Simulated ApsaraStack</title>" in text
    assert "src=" not in text
    assert text.count("http") == text.count("https://www.gnu.org/licenses/gpl-3.0.txt")


class Tables(html.parser.HTMLParser):
    """The texts of the cells of each table, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.progress: list[str] = []
        self._table = ""
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table = dict(attrs)["id"] or ""
            self.rows[self._table] = []
        elif tag == "tr":
            self.rows[self._table].append([])
        elif tag in ("td", "th"):
            self._in_cell = True
            self.rows[self._table][-1].append("")
        elif tag == "progress":
            self.progress.append(dict(attrs)["value"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[self._table][-1][-1] += data


def rendered(simulator: Simulator, profile: pathlib.Path) -> Tables:
    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if browser is None:
        pytest.skip(NO_BROWSER)
    # As root, as containers mostly are, the browser starts without its own sandbox only.
    words = [browser, "--headless=new", "--disable-gpu", "--no-sandbox", f"--user-data-dir={profile}"]
    words += ["--virtual-time-budget=3000", "--dump-dom", f"{simulator.endpoint}/_simulator"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    tables = Tables()
    tables.feed(done.stdout)
    return tables


def test_a_browser_shows_the_whole_cloud(simulator: Simulator, caller: Caller, tmp_path: pathlib.Path) -> None:
    simulator.knobs(create_time=1000, export_time=0)
    simulator.speed(0)
    image_id = caller.create("golden", **{"Tag.1.Key": "team", "Tag.1.Value": "<b>ops</b>"})
    created = str(caller.find(ImageId=image_id)[0]["CreationTime"])
    simulator.advance(370)
    caller.call("DeleteImage", ImageId="m-in-use")
    task_id = caller.call("ExportImage", ImageId="m-in-use", OSSBucket="exports").body["TaskId"]
    simulator.fault(action="Describe*", code="Throttling", skip=2, times=3)
    simulator.fault(action="DeleteImage", drop="after", times=0)
    tables = rendered(simulator, tmp_path)
    newest = tables.rows["images"][1]
    assert newest[:4] == ["golden", image_id, "Creating", " 37%"]
    assert newest[4] in created and newest[5] == "i-web-running"
    assert tables.progress[0] == "37"
    assert newest[6].strip() == "team=<b>ops</b>"
    export, delete, create = tables.rows["writes"][1:]
    assert export[2:4] == ["ExportImage", "200 OK"]
    refusal = ("2", "DeleteImage", "403 ImageUsingByInstance", "ImageId=m-in-use")
    assert (delete[0], delete[2], delete[3], delete[5]) == refusal
    assert (create[2], create[3]) == ("CreateImage", "200 OK")
    assert create[4].endswith(" ms")
    assert [row[:3:2] for row in tables.rows["reads"][1:]] == [["1", "DescribeImages"]]
    assert tables.rows["faults"][1:] == [
        ["Describe*", "Throttling", "0 of 3, skips 2"],
        ["DeleteImage", "drop after", "0 of ∞"],
    ]
    assert tables.rows["knobs"][1:] == [["create_time", "1000"], ["export_time", "0"]]
    assert ["i-web-stopped", "Stopped", "ubuntu_22_04_x64_20G_alibase.vhd"] in tables.rows["instances"]
    snapshots = {name: (number, status, disk) for number, name, status, _time, disk in tables.rows["snapshots"][1:]}
    number, *others = snapshots[f"SnapshotForImage-{image_id}-data"]
    assert number.startswith("s-") and others == ["progressing", "data, 100 GiB"]
    (task,) = tables.rows["tasks"][1:]
    assert [*task[:4], task[5]] == [task_id, "ExportImage", "Finished", " 100%", "m-in-use"]
    assert ["exports", "m-in-use_system.raw.tar.gz"] in tables.rows["buckets"]


def test_the_page_says_what_is_neither_armed_nor_changed(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    simulator.reset()
    tables = rendered(simulator, tmp_path)
    assert tables.rows["faults"][1:] == [["no armed faults"]]
    assert tables.rows["knobs"][1:] == [["all knobs have their defaults"]]
