# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No message quotes a key or a token that a task gives to the wrong option, so that the task does not know it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_info,
    apsarastack_image_retention,
)
from inside import CONNECTION, Answer, Site, run_main
from option_values import ANSWERS, EXPORT, IMAGE, INFO, Recorder, sent_in

if t.TYPE_CHECKING:
    import types
    from pathlib import Path

SECRETS = {
    "secret key": "tXyzIuW4Fz1bKf9QwLq0AsPd7RmGh2",
    "token": "CAIS8gF1q6Ft5B2yfSjIr5fdKoPVmqdF8/Kgb2jBtGMxVvhVgqzPhzz2IHhMfnhpBekXtPg/nmlY7/oclr4/GJUeEBzDa9B55JcL",
}
# The ends of signed URLs of OSS, in both versions of the signature, with a token and encoded as a parameter.
SIGNED = (
    "web.qcow2?OSSAccessKeyId=AKID77&Expires=1&Signature=SIGN99",
    "web.qcow2?Expires=1&signature=SIGN99",
    "web.qcow2?x-oss-date=20261101T000000Z&x-oss-credential=AKID77&x-oss-signature=SIGN99",
    "web.qcow2?security-token=SIGN99",
    "web.qcow2?x-oss-security-token=SIGN99",
    "web.qcow2&Signature=SIGN99",
    "web.qcow2%3FOSSAccessKeyId%3DAKID77%26Signature%3DSIGN99",
    "web.qcow2%253FSignature%253DSIGN99",
)
# What is left of a secret must not be enough to guess the rest.
LONGEST_REST = 8
MODULES = (apsarastack_image, apsarastack_image_export, apsarastack_image_info, apsarastack_image_retention)
TASKS: dict[str, dict[str, t.Any]] = {
    "apsarastack_image": {"image_name": "web", "instance_id": "i-1"},
    "apsarastack_image_export": {"image_name": "web", "bucket": "exports"},
    "apsarastack_image_info": {},
    "apsarastack_image_retention": {"name_regex": "web", "keep": 1},
}
# Of these the module itself knows that they are secrets.
KNOWN = ("access_key", "secret_key", "security_token", "proxy")
# Codes whose hints name connection options with their values.
CODES = ("InvalidRegionId.NotFound", "Forbidden.RAM", "InvalidAccessKeyId.NotFound", "EntityNotExist.Role")


