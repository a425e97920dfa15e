"""Every command explains itself, and misspelt words are told from refusals."""

import pkgutil
import shlex
from typing import Any

import pytest
from django.core.management import CommandError, load_command_class

from tests.commands.conftest import Command, Shell
from tournaments.management import commands
from tournaments.management.base import Face

NAMES = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def face_of(name: str) -> Face:
    face = load_command_class("tournaments", name)
    assert isinstance(face, Face)
    return face


def test_the_commands_of_the_contents_are_all_there() -> None:
    needed = "create_tournament next_round submit resolve_round settle_round rebuild_matrix backup restore"
    assert set(needed.split()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_it_does_and_shows_an_example(name: str, typed: Shell) -> None:
    code, out, _ = typed(name, "--help")
    assert code == 0
    face = face_of(name)
    assert face.help.endswith(".")
    assert f"python manage.py {name} {face.example}" in out


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_understood(name: str) -> None:
    face = face_of(name)
    words = shlex.split(face.example.partition(" >")[0])
    assert vars(face.create_parser("manage.py", name).parse_args(words))


@pytest.mark.parametrize(
    "words",
    [
        ("next_round", "weekly", "--tournament", "x", "--closes", "tomorrow"),
        ("next_round", "weekly", "--tournament", "x", "--closes", "2026-12-01T12:00"),
        ("create_tournament", "x", "--name", "X", "--preset", "alpha", "--operator", "o", "--set", "quota"),
        ("create_tournament", "x", "--name", "X", "--preset", "beta", "--operator", "o"),
        ("settle_round", "weekly", "--preview", "--yes"),
    ],
)
def test_a_misspelt_command_is_a_usage_error(words: tuple[Any, ...], typed: Shell) -> None:
    code, out, err = typed(*words)
    assert (code, out) == (2, "")
    assert "error:" in err


def test_python_code_gets_a_usage_error_as_an_exception(command: Command) -> None:
    with pytest.raises(CommandError, match="is no time"):
        command("next_round", "weekly", "--tournament", "x", "--closes", "tomorrow")
