"""Settling, approving, withdrawing and undoing at the same moment. On a database where things commit."""

from functools import partial
from pathlib import Path

import pytest

from tests.racing import at_once
from tests.services import paid
from tests.world import World
from tournaments.models import Payout, Proposal, Round, Settlement, Transaction
from tournaments.services import settlement
from tournaments.services.upkeep import books

DONE = ["done", "done"]


@pytest.fixture
def stage(tmp_path: Path, own_database: None) -> tuple[World, Round]:
    """A resolved round that one operator settles."""
    return paid.played(tmp_path)


@pytest.fixture
def watched(tmp_path: Path, own_database: None) -> tuple[World, Round]:
    """A resolved round that two operators settle."""
    return paid.played(tmp_path, four_eyes=True)


def payments() -> int:
    """How often payouts were booked, less how often that was reversed."""
    booked = Transaction.objects.filter(kind=Transaction.Kind.PAYOUT).count()
    return booked - Transaction.objects.filter(kind=Transaction.Kind.REVERSAL).count()


def in_force(round_: Round) -> int:
    """How many settlements of a round are in force; its state says the same."""
    count = Settlement.objects.filter(round=round_, reversed_at=None).count()
    round_.refresh_from_db()
    assert round_.state == (Round.State.SETTLED if count else Round.State.RESOLVED)
    assert payments() == count
    assert books.everything() == []
    return count


def test_of_many_who_settle_at_once_one_does(stage: tuple[World, Round]) -> None:
    world, round_ = stage
    assert at_once(*[lambda: settlement.commit(world.operator, round_)] * 8) == ["done"] * 8
    assert in_force(round_) == 1
    assert Payout.objects.count() == len(settlement.payouts_of(settlement.effective(round_)))


def test_of_many_who_undo_at_once_one_does(stage: tuple[World, Round]) -> None:
    world, round_ = stage
    settlement.commit(world.operator, round_)
    found = at_once(*(partial(settlement.undo, world.operator, round_, f"wrong, {n}") for n in range(6)))
    assert found == ["done"] + ["wrong_state"] * 5
    assert in_force(round_) == 0


def test_settling_and_undoing_at_once_leaves_one_settlement_or_none(stage: tuple[World, Round]) -> None:
    world, round_ = stage
    for n in range(4):
        settlement.commit(world.operator, round_)
        found = at_once(
            lambda: settlement.commit(world.operator, round_),
            partial(settlement.undo, world.operator, round_, f"once more, {n}"),
        )
        assert found == DONE
        in_force(round_)


def test_of_two_who_approve_at_once_one_settles_and_both_are_told_the_same(
    watched: tuple[World, Round],
) -> None:
    world, round_ = watched
    proposal = settlement.propose(world.operator, round_)
    others = [paid.operator(world, name) for name in ("uma", "vic")]
    assert at_once(*(partial(settlement.approve, one, proposal) for one in others)) == DONE
    assert in_force(round_) == 1
    assert Proposal.objects.get().settlement == settlement.effective(round_)


def test_of_an_approval_and_a_withdrawal_at_once_one_wins(watched: tuple[World, Round]) -> None:
    world, round_ = watched
    uma = paid.operator(world, "uma")
    for n in range(4):
        proposal = settlement.propose(world.operator, round_)
        found = at_once(
            partial(settlement.approve, uma, proposal),
            partial(settlement.withdraw, world.operator, proposal, "not yet"),
        )
        assert found == ["done", "proposal_closed"]
        proposal.refresh_from_db()
        assert in_force(round_) == (proposal.state == Proposal.State.APPROVED)
        if proposal.state == Proposal.State.APPROVED:
            settlement.undo(world.operator, round_, f"again, {n}")


def test_of_two_who_propose_at_once_one_does(watched: tuple[World, Round]) -> None:
    world, round_ = watched
    uma = paid.operator(world, "uma")
    found = at_once(*(partial(settlement.propose, one, round_) for one in (world.operator, uma)))
    assert found == ["done", "proposal_open"]
    assert Proposal.objects.count() == 1
    assert in_force(round_) == 0
