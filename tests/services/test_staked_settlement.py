"""Rules with stakes, settled end to end: what is won and lost, who has a stake back whole, and undone again.

Ann is better than Bob, Cyd is worse than a coin, Dan copies Ann, Eve is excluded and Fay sends nothing.
"""

from fractions import Fraction
from math import floor

import pytest

from tests.services.paid import entries_of
from tests.services.test_stakes import has, rich, staked_world
from tests.world import drain
from tournaments.models import Account, Payout, Score, Stake
from tournaments.numerics.payouts import registry
from tournaments.services import ledger, pools, rounds, settlement, stakes
from tournaments.services.access import participant_of
from tournaments.services.blending import whole_stakes
from tournaments.services.people import players
from tournaments.services.settlement import plan
from tournaments.services.upkeep import books

pytestmark = pytest.mark.django_db
START = 1_000
SENT = {"ann": (0.5, 1), "bob": (0.3, 2), "cyd": (-0.8, 3), "dan": (0.5, 1), "eve": (0.3, 4)}
STAKED = {"ann": 300, "bob": 200, "cyd": 501, "dan": 70, "eve": 90, "fay": 110}
BACK = {"dan": "not_original", "eve": "excluded", "fay": "no_submission"}


def play(world, bids=None):
    """A resolved round in which all of them staked."""
    people = {name: rich(world, name, START) for name in STAKED}
    round_ = world.open_round()
    for name, (strength, noise) in SENT.items():
        world.submit(people[name], round_, world.skill(strength, noise))
    for name, amount in STAKED.items():
        stakes.stake(people[name], round_, "main", amount, (bids or {}).get(name))
    drain()
    rounds.exclude(world.operator, round_, participant_of(people["eve"], world.tournament), "two people")
    return people, world.resolve(world.close(round_))


def build(folder, rules, bids):
    world = staked_world(folder, originality_gate=0.95, **rules)
    return world, *play(world, bids)


@pytest.fixture
def staged(kept, tmp_path):
    def get(name, rules, bids=None):
        return kept(f"staked-{name}", lambda: build(tmp_path, rules, bids))

    return get


def units(round_, field):
    found = Score.objects.filter(submission__round=round_, split="live").select_related(
        "submission__participant"
    )
    return {one.submission.participant.alias.lower(): getattr(one, field) for one in found}


def check_moved(world, people, made, changes):
    """Everybody has what they began with and what they won or lost; nothing is left in escrow or lost."""
    assert {name: has(world, one) - START for name, one in people.items()} == changes
    escrows = Account.objects.filter(kind=Account.Kind.ESCROW)
    assert [ledger.balance(one) for one in escrows] == [0] * len(STAKED)
    assert made.rolled_over == made.pool + made.burned - made.paid
    assert ledger.balance(pools.rollover_of(made.round)) == made.rolled_over
    back = dict(Payout.objects.filter(reason__in=BACK.values()).values_list("participant__alias", "reason"))
    assert {alias.lower(): reason for alias, reason in back.items()} == BACK
    assert books.verify(world.tournament).findings == []


def test_a_wager_moves_from_the_worse_to_the_better_by_the_formula(staged):
    world, people, round_ = staged("wager", {})
    made = settlement.commit(world.operator, round_)
    playing = ("ann", "bob", "cyd")
    score, m = units(round_, "wager_units"), STAKED
    total = sum(m[name] for name in playing)
    mean = Fraction(sum(m[name] * score[name] for name in playing), total)
    exact = {name: m[name] * (score[name] - mean) / 10**9 for name in playing}
    got = {one.participant.alias.lower(): one.amount - one.burned for one in made.payouts.all()}
    assert sum(got.values()) == 0
    assert all(floor(exact[name]) <= got[name] <= floor(exact[name]) + 1 for name in playing)
    assert got["ann"] > 0 > got["cyd"]
    assert (made.pool, made.paid) == (0, made.burned)
    check_moved(world, people, made, {**dict.fromkeys(people, 0), **{n: got[n] for n in playing}})


def test_a_stake_curve_pays_corr_and_mmc_out_of_the_pool_and_burns(staged):
    world, people, round_ = staged(
        "curve", {"payout_rule": "stake_curve", "pool": 10_000, "stake_limit": 0.2}
    )
    made = settlement.commit(world.operator, round_)
    changes = dict.fromkeys(people, 0)
    for one in made.payouts.filter(reason=""):
        worth = 500_000 * one.read["scores"]["corr"] + 2_000_000 * one.read["scores"]["mmc"]
        share = min(Fraction(1, 5), max(Fraction(-1, 5), Fraction(worth, 10**15)))
        assert one.amount - one.burned == floor(one.stake * share)
        changes[one.participant.alias.lower()] = one.amount - one.burned
    assert changes["ann"] > 0 > changes["cyd"]
    check_moved(world, people, made, changes)


