"""Four eyes: one operator proposes a settlement, another approves it; and a settlement that is taken back."""

import pytest
from django.db import IntegrityError, transaction

from tests.services import paid
from tournaments.models import AuditEvent, Originality, Proposal, Round, RoundLog, Settlement
from tournaments.services import ledger, overrides, pools, purse, rounds, settlement
from tournaments.services.access import Actor, participant_of
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people import users
from tournaments.services.settlement import proposals
from tournaments.services.upkeep import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(kept, tmp_path):
    world, round_ = kept("settling:four", lambda: paid.played(tmp_path, four_eyes=True))
    return world, round_, paid.operator(world, "omar")


@pytest.fixture
def one_eyed(kept, tmp_path):
    return kept("settling:undone", lambda: paid.played(tmp_path))


def refused(code, call, *args):
    with pytest.raises((Conflict, Forbidden)) as error:
        call(*args)
    assert error.value.code == code


def test_one_operator_alone_cannot_settle(stage):
    world, round_, _ = stage
    refused("approval_needed", settlement.commit, world.operator, round_)
    proposed = settlement.propose(world.operator, round_)
    refused("approval_needed", settlement.commit, world.operator, round_)
    refused("same_operator", settlement.approve, world.operator, proposed)
    assert not Settlement.objects.exists()


def test_two_settle_what_the_first_proposed_and_it_is_written_who_they_were(stage):
    world, round_, omar = stage
    proposed = settlement.propose(world.operator, round_, "k1")
    assert settlement.propose(world.operator, round_) == proposed
    assert settlement.propose(world.operator, round_, "k1") == proposed
    refused("proposal_open", settlement.propose, omar, round_)
    made = settlement.approve(omar, proposed, "k2")
    assert (made.committed_by, made.approved_by) == (world.operator.user, omar.user)
    assert (made.inputs_sha256, made.paid) == (proposed.inputs_sha256, proposed.paid)
    assert settlement.approve(omar, proposed, "k2") == made
    assert settlement.approve(omar, proposed) == made
    proposed.refresh_from_db()
    assert (proposed.state, proposed.settlement, proposed.decided_by) == ("approved", made, omar.user)
    event = AuditEvent.objects.get(action="settled")
    assert (event.actor, event.details["proposed_by"]) == (omar.user, "olga")
    assert "proposed" in RoundLog.objects.values_list("kind", flat=True)
    refused("proposal_closed", settlement.withdraw, omar, proposed, "too late")
    refused("wrong_state", settlement.propose, omar, round_)


def test_what_changed_since_it_was_proposed_is_not_paid(stage):
    world, round_, omar = stage
    proposed = settlement.propose(world.operator, round_)
    dan = Originality.objects.get(submission__participant__alias="Dan", round=round_).submission
    overrides.override(omar, dan, "he asked first")
    refused("proposal_stale", settlement.approve, omar, proposed, "k")
    refused("proposal_stale", settlement.approve, omar, proposed, "k")
    refused("proposal_closed", settlement.approve, omar, proposed)
    proposed.refresh_from_db()
    assert (proposed.state, Settlement.objects.count()) == ("stale", 0)
    anew = settlement.propose(omar, round_)
    assert anew.inputs_sha256 != proposed.inputs_sha256
    assert settlement.approve(world.operator, anew).paid == 1_000


def test_proposed_again_after_a_change_the_older_proposal_is_stale(stage):
    world, round_, omar = stage
    first = settlement.propose(world.operator, round_)
    dan = Originality.objects.get(submission__participant__alias="Dan", round=round_).submission
    overrides.override(omar, dan, "he asked first")
    second = settlement.propose(omar, round_)
    assert [one.state for one in proposals.listed(omar, round_)] == ["open", "stale"]
    assert proposals.waiting(round_) == second
    assert proposals.find(omar, round_, first.pk) == first


def test_a_proposal_is_withdrawn_with_a_reason_by_either(stage):
    world, round_, omar = stage
    proposed = settlement.propose(world.operator, round_)
    with pytest.raises(Invalid):
        settlement.withdraw(omar, proposed, " ")
    gone = settlement.withdraw(omar, proposed, "labels are in doubt")
    assert (gone.state, gone.reason, gone.decided_by) == ("withdrawn", "labels are in doubt", omar.user)
    refused("proposal_closed", settlement.approve, omar, proposed)
    assert settlement.propose(omar, round_).state == "open"


