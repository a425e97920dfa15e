"""settle_round: seen before it is done, done once, and only when it is meant."""

import json
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from tests.commands.conftest import Command
from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Payout, Round, Settlement
from tournaments.services.errors import Conflict

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def resolved(world: World) -> Round:
    round_ = world.open_round()
    for noise, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.5, noise))
    world.submit(world.player("cyd"), round_, world.skill(-0.8, 3))
    drain()
    return world.resolve(world.close(round_))


@contextmanager
def pipe(text: str) -> Iterator[TextIO]:
    """What stands in a pipe is no confirmation."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    with os.fdopen(reading) as stdin:
        yield stdin


@contextmanager
def terminal(text: str) -> Iterator[TextIO]:
    """Text typed on a terminal."""
    master, slave = pty.openpty()
    os.write(master, text.encode())
    with os.fdopen(slave) as stdin:
        yield stdin
    os.close(master)


def test_a_preview_pays_nothing_and_shows_all_digits_of_money(command: Command, resolved: Round) -> None:
    plan = json.loads(command("settle_round", "weekly", "--preview", "--json").out)
    assert plan["settled"] is False
    assert (plan["pool"], plan["paid"], plan["rolled_over"], plan["currency"]) == (1_000, 1_000, 0, "USD")
    # Weights 1000 : 885 of a pool of 1,000, as in the test of the whole round.
    assert [one["amount"] for one in plan["payouts"]] == [531, 469, 0]
    assert plan["payouts"][2]["reason"] == "not_better_than_a_coin"
    lines = command("settle_round", "weekly", "--preview").out.splitlines()
    assert lines[1].split() == ["place", "participant", "log", "loss", "amount", "why", "not"]
    assert lines[2].split()[3:] == ["5.31", "USD"]
    assert lines[5] == "pool 10.00 USD · paid 10.00 USD · rolled over 0.00 USD"
    assert lines[6] == "This is a preview; nothing was paid."
    assert not Settlement.objects.exists()


def test_yes_pays_what_the_preview_said_and_asked_again_shows_it(command: Command, resolved: Round) -> None:
    plan = json.loads(command("settle_round", "weekly", "--preview", "--json").out)
    done = json.loads(command("settle_round", "weekly", "--yes", "--json").out)
    assert done == {**plan, "settled": True}
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [0, 469, 531]
    assert Round.objects.get().state == "settled"
    again = command("settle_round", "weekly").out
    assert again.endswith("weekly round 1 is settled.\n")
    assert command("settle_round", "weekly", "--preview").out == again
    assert Settlement.objects.count() == 1


def test_neither_a_pipe_nor_another_word_confirms_but_the_rounds_name_does(
    command: Command, resolved: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in (pipe("weekly round 1\n"), terminal("yes\n"), terminal("\n")):
        with typed as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            with pytest.raises(Conflict) as error:
                command("settle_round", "weekly")
        assert error.value.code == "not_confirmed"
        assert not Settlement.objects.exists()
    with terminal("weekly round 1\n") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert "weekly round 1 is settled." in command("settle_round", "weekly").out
    assert Settlement.objects.count() == 1


def test_a_round_without_results_is_refused(command: Command, world: World) -> None:
    world.open_round()
    with pytest.raises(Conflict) as error:
        command("settle_round", "weekly", "--yes")
    assert error.value.code == "wrong_state"
