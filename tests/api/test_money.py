"""Settlements, balances and ledger over HTTP."""

from typing import Any

from tests.api.stage import Caller, T, ok, problem
from tests.world import World, drain
from tournaments.models import Round, Settlement

PATH = f"{T}/rounds/1/settlements/"
MONEY = {"currency", "currency_digits", "pool", "paid", "rolled_over", "burned", "amount", "paid_places"}


def play(world: World, *players: Caller) -> Round:
    round_ = world.open_round()
    for noise, caller in enumerate(players, 1):
        assert caller.actor is not None
        world.submit(caller.actor, round_, world.skill(0.5, noise=noise))
    drain()
    return world.resolve(world.close(round_))


def test_a_settlement_pays_what_its_preview_said(ann: Caller, olga: Caller, resolved: Round) -> None:
    plan = ok(olga.get(f"{PATH}preview/"))
    assert (plan["pool"], plan["currency"], plan["currency_digits"]) == (1_000, "USD", 2)
    assert plan["paid"] + plan["rolled_over"] == 1_000
    assert ok(ann.get(PATH))["results"] == []
    made = ok(olga.post(PATH), 201)
    for name in ("rule", "rules_sha256", "pool", "paid", "rolled_over"):
        assert made[name] == plan[name]
    assert {one["alias"]: one["amount"] for one in made["payouts"]} == {
        one["alias"]: one["amount"] for one in plan["payouts"]
    }
    assert ok(ann.get(PATH))["results"] == [made]
    assert sum(one["amount"] for one in made["payouts"]) == 1_000
    assert ok(ann.get(f"{T}/standings/"))["results"][0]["paid"] > 0


def test_a_round_is_settled_once_however_often_it_is_asked(olga: Caller, resolved: Round) -> None:
    first = ok(olga.post(PATH, HTTP_IDEMPOTENCY_KEY="s1"), 201)
    assert ok(olga.post(PATH, HTTP_IDEMPOTENCY_KEY="s1"), 201) == first
    assert ok(olga.post(PATH, HTTP_IDEMPOTENCY_KEY="s2"), 201) == first
    assert ok(olga.post(PATH), 201) == first
    assert Settlement.objects.count() == 1


def test_a_key_of_another_request_does_not_settle(world: World, olga: Caller, resolved: Round) -> None:
    ok(olga.post(PATH, HTTP_IDEMPOTENCY_KEY="s1"), 201)
    world.open_round()
    problem(olga.post(f"{T}/rounds/2/settlements/", HTTP_IDEMPOTENCY_KEY="s1"), 409, "idempotency_key_reused")
    problem(olga.post(f"{T}/rounds/2/settlements/"), 409, "wrong_state")
    problem(olga.get(f"{T}/rounds/2/settlements/preview/"), 409, "wrong_state")


def test_a_balance_is_the_sum_of_ones_own_ledger(
    ann: Caller, bob: Caller, olga: Caller, resolved: Round
) -> None:
    assert ok(ann.get(f"{T}/balance/")) == {"balances": []}
    paid = {one["alias"]: one["amount"] for one in ok(olga.post(PATH), 201)["payouts"]}
    assert min(paid.values()) > 0
    for caller, alias in ((ann, "Ann"), (bob, "Bob")):
        expected = {"currency": "USD", "currency_digits": 2, "balance": paid[alias]}
        assert ok(caller.get(f"{T}/balance/"))["balances"] == [expected]
        (line,) = ok(caller.get(f"{T}/ledger/"))["results"]
        assert (line["amount"], line["kind"], line["round"]) == (paid[alias], "payout", 1)


def named(found: Any) -> set[str]:
    """Every name in an answer, however deep."""
    if isinstance(found, dict):
        return set(found).union(*map(named, found.values()))
    return set().union(*map(named, found)) if isinstance(found, list) else set()


def test_without_rewards_nothing_speaks_of_money(db: None, tmp_path: Any) -> None:
    world = World(tmp_path, "classroom")
    ann, bob, olga = Caller(world.player("ann")), Caller(world.player("bob")), Caller(world.operator)
    play(world, ann, bob)
    plan = ok(olga.get(f"{PATH}preview/"))
    made = ok(olga.post(PATH), 201)
    assert [one["place"] for one in made["payouts"]] == [1, 2]
    answers = [plan, made] + [
        ok(ann.get(f"{T}/{part}"))
        for part in ("", "rounds/1/", "rounds/1/leaderboard/", "rounds/1/settlements/", "standings/")
    ]
    for answer in answers:
        assert named(answer) & MONEY == set()
    assert ok(ann.get(f"{T}/balance/")) == {"balances": []}
    assert ok(ann.get(f"{T}/ledger/"))["results"] == []
