"""Settling, approving, withdrawing and undoing at the same moment. On a database where things commit."""

from functools import partial
from pathlib import Path

import pytest

from tests.racing import at_once
from tests.services import paid
from tests.services.test_staked_settlement import START, build
from tests.services.test_stakes import has
from tests.world import World
from tournaments.models import (
    Originality,
    Participant,
    Payout,
    Proposal,
    Round,
    Settlement,
    Stake,
    Transaction,
)
from tournaments.services import ledger, overrides, purse, rounds, settlement
from tournaments.services.access import Actor
from tournaments.services.upkeep import books


@pytest.fixture
def stage(tmp_path: Path, own_database: None) -> tuple[World, Round]:
    """A resolved round that one operator settles."""
    return paid.played(tmp_path)


@pytest.fixture
def watched(tmp_path: Path, own_database: None) -> tuple[World, Round]:
    """A resolved round that two operators settle."""
    return paid.played(tmp_path, four_eyes=True)


@pytest.fixture
def staked(tmp_path: Path, own_database: None) -> tuple[World, dict[str, Actor], Round]:
    """A resolved wager of six who began with 1,000 each."""
    return build(tmp_path, {}, None)


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


def test_of_many_who_settle_or_undo_at_once_one_does(stage: tuple[World, Round]) -> None:
    world, round_ = stage
    calls = [partial(settlement.commit, world.operator, round_, key) for key in ("", "k")]
    assert at_once(*calls * 4) == ["done"] * 8
    assert in_force(round_) == 1
    assert (
        Payout.objects.count() == len(paid.PLAYERS) == Payout.objects.values("participant").distinct().count()
    )
    found = at_once(*(partial(settlement.undo, world.operator, round_, f"wrong, {n}") for n in range(6)))
    assert found == ["done"] + ["wrong_state"] * 5
    assert in_force(round_) == 0
    for n in range(3):  # both at once: one stands, or none
        settlement.commit(world.operator, round_)
        found = at_once(
            partial(settlement.commit, world.operator, round_),
            partial(settlement.undo, world.operator, round_, f"once more, {n}"),
        )
        assert found == ["done"] * 2
        in_force(round_)


def test_stakes_leave_escrow_once_however_many_settle_and_cancel(
    staked: tuple[World, dict[str, Actor], Round],
) -> None:
    world, people, round_ = staked
    assert at_once(*[partial(settlement.commit, world.operator, round_)] * 6) == ["done"] * 6
    assert in_force(round_) == 1
    changes = dict.fromkeys(people, 0)
    for one in Payout.objects.select_related("participant"):
        changes[one.participant.alias.lower()] += one.amount - one.burned
    assert any(changes.values())
    assert {name: has(world, one) - START for name, one in people.items()} == changes
    settlement.undo(world.operator, round_, "once more")
    found = at_once(
        partial(settlement.commit, world.operator, round_),
        partial(rounds.cancel, world.operator, round_, "the data was wrong"),
    )
    assert found == ["done", "wrong_state"]
    round_.refresh_from_db()
    if round_.state == Round.State.CANCELLED:
        changes = dict.fromkeys(people, 0)
    assert {name: has(world, one) - START for name, one in people.items()} == changes
    assert [ledger.balance(one.escrow) for one in Stake.objects.select_related("escrow")] == [0] * len(people)
    assert books.everything() == []


def test_what_was_paid_is_taken_back_or_withdrawn_and_never_both(stage: tuple[World, Round]) -> None:
    world, round_ = stage
    ann = Participant.objects.get(alias="Ann")
    for n in range(3):
        paid_ = settlement.commit(world.operator, round_).payouts.get(participant=ann).amount
        money = (world.operator, world.tournament, ann, "USD")
        found = at_once(
            partial(settlement.undo, world.operator, round_, f"wrong, {n}"),
            partial(purse.withdraw, *money, paid_, f"bank {n}"),
        )
        assert found == ["done", "not_enough"]
        assert purse.held(*money) == 0
        withdrawn = Transaction.objects.filter(kind=Transaction.Kind.WITHDRAWAL, reference=f"bank {n}")
        assert in_force(round_) == withdrawn.count()
        if in_force(round_):
            purse.deposit(*money, paid_, f"came back {n}")
            settlement.undo(world.operator, round_, f"once more, {n}")


def test_of_many_who_approve_at_once_one_settles_and_all_are_told_the_same(
    watched: tuple[World, Round],
) -> None:
    world, round_ = watched
    uma, vic = (paid.operator(world, name) for name in ("uma", "vic"))
    for n in range(3):
        proposal = settlement.propose(world.operator, round_)
        calls = [
            partial(settlement.approve, one, proposal, key) for one in (uma, vic) for key in ("", f"k{n}")
        ]
        assert at_once(*calls) == ["done"] * 4
        assert in_force(round_) == 1
        proposal.refresh_from_db()
        assert proposal.settlement == settlement.effective(round_)
        settlement.undo(world.operator, round_, f"again, {n}")


def test_what_is_decided_as_a_proposal_is_approved_makes_it_stale_or_comes_too_late(
    watched: tuple[World, Round],
) -> None:
    world, round_ = watched
    uma = paid.operator(world, "uma")
    dan = Originality.objects.get(submission__participant__alias="Dan", round=round_).submission
    for n in range(3):
        proposal = settlement.propose(world.operator, round_)
        found = at_once(
            partial(settlement.approve, uma, proposal),
            partial(overrides.override, world.operator, dan, f"he asked first, {n}"),
        )
        proposal.refresh_from_db()
        if in_force(round_):
            assert found == ["already_settled", "done"]
            made = settlement.effective(round_)
            assert made is not None
            assert (made, made.inputs_sha256) == (proposal.settlement, proposal.inputs_sha256)
            settlement.undo(world.operator, round_, f"again, {n}")
        else:
            assert found == ["done", "proposal_stale"]
            assert proposal.state == Proposal.State.STALE
            overrides.lift(world.operator, dan, f"again, {n}")


def test_of_many_who_propose_one_does_and_it_is_approved_or_withdrawn_once(
    watched: tuple[World, Round],
) -> None:
    world, round_ = watched
    uma, vic = (paid.operator(world, name) for name in ("uma", "vic"))
    for n in range(3):
        mine = [partial(settlement.propose, world.operator, round_, key) for key in ("", f"k{n}")] * 2
        hers = [partial(settlement.propose, uma, round_)] * 4
        assert at_once(*mine, *hers) == ["done"] * 4 + ["proposal_open"] * 4
        assert Proposal.objects.count() == n + 1
        proposal = Proposal.objects.get(state=Proposal.State.OPEN)
        withdraw = partial(settlement.withdraw, uma, proposal, "not yet")
        found = at_once(withdraw, partial(settlement.approve, vic, proposal), withdraw)
        assert found == ["done"] + ["proposal_closed"] * 2
        proposal.refresh_from_db()
        assert in_force(round_) == (proposal.state == Proposal.State.APPROVED)
        if proposal.state == Proposal.State.APPROVED:
            settlement.undo(world.operator, round_, f"again, {n}")
