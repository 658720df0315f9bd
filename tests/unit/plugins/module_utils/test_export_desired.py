# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export may require, and whether a task of the cloud is that export."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.matching import Fit, fit
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_export import ARGUMENTS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.export_bench import WANTED, stored, task
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of

OPTIONS = {"image_name": "web", "bucket": "exports", "prefix": "nightly"}


def test_the_desired_export_holds_the_values_of_the_options() -> None:
    assert desired_from(params_of(ARGUMENTS, OPTIONS)) == WANTED


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"bucket": "ab"}, "bucket must have 3 to 63"),
        ({"bucket": "a" * 64}, "bucket must have 3 to 63"),
        ({"bucket": "Exports"}, "bucket must have 3 to 63"),
        ({"bucket": "exports-"}, "bucket must have 3 to 63"),
        ({"bucket": "exports\n"}, "bucket must have 3 to 63"),
        (
            {"bucket": "bob:simulator-secret@exports"},
            "bucket must have 3 to 63 lower-case letters, digits and hyphens, and must start and end with a letter or "
            "a digit, but is a URL with a password or a token, which is not shown",
        ),
        ({"prefix": "oss://bob:simulator-secret@exports"}, "prefix must have 1 to 30 letters and digits, but is a URL"),
        ({"bucket": " "}, "bucket is a blank string"),
        ({"prefix": ""}, "prefix is an empty string"),
        ({"prefix": "a_b"}, "prefix must have 1 to 30 letters and digits, but is 'a_b'"),
        ({"prefix": "ä"}, "prefix must have 1 to 30 letters and digits"),
        ({"prefix": "a" * 31}, "prefix must have 1 to 30 letters and digits"),
        ({"role_name": ""}, "role_name is an empty string"),
        ({"image_name": " "}, "image_name is a blank string"),
        ({"image_id": "m-1, m-2"}, "image_id is 'm-1, m-2': it must be one id"),
        ({"wait_timeout": 0}, "wait_timeout must be at least 1 second"),
    ],
)
def test_input_that_no_release_accepts_is_refused(options: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(RefusalError) as caught:
        desired_from(params_of(ARGUMENTS, {**OPTIONS, **options}))
    assert (caught.value.reason, caught.value.message[: len(problem)]) == ("invalid_input", problem)


@pytest.mark.parametrize("prefix", ["a", "A1", "a" * 30])
def test_a_valid_prefix_is_accepted(prefix: str) -> None:
    assert desired_from(params_of(ARGUMENTS, {**OPTIONS, "prefix": prefix})).prefix == prefix


WITHOUT_PREFIX = stored("m-1_system.raw.tar.gz")
CANCELING = DesiredExport(state="absent", image_name="web")


@pytest.mark.parametrize(
    ("desired", "known", "expected"),
    [
        (WANTED, {}, Fit.SAME),
        (WANTED, {"image_id": "m-1"}, Fit.SAME),
        (WANTED, {"image_id": "m-2"}, Fit.FOREIGN),
        (WANTED, {"objects": [stored(), stored("nightly_m-1_data_xvdb.raw.tar.gz")]}, Fit.SAME),
        (WANTED, {"objects": [stored(), stored("weekly_m-1_data_xvdb.raw.tar.gz")]}, Fit.ELSEWHERE),
        (WANTED, {"objects": [stored(bucket="other")]}, Fit.ELSEWHERE),
        (WANTED, {"objects": [stored(bucket=None)]}, Fit.SAME),
        (WANTED, {"objects": [WITHOUT_PREFIX]}, Fit.ELSEWHERE),
        (WANTED, {"objects": [stored("nightly_m-12_system.raw.tar.gz")]}, Fit.FOREIGN),
        (WANTED, {"objects": [stored("nightly_m-1")]}, Fit.FOREIGN),
        (WANTED, {"objects": []}, Fit.UNKNOWN),
        (WANTED, {"objects": [], "image_id": "m-1"}, Fit.UNREPORTED),
        (WANTED, {"objects": [stored("disk-0")], "image_id": "m-1"}, Fit.UNREPORTED),
        (DesiredExport(bucket="exports"), {"objects": [WITHOUT_PREFIX]}, Fit.SAME),
        (DesiredExport(bucket="exports"), {}, Fit.ELSEWHERE),
        (DesiredExport(bucket="exports", prefix="nightly", image_format="raw"), {}, Fit.SAME),
        (DesiredExport(bucket="exports", prefix="nightly", image_format="vhd"), {}, Fit.ELSEWHERE),
        (CANCELING, {}, Fit.SAME),
        (CANCELING, {"objects": [WITHOUT_PREFIX]}, Fit.SAME),
        (DesiredExport(state="absent", bucket="other"), {}, Fit.ELSEWHERE),
        (DesiredExport(state="absent", prefix="weekly"), {}, Fit.ELSEWHERE),
    ],
)
def test_a_task_is_compared_as_far_as_the_cloud_reports_it(
    desired: DesiredExport, known: dict[str, t.Any], expected: Fit
) -> None:
    assert fit(desired, "m-1", task(**known)) is expected
