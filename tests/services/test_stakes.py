"""Stakes: placed and taken back while a round is open, locked at its close, given back when cancelled."""

import pytest
from django.db import IntegrityError, transaction

from tests.world import World, drain
from tournaments.models import Account, Entry, Round, Stake
from tournaments.services import ledger, purse, rounds, stakes
from tournaments.services.access import Actor, participant_of
from tournaments.services.errors import Refused
from tournaments.services.people import players
from tournaments.services.upkeep import books, chain

pytestmark = pytest.mark.django_db


def staked_world(folder, **rules) -> World:
    """A world whose rounds are wagers in dollars, unless said otherwise."""
    usual = {"payout_rule": "wager", "pool": 0, "rewards": "money", "currency": "USD", "currency_digits": 2}
    return World(folder, **{**usual, "originality_gate": None, **rules})


def rich(world: World, name: str, amount: int = 1_000) -> Actor:
    """A player with something to stake."""
    actor = world.player(name)
    whom = participant_of(actor, world.tournament)
    purse.deposit(
        world.operator, world.tournament, whom, world.tournament.read_rules().currency, amount, "bank"
    )
    return actor


def has(world: World, actor: Actor) -> int:
    """What a player has beside stakes."""
    whom = participant_of(actor, world.tournament)
    return purse.held(world.operator, world.tournament, whom, world.tournament.read_rules().currency)


def refused(call) -> str:
    with pytest.raises(Refused) as error:
        call()
    return error.value.code


@pytest.fixture
def world(tmp_path) -> World:
    return staked_world(tmp_path)


def escrow_of(round_: Round, actor: Actor, world: World) -> int:
    whom = participant_of(actor, world.tournament)
    kind = Account.Kind.ESCROW
    return sum(
        ledger.balance(one) for one in Account.objects.filter(kind=kind, round=round_, participant=whom)
    )


def test_a_stake_is_set_raised_lowered_and_taken_back_and_every_cent_is_somewhere(world):
    ann, round_ = rich(world, "ann"), world.open_round()
    for amount in (300, 1_000, 250, 250, 0):
        made = stakes.stake(ann, round_, "main", amount)
        assert (has(world, ann), ledger.balance(made.escrow)) == (1_000 - amount, amount)
        risked = {one.forecaster.pk: one.amount for one in stakes.of_round(round_)}
        assert risked == ({made.forecaster_id: amount} if amount else {})
    assert Stake.objects.count() == 1
    assert [one.kind for one in round_.transactions.order_by("pk")] == [
        "stake",
        "stake",
        "unstake",
        "unstake",
    ]
    assert chain.check(world.tournament) == books.verify(world.tournament).findings == []


def test_what_cannot_be_staked_is_refused_and_moves_nothing(world):
    ann, round_ = rich(world, "ann"), world.open_round()
    entries = Entry.objects.count()
    assert refused(lambda: stakes.stake(ann, round_, "main", 1_001)) == "not_enough"
    assert refused(lambda: stakes.stake(ann, round_, "main", -1)) == "bad_stake"
    assert refused(lambda: stakes.stake(ann, round_, "other", 1)) == "unknown_forecaster"
    assert refused(lambda: stakes.stake(ann, round_, "main", 1, confidence=5)) == "bad_confidence"
    assert refused(lambda: stakes.stake(world.operator, round_, "main", 1)) == "not_a_participant"
    assert Entry.objects.count() == entries


def test_a_round_says_how_much_may_be_staked(tmp_path):
    world = staked_world(tmp_path, stake_least=100, stake_most=500)
    ann, round_ = rich(world, "ann"), world.open_round()
    assert refused(lambda: stakes.stake(ann, round_, "main", 99)) == "stake_too_small"
    assert refused(lambda: stakes.stake(ann, round_, "main", 501)) == "stake_too_large"
    for amount in (100, 500, 0):
        stakes.stake(ann, round_, "main", amount)
    assert has(world, ann) == 1_000


@pytest.mark.parametrize(
    "rules", [{"payout_rule": "ranked_pool", "pool": 1_000}, {"payout_rule": "contribution_pool", "pool": 5}]
)
def test_a_rule_without_stakes_takes_none(tmp_path, rules):
    world = staked_world(tmp_path, **rules)
    ann, round_ = rich(world, "ann"), world.open_round()
    assert refused(lambda: stakes.stake(ann, round_, "main", 1)) == "not_staked_here"


