"""Progress: bars on a terminal, plain lines in a pipe, nothing when asked for quiet."""

import os
import pty
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.commands.conftest import Command
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(world: World) -> tuple[str, ...]:
    file = Path(world.files().tournament)
    return ("next_round", "weekly", "--tournament", str(file), "--closes", "7d")


def test_a_terminal_gets_a_bar_that_goes_away(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        call_command(*words, stderr=terminal)
        terminal.flush()
        shown = os.read(master, 100_000).decode()
    os.close(master)
    assert "Reading tournament.csv" in shown
    assert "\x1b[2K" in shown  # the line is erased in the end
    assert "Round 1 of weekly is open." in capsys.readouterr().out


def test_a_pipe_gets_plain_lines(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words).err == "Reading tournament.csv …\n"


def test_quiet_is_quiet(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words, "--verbosity", "0").err == ""
