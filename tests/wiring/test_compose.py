"""The compose file: valid, and starting the commands that the launcher starts and the other tests run."""

import subprocess
import sys
from typing import Any

import yaml
from django.conf import settings

from aggregator.embedded.stack import CHECKOUT, read_procfile

COMPOSE = CHECKOUT / "docker-compose.yml"


def _services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


def test_the_compose_file_holds_to_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_starts_the_commands_of_the_procfile() -> None:
    services = _services()
    procfile = read_procfile()
    assert set(procfile) == {"web", "worker", "beat"}
    assert {name: services[name]["command"].split() for name in procfile} == procfile


def test_workers_of_some_queues_are_workers_beside_one_of_all() -> None:
    services = _services()
    some = {
        name: one["environment"]["CROWDBLEND_QUEUES"]
        for name, one in services.items()
        if "CROWDBLEND_QUEUES" in one.get("environment", {})
    }
    assert some == {"blender": "blending"}
    assert set(some.values()) <= set(settings.QUEUES)
    assert services["blender"]["command"] == services["worker"]["command"]


def test_only_the_migration_knows_the_passwords_of_owner_and_superuser() -> None:
    knowing = {
        name for name, one in _services().items() if "DATABASE_OWNER_URL" in one.get("environment", {})
    }
    assert knowing == {"migrate"}


def test_no_service_but_the_web_is_reached_from_outside() -> None:
    assert {name: one["ports"] for name, one in _services().items() if "ports" in one} == {
        "web": ["127.0.0.1:8000:8000"]
    }
