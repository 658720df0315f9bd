# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import Caller, Role
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.profile import caller_in_profile
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

SECRET = "simulator-secret-profile"
TOKEN = "simulator-token-profile"
ARN = "acs:ram::1000000000000037:role/imager"
PAIR = {"access_key_id": "LTAIprofile", "access_key_secret": SECRET}
AK = {"name": "work", "mode": "AK", **PAIR}


def write(folder: Path, *entries: t.Any, **document: t.Any) -> str:
    path = folder / "config.json"
    path.write_text(json.dumps({"profiles": list(entries), **document}), encoding="utf-8")
    return str(path)


def refusal(name: str | None, file: str | None) -> str:
    with pytest.raises(RefusalError) as raised:
        caller_in_profile(name, file)
    assert SECRET not in raised.value.message
    assert TOKEN not in raised.value.message
    return raised.value.message


@pytest.mark.parametrize(
    ("entry", "caller"),
    [
        ({"mode": "AK", **PAIR, "sts_token": ""}, Caller(keys=Keys("LTAIprofile", SECRET))),
        ({"mode": "StsToken", **PAIR, "sts_token": TOKEN}, Caller(keys=Keys("LTAIprofile", SECRET, TOKEN))),
        (
            {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ARN, "ram_session_name": "nightly", "expired_seconds": 900},
            Caller(keys=Keys("LTAIprofile", SECRET), role=Role(ARN, "nightly", None, 900)),
        ),
        (
            {"mode": "RamRoleArn", **PAIR, "sts_token": TOKEN, "ram_role_arn": ARN, "policy": '{"Version": "1"}'},
            Caller(keys=Keys("LTAIprofile", SECRET, TOKEN), role=Role(ARN, policy='{"Version": "1"}')),
        ),
        (
            {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ARN, "ram_session_name": "", "expired_seconds": 0},
            Caller(keys=Keys("LTAIprofile", SECRET), role=Role(ARN)),
        ),
        ({"mode": "EcsRamRole", "ram_role_name": "instance-role"}, Caller(instance_role="instance-role")),
        ({"mode": "EcsRamRole", "ram_role_name": ""}, Caller(instance_role="")),
    ],
)
def test_each_mode_provides_credentials(tmp_path: Path, entry: dict[str, t.Any], caller: Caller) -> None:
    assert caller_in_profile("work", write(tmp_path, {"name": "other"}, {"name": "work", **entry})) == caller


def test_without_a_name_the_current_profile_is_used(tmp_path: Path) -> None:
    file = write(tmp_path, {**AK, "name": "first"}, {**AK, "access_key_id": "LTAIcurrent"}, current="work")
    assert caller_in_profile(None, file) == Caller(keys=Keys("LTAIcurrent", SECRET))


@pytest.mark.parametrize("document", [{}, {"current": ""}, {"current": 1}])
def test_without_a_current_profile_the_default_one_is_used(tmp_path: Path, document: dict[str, t.Any]) -> None:
    file = write(tmp_path, AK, {**AK, "name": "default", "access_key_id": "LTAIdefault"}, **document)
    assert caller_in_profile(None, file) == Caller(keys=Keys("LTAIdefault", SECRET))


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    file = Path(write(tmp_path, AK))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert caller_in_profile("work", str(file)) == Caller(keys=Keys("LTAIprofile", SECRET))


@pytest.mark.parametrize(
    ("folders", "key"), [((".aliyun", ".apsarastack"), ".aliyun"), ((".apsarastack",), ".apsarastack")]
)
def test_the_file_of_the_vendors_tool_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: tuple[str, ...], key: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for folder in folders:
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, {**AK, "access_key_id": folder})
    assert caller_in_profile("work", None) == Caller(keys=Keys(key, SECRET))


def test_where_there_is_no_file_both_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert refusal("work", None) == (
        "profile (set in the task) is 'work', but neither ~/.aliyun/config.json nor ~/.apsarastack/config.json exists"
        " on the host that runs the module. Name the file with option shared_credentials_file, environment"
        " APSARASTACK_SHARED_CREDENTIALS_FILE or ALIBABACLOUDSTACK_SHARED_CREDENTIALS_FILE."
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"profiles": [', "is not valid JSON: Expecting value in line 1, column 15"),
        (b"", "is not valid JSON: Expecting value in line 1, column 1"),
        (b"\xff\xfe", "is not valid UTF-8"),
        (b"[" * 100000, "is nested too deeply"),
        (b"[]", "has no list of profiles: its key profiles is missing or not a list"),
        (b"{}", "has no list of profiles: its key profiles is missing or not a list"),
        (b'{"profiles": {}}', "has no list of profiles: its key profiles is missing or not a list"),
    ],
)
def test_an_invalid_file_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(content)
    told = f"shared_credentials_file (set in the task) is {str(file)!r}, which {problem}."
    assert refusal("work", str(file)) == told


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    assert refusal("work", str(tmp_path)).endswith(", which cannot be read: Is a directory.")
    assert refusal("work", str(tmp_path / "x")).endswith("cannot be read: No such file or directory.")
    assert refusal("work", "a\0null").endswith("cannot be read: embedded null byte.")


def test_a_missing_profile_is_refused_with_the_existing_ones(tmp_path: Path) -> None:
    file = write(tmp_path, AK, {**AK, "name": "home"}, "damage")
    assert refusal("wrok", file) == (
        f"profile (set in the task) is 'wrok', but {file} has no such profile. "
        "Its profiles with a supported mode: home, work."
    )
    assert "mode: none." in refusal("work", write(tmp_path))