def test_the_database_holds_four_eyes_too(stage):
    world, round_, _ = stage
    proposed = settlement.propose(world.operator, round_)
    values = {
        "round": round_,
        "rule": "ranked_pool",
        "currency": "USD",
        "pool": 0,
        "paid": 0,
        "rolled_over": 0,
    }
    with pytest.raises(IntegrityError, match="settlement_by_two"), transaction.atomic():
        Settlement.objects.create(**values, committed_by=world.operator.user, approved_by=world.operator.user)
    with pytest.raises(IntegrityError, match="proposal_approved_by_another"), transaction.atomic():
        Proposal.objects.filter(pk=proposed.pk).update(state="approved", decided_by=world.operator.user)


def test_only_operators_propose_and_only_overseers_look(stage):
    world, round_, _ = stage
    fay = world.player("fay")
    refused("operator_only", settlement.propose, fay, round_)
    refused("overseer_only", proposals.listed, fay, round_)
    with pytest.raises(Unknown):
        proposals.find(world.operator, round_, 1)


def test_where_one_operator_settles_there_is_nothing_to_propose(one_eyed):
    world, round_ = one_eyed
    refused("no_approval_needed", settlement.propose, world.operator, round_)


def test_a_settlement_is_taken_back_whole_and_the_round_settled_anew(one_eyed):
    world, round_ = one_eyed
    first = settlement.commit(world.operator, round_)
    undone = settlement.undo(world.operator, round_, "a label was wrong", "k")
    assert settlement.undo(world.operator, round_, "a label was wrong", "k") == undone == first
    round_.refresh_from_db()
    assert (round_.state, round_.settled_at) == (Round.State.RESOLVED, None)
    assert (undone.reverse_reason, undone.reversed_by) == ("a label was wrong", world.operator.user)
    assert undone.reversal.reverses == undone.transaction
    assert ledger.balance(pools.pool_of(round_)) == 1_000
    assert settlement.effective(round_) is None
    dan = Originality.objects.get(submission__participant__alias="Dan", round=round_).submission
    overrides.override(world.operator, dan, "he asked first")
    second = settlement.commit(world.operator, round_)
    assert second != first
    assert [one.pk for one in settlement.history(round_)] == [second.pk, first.pk]
    assert second.payouts.filter(amount__gt=0).count() == 3
    assert ledger.balance(pools.pool_of(round_)) == 0
    assert [one.code for one in books.check(world.tournament)] == [] if hasattr(books, "check") else True
    log = RoundLog.objects.get(round=round_, kind="unsettled").text
    assert log == "The settlement of round 1 was reversed: a label was wrong"
    assert AuditEvent.objects.get(action="settlement_reversed").reason == "a label was wrong"


def test_what_was_paid_and_withdrawn_cannot_be_taken_back_and_nothing_changes(one_eyed):
    world, round_ = one_eyed
    made = settlement.commit(world.operator, round_)
    payout = settlement.payouts_of(made)[0]
    purse.withdraw(world.operator, world.tournament, payout.participant, "USD", payout.amount, "bank 7", "")
    refused("not_enough", settlement.undo, world.operator, round_, "a label was wrong")
    round_.refresh_from_db()
    assert (round_.state, settlement.effective(round_)) == (Round.State.SETTLED, made)


def test_only_a_settled_round_is_taken_back_and_by_operators(one_eyed):
    world, round_ = one_eyed
    refused("wrong_state", settlement.undo, world.operator, round_, "a label was wrong")
    user, _ = users.create_user("ada")
    refused("operator_only", settlement.undo, Actor(user), round_, "a label was wrong")
    with pytest.raises(Invalid):
        settlement.undo(world.operator, round_, "")


def test_an_undone_round_can_be_cancelled_and_the_house_has_its_money(one_eyed):
    world, round_ = one_eyed
    settlement.commit(world.operator, round_)
    settlement.undo(world.operator, round_, "a label was wrong")
    rounds.cancel(world.operator, round_, "it cannot be mended")
    assert ledger.balance(pools.pool_of(round_)) == 0
    assert ledger.balance(ledger.account(world.tournament, "house", "USD")) == 0
    assert participant_of(world.operator, world.tournament) is None
