"""Payouts as files, what-ifs and replays over HTTP."""

import csv
import io
import json
from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, problem, text
from tests.api.test_money import MONEY, named, play
from tests.services.test_staked_settlement import STAKED as STAKES
from tests.services.test_staked_settlement import build
from tests.world import World
from tournaments.models import Round, Settlement, Transaction
from tournaments.services.access import Actor
from tournaments.services.people import roles, users

ROUND = f"{T}/rounds/1"
SETTLEMENTS, PAYOUTS, PREVIEW = f"{ROUND}/settlements/", f"{ROUND}/payouts/", f"{ROUND}/settlements/preview/"
HEADER = (
    "place alias forecaster tied reason limit found log_loss_units read stake_minor_units burned_minor_units"
)
CALCULATE, REPLAY = f"{V1}/payouts/calculate/", f"{T}/payouts/replay/"


def rows(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, text(response)
    return list(csv.DictReader(io.StringIO(text(response))))


def of_table(table: list[dict[str, str]], made: dict[str, Any]) -> dict[str, Any]:
    """What `recomputed` takes, with its payouts out of the CSV."""
    payouts = [
        {**one, "stake": int(one["stake_minor_units"]), "read": json.loads(one["read"])} for one in table
    ]
    return {**made, "payouts": payouts}


def recomputed(caller: Caller, made: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What the rule makes of what each payout keeps of what it read: won and lost by forecaster."""
    entries = [
        {"key": f"{one['alias']}/{one['forecaster']}", "stake": one["stake"], **one["read"]}
        for one in made["payouts"]
    ]
    body = {"rule": made["rule"], "parameters": made["parameters"], "pool": made["pool"], "entries": entries}
    awards = ok(caller.post(CALCULATE, body, format="json"))["awards"]
    return {one["key"]: (one["paid"], one["burned"]) for one in awards}


def test_payouts_come_as_a_table_and_as_an_object(ann: Caller, olga: Caller, resolved: Round) -> None:
    problem(ann.get(PAYOUTS), 409, "not_settled")
    made = ok(olga.post(SETTLEMENTS), 201)
    found = ann.get(PAYOUTS)
    assert found["Content-Type"] == "text/csv"
    assert found["Content-Disposition"] == 'attachment; filename="weekly-1-payouts.csv"'
    table = rows(found)
    assert list(table[0]) == [*HEADER.split(), "amount_minor_units", "amount", "currency"]
    assert [(one["place"], one["alias"]) for one in table] == [("1", "Ann"), ("2", "Bob")]
    assert sum(int(one["amount_minor_units"]) for one in table) == made["paid"] == 1_000
    assert [one["amount"] for one in table] == ["5.31", "4.69"]
    whole = ok(ann.get(f"{PAYOUTS}?format=json"))
    assert whole["payouts"] == made["payouts"]
    problem(ann.get(f"{PAYOUTS}?format=xml"), 400, "invalid")


RULES: dict[str, dict[str, Any]] = {
    "ranked_pool": {"pool": 777, "paid_places": 2},
    "contribution_pool": {"pool": 777},
    "wager": {},
    "stake_curve": {"pool": 10_000, "stake_limit": 0.2},
    "auction": {"pool": 1_000},
}
STAKED = ("wager", "stake_curve", "auction")


@pytest.mark.parametrize("rule", RULES)
def test_what_was_read_gives_the_same_amounts_again(db: None, tmp_path: Any, rule: str) -> None:
    rules = {"payout_rule": rule, **RULES[rule]}
    if rule in STAKED:
        bids = {name: 10**8 * n for n, name in enumerate(STAKES, 2)} if rule == "auction" else None
        world, _, _ = build(tmp_path, rules, bids)
    else:
        world = World(tmp_path, **rules)
        play(world, *(Caller(world.player(name)) for name in ("ann", "bob", "cyd")))
    olga = Caller(world.operator)
    ok(olga.post(SETTLEMENTS), 201)
    made = ok(olga.get(f"{PAYOUTS}?format=json"))
    paid = {f"{one['alias']}/{one['forecaster']}": (one["amount"], one["burned"]) for one in made["payouts"]}
    assert any(won for won, _ in paid.values())
    assert sum(won - lost for won, lost in paid.values()) == made["pool"] - made["rolled_over"]
    assert recomputed(olga, made) == paid
    assert recomputed(olga, of_table(rows(olga.get(PAYOUTS)), made)) == paid


def test_what_is_taken_back_is_no_longer_there(ann: Caller, olga: Caller, resolved: Round) -> None:
    made = ok(olga.post(SETTLEMENTS), 201)
    ok(olga.post(f"{SETTLEMENTS}undo/", {"reason": "wrong labels"}))
    problem(ann.get(PAYOUTS), 409, "not_settled")
    again = ok(olga.post(SETTLEMENTS), 201)
    assert ok(ann.get(f"{PAYOUTS}?format=json"))["id"] == again["id"] != made["id"]


def test_without_rewards_the_table_has_places_and_no_money(db: None, tmp_path: Any) -> None:
    world = World(tmp_path, "classroom")
    ann, olga = Caller(world.player("ann")), Caller(world.operator)
    play(world, ann)
    ok(olga.post(SETTLEMENTS), 201)
    (row,) = rows(ann.get(PAYOUTS))
    assert list(row) == HEADER.split()[:9]
    assert (row["place"], row["alias"]) == ("1", "Ann")
    assert named(ok(ann.get(f"{PAYOUTS}?format=json"))) & MONEY == set()


@pytest.mark.parametrize(("board", "status"), [("public", 200), ("participants", 404)])
def test_who_sees_the_board_sees_the_payouts(db: None, tmp_path: Any, board: str, status: int) -> None:
    world = World(tmp_path, pool=1_000, board=board)
    ann, olga = Caller(world.player("ann")), Caller(world.operator)
    play(world, ann)
    ok(olga.post(SETTLEMENTS), 201)
    user, _ = users.create_user("ada")
    other = Caller(Actor(user))
    for form in ("csv", "json"):
        path = f"{PAYOUTS}?format={form}"
        assert [one.get(path).status_code for one in (ann, olga)] == [200, 200]
        assert [one.get(path).status_code for one in (Caller(), other)] == [status, status]
    roles.grant(world.operator, world.tournament, "ada", "auditor")
    assert len(rows(other.get(PAYOUTS))) == 1


def test_a_what_if_says_what_other_rules_would_pay_and_writes_nothing(olga: Caller, resolved: Round) -> None:
    body = {"changes": {"parameters": {"places": 1}, "pool": 500}}
    found = ok(olga.post(PREVIEW, body, format="json"))
    assert (found["rule"], found["pool"], found["paid"]) == ("ranked_pool", 500, 500)
    assert [(one["alias"], one["amount"]) for one in found["payouts"]] == [("Ann", 500), ("Bob", 0)]
    against = found["against"]
    assert against["settled"] is False
    assert [(one["alias"], one["before"], one["difference"]) for one in against["payouts"]] == [
        ("Ann", 531, -31),
        ("Bob", 469, -469),
    ]
    # Of two: (n − 1) / n where one has all, and (531 − 469) / (2 · 1,000).
    assert (against["unequal"]["gini"], against["unequal_before"]["gini"]) == (0.5, 0.031)
    wager = {"changes": {"payout_rule": "wager"}}
    problem(olga.post(PREVIEW, wager, format="json"), 400, "stake_needed")
    found = ok(olga.post(PREVIEW, {**wager, "stake_each": 1_000}, format="json"))
    assert found["paid"] == found["burned"] > 0
    assert not Settlement.objects.exists()
    assert not Transaction.objects.filter(kind="payout").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quota": 3}, "invalid_rule"),
        ({"payout_rule": "lottery"}, "invalid_rule"),
        ({"parameters": {"places": 0}}, "invalid_rule"),
        ({"payout_rule": "auction"}, "stake_needed"),
    ],
)
def test_a_what_if_that_cannot_be_is_refused(olga: Caller, resolved: Round, changes: Any, code: str) -> None:
    problem(olga.post(PREVIEW, {"changes": changes}, format="json"), 400, code)


def test_past_rounds_are_paid_again_side_by_side(olga: Caller, ann: Caller, resolved: Round) -> None:
    problem(
        ann.post(REPLAY, {"variants": [{"name": "a", "changes": {}}]}, format="json"), 403, "overseer_only"
    )
    ok(olga.post(SETTLEMENTS), 201)
    variants = [
        {"name": "one place", "changes": {"parameters": {"places": 1}}},
        {"name": "as it is", "changes": {}},
    ]
    found = ok(olga.post(REPLAY, {"variants": variants, "last": 5}, format="json"))
    assert (found["rounds"], found["left_out"], found["currency"]) == ([1], [], "USD")
    assert found["in_force"]["paid"] == 1_000
    first, second = found["variants"]
    assert (first["gain"], first["lose"], first["unequal"]["top_one"]) == (1, 1, 1.0)
    assert [(one["alias"], one["difference"]) for one in first["totals"]] == [("Ann", 469), ("Bob", -469)]
    assert (second["gain"], second["lose"]) == (0, 0)
    bad = [{"name": "x", "changes": {"parameters": {"places": 0}}}]
    assert problem(olga.post(REPLAY, {"variants": bad}, format="json"), 400, "invalid_rule")["variant"] == "x"
    problem(olga.post(REPLAY, {"variants": []}, format="json"), 400, "bad_variants")