def test_an_auction_pays_stake_over_confidence_to_who_beats_a_coin_and_burns_who_does_not(staged):
    bids = {"ann": 10**9 // 4, "bob": 10**9 // 2, "cyd": 10**9, "dan": 1, "eve": 1, "fay": 1}
    world, people, round_ = staged("auction", {"payout_rule": "auction", "pool": 1_000}, bids)
    made = settlement.commit(world.operator, round_)
    # Cyd bids most and loses; Bob wins 200 / 0.5 = 400; Ann 300 / 0.25 = 1,200, of which 600 are left.
    check_moved(world, people, made, {**dict.fromkeys(people, 0), "ann": 600, "bob": 400, "cyd": -501})
    assert (made.paid, made.burned, made.rolled_over) == (1_000, 501, 501)


def test_an_undone_settlement_puts_stakes_back_and_settles_to_the_same_again(tmp_path):
    world, people, round_ = build(tmp_path, {}, None)
    locked = dict(Stake.objects.values_list("pk", "locked"))
    first = settlement.commit(world.operator, round_)
    after = {name: has(world, one) for name, one in people.items()}
    settlement.undo(world.operator, round_, "a label was wrong")
    held = {one.pk: ledger.balance(one.escrow) for one in Stake.objects.select_related("escrow")}
    assert held == locked == dict(Stake.objects.values_list("pk", "locked"))
    assert books.verify(world.tournament).findings == []
    round_.refresh_from_db()
    second = settlement.commit(world.operator, round_)
    assert second.inputs_sha256 == first.inputs_sha256
    assert {name: has(world, one) for name, one in people.items()} == after


def test_payouts_with_stakes_can_be_computed_again_from_their_own_rows(staged):
    world, _, round_ = staged("wager", {})
    made = settlement.commit(world.operator, round_)
    table = registry.settle("wager", entries_of(made), 0, registry.parameters_of("wager", made.parameters))
    rows = {one.forecaster_id: (one.amount, one.burned, one.place) for one in made.payouts.all()}
    assert rows == {one.key: (one.paid, one.burned, one.place) for one in table.awards}


def test_every_forecaster_with_a_stake_plays_for_itself(tmp_path):
    world = staked_world(tmp_path)
    ann, bob = rich(world, "ann"), rich(world, "bob")
    players.add_forecaster(ann, world.tournament, "second")
    round_ = world.open_round()
    world.submit(ann, round_, world.skill(0.5, 1))
    world.submit(ann, round_, world.skill(0.2, 5), "second")
    world.submit(bob, round_, world.skill(0.1, 2))
    for actor, name, amount in ((ann, "main", 100), (ann, "second", 50), (bob, "main", 150)):
        stakes.stake(actor, round_, name, amount)
    drain()
    resolved = world.resolve(world.close(round_))
    made = settlement.commit(world.operator, resolved)
    assert sorted(made.payouts.values_list("participant__alias", "forecaster__name", "stake")) == [
        ("Ann", "main", 100),
        ("Ann", "second", 50),
        ("Bob", "main", 150),
    ]
    assert has(world, ann) + has(world, bob) == 2_000
    same = settlement.compare(made.round, settlement.what_if(world.operator, made.round, {}))
    before = {one.alias: one.before for one in same.lines}
    assert before == {"Ann": has(world, ann) - START, "Bob": has(world, bob) - START}
    assert [one.difference for one in same.lines] == [0, 0]
    shown = [(one.forecaster, one.amount, one.state) for one in stakes.own(ann, made.round).stakes]
    assert shown == [("main", 100, "settled"), ("second", 50, "settled")]


def test_a_round_by_stakes_blends_by_the_stakes_locked_at_its_close(tmp_path):
    world = staked_world(tmp_path, blend="stake")
    ann, bob = rich(world, "ann"), rich(world, "bob")
    round_ = world.open_round()
    for actor, noise, amount in ((ann, 1, 300), (bob, 2, 100)):
        world.submit(actor, round_, world.skill(0.4, noise))
        stakes.stake(actor, round_, "main", amount)
    drain()
    closed = world.close(round_)
    drain()
    model = closed.meta_models.get(headline=True)
    weights = {one.participant.alias: one.weight for one in model.weights.select_related("participant")}
    assert (model.blend, weights) == ("stake", {"Ann": 0.75, "Bob": 0.25})


def test_stakes_of_any_size_weigh_by_their_proportions():
    assert whole_stakes([3, 0, 1]).tolist() == [3, 0, 1]
    large = whole_stakes([3 * 10**37, 10**37, 0])
    assert large.sum() < 2**63
    assert (large / large.sum()).tolist() == pytest.approx([0.75, 0.25, 0], abs=1e-15)


def test_a_what_if_of_another_rule_uses_the_stakes_of_the_round(staged):
    world, _, round_ = staged("wager", {})
    own = plan(round_)
    other = settlement.what_if(world.operator, round_, {"payout_rule": "stake_curve", "pool": 1_000})
    assert {line.forecaster.pk: line.entry.stake for line in other.lines} == {
        line.forecaster.pk: line.entry.stake for line in own.lines
    }
    each = settlement.what_if(world.operator, round_, {}, stake_each=10)
    assert {line.entry.stake for line in each.lines} == {10}