def name_of(module: types.ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def said(module: types.ModuleType, options: dict[str, t.Any], answer: Answer) -> str:
    """Everything that the module prints, except what it was given."""
    result = run_main({**TASKS[name_of(module)], **options}, Site(lambda _number, _action: answer), module)
    result.pop("invocation", None)
    return json.dumps(result, ensure_ascii=False)


def quoted_part(secret: str, text: str) -> str:
    """The longest beginning of the secret in the text, if it is too long."""
    found = next((secret[:end] for end in range(len(secret), LONGEST_REST, -1) if secret[:end] in text), "")
    return found and f"{found} in {text}"


def texts_of(spec: t.Mapping[str, t.Any]) -> list[str]:
    return sorted(name for name, rule in spec.items() if rule["type"] in ("str", "path") and "choices" not in rule)


def refused(code: str) -> Answer:
    return Answer(json.dumps({"Code": code, "Message": "no", "RequestId": "1"}).encode(), status=403)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("option", sorted({*texts_of(connection_spec())} - {*KNOWN}))
def test_a_secret_in_a_connection_option_is_not_quoted(tmp_path: Path, option: str, secret: str) -> None:
    options: dict[str, t.Any] = {option: secret}
    if option in ("profile", "ecs_role_name"):
        file = tmp_path / "config.json"
        file.write_text(json.dumps({"profiles": [{"name": secret, "mode": "AK", "access_key_id": "x"}]}))
        credentials = {"access_key": None, "secret_key": None}
        options |= {**credentials, **({"shared_credentials_file": str(file)} if option == "profile" else {})}
    if option in ("domain", "popgw_domain"):
        options["endpoint"] = None
    if option == "resource_group":
        options["department"] = "37"
    for value in (secret, f"{secret}|", f"{secret} ", f"{{{{ {secret} }}}}"):
        for code in CODES:
            text = said(apsarastack_image_info, {**options, option: value}, refused(code))
            assert not quoted_part(secret, text)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("suboption", ["role_arn", "session_name", "policy"])
def test_a_secret_in_a_role_is_not_quoted(suboption: str, secret: str) -> None:
    role = {"role_arn": "acs:ram::1:role/imager", suboption: secret}
    for code in CODES:
        assert not quoted_part(secret, said(apsarastack_image_info, {"assume_role": role}, refused(code)))


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize(
    ("module", "option"), [(module, option) for module in MODULES for option in texts_of(module.ARGUMENTS)]
)
def test_a_refused_value_is_not_quoted_if_it_may_be_a_secret(
    module: types.ModuleType, option: str, secret: str
) -> None:
    for value in (f"{secret} |", f"{{{{ {secret} }}}}"):
        assert not quoted_part(secret, said(module, {option: value}, refused("InvalidParameter")))


@pytest.mark.parametrize("module", [apsarastack_image, apsarastack_image_info, apsarastack_image_retention])
@pytest.mark.parametrize("wrap", [lambda secret: [secret], lambda secret: {"key": secret}, lambda secret: f"{secret}|"])
def test_the_values_of_tags_are_not_quoted_if_they_may_be_secrets(module: types.ModuleType, wrap: t.Any) -> None:
    for secret in SECRETS.values():
        for tags in ({"team": wrap(secret)}, {f"{secret}|": "web"}, {f"{secret}|": [secret]}):
            assert not quoted_part(secret, said(module, {"tags": tags}, refused("InvalidParameter")))


@pytest.mark.parametrize("option", ["image_name", "description", "tags"])
def test_a_truncated_quote_does_not_show_the_beginning_of_a_known_token(option: str) -> None:
    token = "neutral-" * 40
    value: t.Any = {"team": f"{token}{{{{"} if option == "tags" else f"{token}{{{{"
    text = said(apsarastack_image, {"security_token": token, option: value}, refused("InvalidParameter"))
    assert "neutral-" not in text


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://sso.example.com/login?ticket=ST-1234567890", "'https://sso.example.com/login'"),
        ("https://sso.example.com/login;jsessionid=1234567890#token", "'https://sso.example.com/login'"),
        ("https://bob:1234567890@sso.example.com/", "'https://sso.example.com/'"),
        ("/login?ticket=ST-1234567890", "'/login'"),
        (f"https://sso.example.com/{SECRETS['secret key']}", "a value that looks like a key or a token"),
    ],
)
def test_the_target_of_a_redirect_is_shown_without_what_may_be_a_login(location: str, shown: str) -> None:
    text = said(apsarastack_image_info, {}, Answer(b"", status=302, headers={"Location": location}))
    assert f"it redirects to {shown}" in text
    assert "1234567890" not in text


FILE = {"bucket": "exports", "object": "web.raw"}


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize(
    ("module", "options", "told"),
    [
        (apsarastack_image, {"import_from": [FILE, {**FILE, "object": ...}]}, "import_from[1].object looks like the"),
        (apsarastack_image, {"import_from": [{**FILE, "bucket": ...}]}, "import_from[0].bucket must have"),
        (apsarastack_image, {"copy_from": {"image_name": ...}}, "copy_from.image_name looks like the"),
        (apsarastack_image, {"image_name": ...}, "image_name looks like the"),
        (apsarastack_image, {"image_name": ..., "state": "absent"}, "image_name looks like the"),
        (apsarastack_image_export, {"image_name": ...}, "image_name looks like the"),
        (apsarastack_image, {"import_from": [FILE], "role_name": ...}, "role_name looks like the"),
        (apsarastack_image_export, {"role_name": ...}, "role_name looks like the"),
        (apsarastack_image_export, {"bucket": ...}, "bucket must have"),
        (apsarastack_image_export, {"prefix": ...}, "prefix must have"),
    ],
)
def test_the_end_of_a_signed_url_is_refused_and_not_shown(
    module: types.ModuleType, options: dict[str, t.Any], told: str, signed: str
) -> None:
    filled = json.loads(json.dumps(options, default=lambda _ellipsis: signed))
    site, no_source = Recorder(), {"instance_id": None} if module is apsarastack_image else {}
    result = run_main({**TASKS[name_of(module)], **no_source, **filled}, site, module)
    result.pop("invocation", None)
    assert (result["reason"], site.requests) == ("invalid_input", [])
    assert told in result["msg"]
    assert [secret for secret in ("AKID77", "SIGN99") if secret in json.dumps(result)] == []