def test_an_auction_needs_a_bid(tmp_path):
    world = staked_world(tmp_path, payout_rule="auction", pool=100)
    ann, round_ = rich(world, "ann"), world.open_round()
    assert refused(lambda: stakes.stake(ann, round_, "main", 1)) == "confidence_needed"
    assert refused(lambda: stakes.stake(ann, round_, "main", 1, 0)) == "bad_confidence"
    assert refused(lambda: stakes.stake(ann, round_, "main", 1, 10**9 + 1)) == "bad_confidence"
    assert stakes.stake(ann, round_, "main", 1, 10**9).confidence == 10**9
    assert stakes.stake(ann, round_, "main", 0).confidence is None


def test_the_same_key_stakes_once(world):
    ann, round_ = rich(world, "ann"), world.open_round()
    stakes.stake(ann, round_, "main", 10, key="k")
    stakes.stake(ann, round_, "main", 20)
    stakes.stake(ann, round_, "main", 10, key="k")
    assert has(world, ann) == 980
    assert refused(lambda: stakes.stake(ann, round_, "main", 30, key="k")) == "idempotency_key_reused"


def test_at_the_close_a_stake_is_locked_and_the_database_holds_it(world):
    ann, round_ = rich(world, "ann"), world.open_round()
    world.submit(ann, round_, world.skill(0.4, 1))
    drain()
    stakes.stake(ann, round_, "main", 400)
    closed = world.close(round_)
    assert Stake.objects.get().locked == 400
    assert refused(lambda: stakes.stake(ann, closed, "main", 0)) == "round_not_open"
    escrow = Stake.objects.get().escrow
    own = ledger.account(
        world.tournament, Account.Kind.PARTICIPANT, "USD", participant_of(ann, world.tournament)
    )
    for kind in ("unstake", "withdrawal", "collection"):
        with pytest.raises(IntegrityError, match="ledger_locked"):
            ledger.post(kind, [(escrow, -1), (own, 1)], "thief", round_=closed)
    for changes in ({"locked": 1}, {"confidence": 1}):
        with pytest.raises(IntegrityError, match="rows_forward"), transaction.atomic():
            Stake.objects.update(**changes)
    assert ledger.balance(escrow) == 400


def test_overlapping_rounds_never_share_an_escrow_and_a_cancelled_one_refunds_to_the_cent(world):
    ann, bob = rich(world, "ann"), rich(world, "bob", 70)
    first, second = world.open_round(), world.open_round()
    players.add_forecaster(ann, world.tournament, "second")
    stakes.stake(ann, first, "main", 300)
    stakes.stake(ann, first, "second", 33)
    stakes.stake(ann, second, "main", 500)
    stakes.stake(bob, first, "main", 70)
    assert (has(world, ann), has(world, bob)) == (167, 0)
    assert (escrow_of(first, ann, world), escrow_of(second, ann, world)) == (333, 500)
    rounds.cancel(world.operator, first, "the data was wrong")
    assert (has(world, ann), has(world, bob)) == (500, 70)
    assert (escrow_of(first, ann, world), escrow_of(second, ann, world)) == (0, 500)
    refunds = first.transactions.filter(kind="refund")
    assert refunds.count() == 1
    assert chain.check(world.tournament) == books.verify(world.tournament).findings == []


def test_what_others_stake_is_shown_from_the_close_on(world):
    ann, bob, round_ = rich(world, "ann"), rich(world, "bob"), world.open_round()
    world.submit(ann, round_, world.skill(0.4, 1))
    drain()
    stakes.stake(ann, round_, "main", 20)
    stakes.stake(bob, round_, "main", 30)
    assert refused(lambda: stakes.shown(bob, round_)) == "stakes_hidden"
    assert [one.amount for one in stakes.shown(world.operator, round_)] == [30, 20]
    closed = world.close(round_)
    assert [one.amount for one in stakes.shown(bob, closed)] == [30, 20]
    (mine,) = stakes.own(ann, closed).stakes
    assert (mine.amount, mine.state, mine.won) == (20, "locked", None)


def test_who_could_stake_is_who_has_enough_has_not_and_may(tmp_path):
    world = staked_world(tmp_path, stake_least=100)
    ann, bob, cyd = rich(world, "ann", 100), rich(world, "bob", 99), rich(world, "cyd")
    me = {one: participant_of(one, world.tournament) for one in (ann, bob, cyd)}
    round_ = world.open_round()
    rounds.exclude(world.operator, round_, me[cyd], "two people")
    assert [stakes.could(me[one], round_) for one in (ann, bob, cyd)] == [True, False, False]
    stakes.stake(ann, round_, "main", 100)
    assert not stakes.could(me[ann], round_)
    stakes.stake(ann, round_, "main", 0)
    assert stakes.could(me[ann], round_)
    assert not stakes.could(me[ann], world.close(round_))
