"""Settings: a bad value stops the start with one sentence; production refuses development defaults."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.embedded.stack import CHECKOUT

GOOD = {
    "CROWDBLEND_ENV": "production",
    "SECRET_KEY": "k" * 40 + "0123456789",
    "ALLOWED_HOSTS": "crowd.example",
    "BASE_URL": "https://crowd.example",
    "DATABASE_URL": "postgresql://app:word@db.example/crowdblend",
    "REDIS_URL": "redis://queue.example/0",
}

# What a program needs to start at all; every other variable would be a setting.
SYSTEM = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}


def _check(tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {**SYSTEM, "VAR_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *words],
        cwd=CHECKOUT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CROWDBLEND_ENV", "prod", "CROWDBLEND_ENV is 'prod'; it must be one of development, production."),
        ("UPLOAD_MAX_BYTES", "100MB", "UPLOAD_MAX_BYTES is '100MB'; it must be a whole number."),
        ("SWEEP_SECONDS", "0", "SWEEP_SECONDS is 0; it must be from 1 to 1000000000000."),
        ("HEARTBEAT_SECONDS", "60", "HEARTBEAT_SECONDS is 60; it must be from 1 to 59."),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps'; it must be true or false."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml'; it must be one of json, console."),
        ("THROTTLE_USER", "many", "THROTTLE_USER is 'many'; it must be like 60/min."),
        (
            "CROWDBLEND_QUEUES",
            "blending,stacking",
            "CROWDBLEND_QUEUES is 'blending,stacking'; "
            "it must be some of crowdblend, scoring, blending, settlement.",
        ),
        ("VAR_DIR", __file__, f"VAR_DIR is {__file__}, which is a file; it must be a folder."),
        (
            "DATABASE_URL",
            "mysql://x:word@y/z",
            "DATABASE_URL is not an address of the form postgresql://HOST….",
        ),
        ("REDIS_URL", "localhost:6379", "REDIS_URL is not an address of the form redis://HOST…."),
    ],
)
def test_a_bad_value_stops_the_start_with_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    done = _check(tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr == f"{sentence}\n"


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is *"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        ({"BASE_URL": ""}, "BASE_URL is not set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"CROWDBLEND_EMBEDDED": "true"}, "DATABASE_URL names an embedded database"),
    ],
)
def test_production_refuses_what_is_fit_for_development(
    tmp_path: Path, change: dict[str, str], phrase: str
) -> None:
    done = _check(tmp_path, **(GOOD | change))
    assert done.returncode == 1
    assert done.stderr == f"CROWDBLEND_ENV is production, but {phrase}.\n"


def test_production_does_not_read_the_launchers_file(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "urls.env").write_text("DATABASE_URL=postgresql://a:b@127.0.0.1:1/x\n")
    done = _check(tmp_path, **(GOOD | {"DATABASE_URL": ""}))
    assert "DATABASE_URL is not set" in done.stderr


def test_a_complete_production_passes_the_deployment_checks(tmp_path: Path) -> None:
    done = _check(tmp_path, "--deploy", "--fail-level", "WARNING", **GOOD)
    assert done.returncode == 0, done.stderr


def test_the_development_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    _check(tmp_path)
    secret = tmp_path / "secret_key"
    first = secret.read_text()
    _check(tmp_path)
    assert secret.read_text() == first
    assert len(first) > 50
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_command_that_needs_a_database_says_how_to_get_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "showmigrations"],
        cwd=CHECKOUT,
        env={**SYSTEM, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "No database: set DATABASE_URL and REDIS_URL" in done.stderr
