"""settle_round: seen before it is done, done once, and only when it is meant."""

import json
import os
import pty
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.commands.conftest import Command
from tests.world import World, drain
from tournaments.models import Payout, Round, Settlement
from tournaments.services.errors import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def resolved(world: World) -> Round:
    round_ = world.open_round()
    for noise, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.5, noise))
    world.submit(world.player("cyd"), round_, world.skill(-0.8, 3))
    drain()
    return world.resolve(world.close(round_))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A terminal to type on."""
    master, slave = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(slave, "r"))

    def type_(text: str) -> None:
        os.write(master, text.encode())

    yield type_
    sys.stdin.close()
    os.close(master)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No terminal: what stands in the pipe is no confirmation."""
    reading, writing = os.pipe()
    os.write(writing, b"weekly round 1\n")
    os.close(writing)
    monkeypatch.setattr(sys, "stdin", os.fdopen(reading, "r"))
    yield
    sys.stdin.close()


def test_a_preview_pays_nothing(command: Command, resolved: Round) -> None:
    plan = json.loads(command("settle_round", "weekly", "--preview", "--json").out)
    assert plan["settled"] is False
    assert (plan["pool"], plan["paid"], plan["rolled_over"], plan["currency"]) == (1_000, 1_000, 0, "USD")
    # Weights 1000 : 885 of a pool of 1,000, as in the test of the whole round.
    assert [one["amount"] for one in plan["payouts"]] == [531, 469, 0]
    assert plan["payouts"][2]["reason"] == "not_better_than_a_coin"
    assert not Settlement.objects.exists()


def test_yes_pays_what_the_preview_said(command: Command, resolved: Round) -> None:
    plan = json.loads(command("settle_round", "weekly", "--preview", "--json").out)
    done = json.loads(command("settle_round", "weekly", "--yes", "--json").out)
    assert done == {**plan, "settled": True}
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [0, 469, 531]
    assert Round.objects.get().state == "settled"


def test_asked_again_it_shows_what_was_paid(command: Command, resolved: Round) -> None:
    first = command("settle_round", "weekly", "--yes").out
    assert command("settle_round", "weekly").out == first
    assert command("settle_round", "weekly", "--preview").out == first
    assert Settlement.objects.count() == 1


def test_people_read_money_with_all_its_digits(command: Command, resolved: Round) -> None:
    lines = command("settle_round", "weekly", "--preview").out.splitlines()
    assert lines[1].split() == ["place", "participant", "log", "loss", "amount", "why", "not"]
    assert lines[2].split()[3:] == ["5.31", "USD"]
    assert lines[5] == "pool 10.00 USD · paid 10.00 USD · rolled over 0.00 USD"


def test_a_pipe_is_no_confirmation(command: Command, resolved: Round, pipe: None) -> None:
    with pytest.raises(Conflict) as error:
        command("settle_round", "weekly")
    assert error.value.code == "not_confirmed"
    assert not Settlement.objects.exists()


def test_the_rounds_name_typed_on_a_terminal_confirms(
    command: Command, resolved: Round, terminal: Callable[[str], None]
) -> None:
    terminal("weekly round 1\n")
    assert "weekly round 1 is settled." in command("settle_round", "weekly").out
    assert Settlement.objects.count() == 1


def test_anything_else_typed_does_not(
    command: Command, resolved: Round, terminal: Callable[[str], None]
) -> None:
    terminal("yes\n")
    with pytest.raises(Conflict) as error:
        command("settle_round", "weekly")
    assert error.value.code == "not_confirmed"
    assert not Settlement.objects.exists()


def test_a_round_without_results_is_refused(command: Command, world: World) -> None:
    world.open_round()
    with pytest.raises(Conflict) as error:
        command("settle_round", "weekly", "--yes")
    assert error.value.code == "wrong_state"
