"""Settings of single sign-on and of mail: what the environment says becomes what the libraries need."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator.embedded.stack import CHECKOUT
from tests.wiring.test_settings import GOOD, SYSTEM

OIDC = {
    "OIDC_ISSUER": "https://login.example:8443/realms/campus/",
    "OIDC_CLIENT_ID": "crowd",
    "OIDC_CLIENT_SECRET": "word",
    "OIDC_NAME": "Campus login",
}
ASK = """
import json, sys
from django.conf import settings
found = {name: getattr(settings, name) for name in sys.argv[1:]}
print(json.dumps(found, default=str))
"""


def _start(tmp_path: Path, *names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "aggregator.settings", "VAR_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", ASK, *names],
        cwd=CHECKOUT,
        env={**SYSTEM, **settings, "PYTHONPATH": os.fspath(CHECKOUT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _settings(tmp_path: Path, *names: str, **environment: str) -> list[Any]:
    done = _start(tmp_path, *names, **environment)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout).values())


def test_a_provider_is_known_by_its_host_and_forms_may_lead_to_it(tmp_path: Path) -> None:
    policy, providers = _settings(
        tmp_path, "CONTENT_SECURITY_POLICY", "SOCIALACCOUNT_PROVIDERS", **GOOD, **OIDC
    )
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", "https://login.example:8443"]
    (app,) = providers["openid_connect"]["APPS"]
    assert app == {
        "provider_id": "login.example",
        "name": "Campus login",
        "client_id": "crowd",
        "secret": "word",
        "settings": {"server_url": "https://login.example:8443/realms/campus"},
    }


def test_without_a_provider_forms_lead_nowhere_else(tmp_path: Path) -> None:
    policy, providers = _settings(tmp_path, "CONTENT_SECURITY_POLICY", "SOCIALACCOUNT_PROVIDERS")
    assert policy["DIRECTIVES"]["form-action"] == ["'self'"]
    assert providers["openid_connect"]["APPS"] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"OIDC_CLIENT_SECRET": ""}, "but OIDC_CLIENT_SECRET is not set."),
        ({"OIDC_ISSUER": "", "OIDC_CLIENT_ID": ""}, "but OIDC_ISSUER and OIDC_CLIENT_ID are not set."),
        ({"OIDC_ISSUER": "http://login.example"}, "OIDC_ISSUER is not an address of the form https://HOST…."),
    ],
)
def test_half_a_provider_stops_the_start(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    done = _start(tmp_path, "DEBUG", **(GOOD | OIDC | change))
    assert done.returncode != 0
    assert sentence in done.stderr


MAIL = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "CAN_MAIL")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ["console", "", 587, "", "", True]),
        (GOOD, ["dummy", "", 587, "", "", False]),
        (
            {**GOOD, "EMAIL_URL": "smtp+tls://ann%40x.example:a%2Fb@mail.example"},
            ["smtp", "mail.example", 587, "ann@x.example", "a/b", True],
        ),
        ({"EMAIL_URL": "smtp+ssl://mail.example"}, ["smtp", "mail.example", 465, "", "", True]),
        ({"EMAIL_URL": "smtp://mail.example:25"}, ["smtp", "mail.example", 25, "", "", True]),
    ],
)
def test_mail_goes_where_the_address_says(
    tmp_path: Path, environment: dict[str, str], expected: list[Any]
) -> None:
    backend, *rest = _settings(tmp_path, *MAIL, **environment)
    assert [backend.split(".")[-2], *rest] == expected


def test_encryption_of_mail_goes_by_the_scheme(tmp_path: Path) -> None:
    names = ("EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert _settings(tmp_path, *names, EMAIL_URL="smtp+tls://mail.example") == [True, False]
    assert _settings(tmp_path, *names, EMAIL_URL="smtp+ssl://mail.example") == [False, True]
    assert _settings(tmp_path, *names, EMAIL_URL="smtp://mail.example") == [False, False]


def test_logs_hold_no_tokens_of_addresses() -> None:
    from aggregator.logs import discreet

    token = "Ab3_" + "x" * 39
    told = discreet(None, "", {"event": f"Forbidden (CSRF cookie not set.): /in/{token}/"})
    assert told["event"] == "Forbidden (CSRF cookie not set.): /in/Ab3_…/"
    assert discreet(None, "", {"event": "Not Found: /t/a-tournament-of-2026/1/"})["event"].endswith(
        "-of-2026/1/"
    )