@pytest.mark.parametrize("name", ["web?.raw", "what?", "web?version=2", "Signature=1.raw", "a&b=c.raw"])
def test_an_object_with_a_question_mark_but_without_a_signature_is_imported(name: str) -> None:
    site = Recorder()
    result = run_main({"image_name": "new", "import_from": [{**FILE, "object": name}]}, site, apsarastack_image)
    assert "ImportImage" in [sent_in(request)["Action"] for request in site.requests], result


NO_SOURCE = {"instance_id": None}
NO_KEYS = {"access_key": None, "secret_key": None}
NOT_A_ROLE = "NoSetRoletoECSServiceAcount"


@pytest.mark.parametrize(
    ("module", "options", "rejected", "told"),
    [
        (
            IMAGE,
            {**NO_SOURCE, "import_from": [FILE], "role_name": "KEY"},
            f"ImportImage {NOT_A_ROLE}",
            "have the role {} created in ASCM for",
        ),
        (EXPORT, {"role_name": "KEY"}, f"ExportImage {NOT_A_ROLE}", "have the role {} created in ASCM for"),
        (EXPORT, {"image_name": "KEY"}, "", "No image named {} owned by this account was found"),
        (IMAGE, {**NO_SOURCE, "image_name": "KEY"}, "", "No image named {} was found in any status"),
        (IMAGE, {"image_name": "KEY"}, "DescribeImages Forbidden", "Could not look up image {}: Forbidden"),
        (
            IMAGE,
            {**NO_SOURCE, "copy_from": {"image_name": "KEY"}},
            "",
            "The original, image {}, was not found in region",
        ),
        (
            INFO,
            {"assume_role": {"role_arn": "acs:ram::1:role/KEY"}},
            "AssumeRole EntityNotExist.Role",
            "Could not assume role {}: EntityNotExist.Role",
        ),
        (
            INFO,
            {"resource_group_set_name": "KEY", "endpoint": "http://a.example.com/asapi/v3"},
            "ListResourceGroup Forbidden",
            "Could not look up resource set {}: Forbidden",
        ),
        (
            INFO,
            {**NO_KEYS, "shared_credentials_file": "/KEY"},
            "",
            "shared_credentials_file (set in the task) is {}, which",
        ),
        (INFO, {"ca_path": "/KEY"}, "", "ca_path (set in the task) is {}, which does not exist"),
        (INFO, {"domain": "ecs-internal.a/KEY", "endpoint": None}, "", "domain (set in the task) is {}, which is an"),
        (INFO, {"popgw_domain": "public.asapi.KEY", "endpoint": None}, "", "is {}, which is an ASAPI gateway"),
        (INFO, {"region": "KEY", "region_id": "cn-1"}, "", "region has two values, {} and 'cn-1'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sentence_stays_one_without_a_value_that_may_be_a_secret(
    module: types.ModuleType, options: dict[str, t.Any], rejected: str, told: str
) -> None:
    """``rejected``: a call and its error."""
    called, _blank, code = rejected.partition(" ")
    secret = SECRETS["secret key"]
    found = ANSWERS if module is EXPORT else {"DescribeImages": {"TotalCount": 0}}

    def answer(_number: int, action: str) -> Answer:
        return refused(code) if action == called else Answer(json.dumps(found.get(action, {})).encode())

    filled = json.loads(json.dumps(options).replace("KEY", secret))
    result = run_main({**TASKS[name_of(module)], **filled}, Site(answer), module)
    assert told.format("(a value that looks like a key or a token, which is not shown)") in result["msg"]
    assert not quoted_part(secret, result["msg"])


def test_a_hint_stays_a_sentence_without_a_url_that_may_hold_a_secret() -> None:
    object_of_a_query = {**FILE, "object": "web?ticket=1234567890"}
    text = said(
        apsarastack_image,
        {"instance_id": None, "import_from": [object_of_a_query]},
        refused("InvalidOSSObject.NotFound"),
    )
    assert "Check object (a URL with a password or a token, which is not shown) in import_from: it must be" in text


def test_names_and_ids_are_still_quoted() -> None:
    for value in ("web golden 2026-11-26", "m-8vb0a1b2c3d4e5f6g7h8,m-2", "Web Golden Image 26"):
        assert repr(value) in said(apsarastack_image, {"image_id": value}, refused("InvalidParameter"))
    assert str(CONNECTION["region"]) in said(apsarastack_image_info, {}, refused("InvalidRegionId.NotFound"))