def test_two_profiles_of_one_name_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path, AK, AK)
    assert refusal("work", file) == f"{file} has 2 profiles named 'work': give each a name of its own."


@pytest.mark.parametrize("mode", ["External", None, ""])
def test_another_mode_is_refused(tmp_path: Path, mode: str | None) -> None:
    file = write(tmp_path, {**AK, "mode": mode})
    assert refusal("work", file) == (
        f"Profile 'work' in {file}: mode must be one of AK, StsToken, RamRoleArn, EcsRamRole, CloudSSO, OAuth."
    )


@pytest.mark.parametrize("shifted", ["mode", "name"])
@pytest.mark.parametrize("name", ["work", "wrok", None])
def test_a_profile_whose_values_are_mixed_up_is_refused_without_showing_them(
    tmp_path: Path, shifted: str, name: str | None
) -> None:
    entry = {**AK, "mode": "LTAIprofile", shifted: SECRET}
    assert SECRET not in refusal(name, write(tmp_path, entry, current="work"))


@pytest.mark.parametrize("mode", [["AK"], {}, 1])
def test_a_missing_profile_is_refused_whatever_the_modes_of_the_others_are(tmp_path: Path, mode: t.Any) -> None:
    assert "mode: work." in refusal("wrok", write(tmp_path, AK, {**AK, "name": "home", "mode": mode}))


def test_a_current_profile_that_does_not_exist_is_refused_without_showing_its_name(tmp_path: Path) -> None:
    file = write(tmp_path, AK, current=SECRET)
    assert refusal(None, file) == (
        f"{file} has no profile of the name in its key current. Its profiles with a supported mode: work. Give one of "
        "them as profile."
    )


def test_a_file_that_is_a_url_with_a_password_is_refused_without_showing_it() -> None:
    assert SECRET not in refusal("work", f"https://bob:{SECRET}@files.invalid/config.json")


@pytest.mark.parametrize(
    ("mode", "key"),
    [
        ("AK", "access_key_id"),
        ("AK", "access_key_secret"),
        ("StsToken", "sts_token"),
        ("StsToken", "access_key_secret"),
        ("RamRoleArn", "access_key_id"),
        ("RamRoleArn", "ram_role_arn"),
    ],
)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_missing_key_is_named(tmp_path: Path, mode: str, key: str, nothing: str | None) -> None:
    entry = {**AK, "mode": mode, "sts_token": TOKEN, "ram_role_arn": ARN, key: nothing}
    file = write(tmp_path, entry)
    assert refusal("work", file) == f"Profile 'work' in {file} has no {key}, which its mode {mode} requires."


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"access_key_secret": 1}, "access_key_secret must be a string"),
        ({"expired_seconds": "900"}, "expired_seconds must be an integer"),
        ({"expired_seconds": True}, "expired_seconds must be an integer"),
        ({"expired_seconds": 1}, "expired_seconds must be 900 to 3600 seconds"),
        ({"ram_session_name": "?"}, "ram_session_name must be 2 to 64 letters, digits, '.', '@', '_' and '-'"),
    ],
)
def test_an_invalid_value_is_reported_with_its_key(tmp_path: Path, change: dict[str, t.Any], problem: str) -> None:
    file = write(tmp_path, {**AK, "mode": "RamRoleArn", "ram_role_arn": ARN, **change})
    assert refusal("work", file) == f"Profile 'work' in {file}: {problem}."


SIGNED_IN = {**AK, "sts_token": TOKEN, "cloud_sso_sign_in_url": "https://signin.example.com"}


@pytest.mark.parametrize("mode", ["CloudSSO", "OAuth"])
@pytest.mark.parametrize("expiration", [{}, {"sts_expiration": 0}, {"sts_expiration": 2**40}])
def test_a_sign_in_profile_provides_the_stored_keys(tmp_path: Path, mode: str, expiration: dict[str, t.Any]) -> None:
    file = write(tmp_path, {**SIGNED_IN, "mode": mode, **expiration})
    assert caller_in_profile("work", file) == Caller(keys=Keys("LTAIprofile", SECRET, TOKEN))


def test_an_expired_sign_in_is_refused_with_instructions(tmp_path: Path) -> None:
    file = write(tmp_path, {**SIGNED_IN, "mode": "CloudSSO", "sts_expiration": 1_700_000_000})
    with pytest.raises(RefusalError, match="has expired: sign in again with the command line tool") as raised:
        caller_in_profile("work", file)
    assert raised.value.reason == "credentials"


@pytest.mark.parametrize("key", ["access_key_id", "access_key_secret", "sts_token"])
@pytest.mark.parametrize("mode", ["AK", "StsToken", "RamRoleArn", "CloudSSO"])
@pytest.mark.parametrize("spoiled", ["simulator-x\n", " simulator-x", "simulator x"])
def test_a_key_with_whitespace_in_a_profile_is_refused_without_showing_it(
    tmp_path: Path, key: str, mode: str, spoiled: str
) -> None:
    if mode == "AK" and key == "sts_token":
        return  # not read
    file = write(tmp_path, {**SIGNED_IN, "ram_role_arn": ARN, "mode": mode, key: spoiled})
    message = refusal("work", file)
    assert f"{key} must contain only printable ASCII characters and no whitespace" in message
    assert "simulator" not in message
