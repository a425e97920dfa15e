"""Four eyes over HTTP: one operator proposes, another approves exactly that, and taking it back."""

from typing import Any

import pytest

from tests.api.stage import Caller, T, ok, problem
from tests.api.test_money import play
from tests.services import paid
from tests.world import World
from tournaments.models import Round, Settlement
from tournaments.services import overrides
from tournaments.services.access import Actor
from tournaments.services.people import roles, users

SETTLEMENTS = f"{T}/rounds/1/settlements/"
PROPOSALS = f"{SETTLEMENTS}proposals/"


@pytest.fixture
def world(db: None, tmp_path: Any) -> World:
    return World(tmp_path, pool=1_000, four_eyes=True)


@pytest.fixture
def round_(world: World) -> Round:
    """A resolved round of three; Cyd copies Ann."""
    callers = [Caller(world.player(name)) for name in ("ann", "bob")]
    return play(world, *callers)


@pytest.fixture
def uma(world: World) -> Caller:
    return Caller(paid.operator(world, "uma"))


def test_another_operator_approves_what_one_proposed(olga: Caller, uma: Caller, round_: Round) -> None:
    problem(olga.post(SETTLEMENTS), 409, "approval_needed")
    made = ok(olga.post(PROPOSALS), 201)
    assert (made["state"], made["pool"], made["paid"], made["proposed_by"]) == ("open", 1_000, 1_000, "olga")
    assert ok(olga.post(PROPOSALS), 201)["id"] == made["id"]
    problem(uma.post(PROPOSALS), 409, "proposal_open")
    approve = f"{PROPOSALS}{made['id']}/approve/"
    problem(olga.post(approve), 403, "same_operator")
    settled = ok(uma.post(approve, HTTP_IDEMPOTENCY_KEY="yes"), 201)
    assert ok(uma.post(approve, HTTP_IDEMPOTENCY_KEY="yes"), 201) == settled
    assert settled["paid"] == 1_000
    (found,) = ok(uma.get(PROPOSALS))["results"]
    assert (found["state"], found["decided_by"], found["settlement"]) == ("approved", "uma", settled["id"])
    assert Settlement.objects.count() == 1
    problem(uma.post(f"{PROPOSALS}{made['id']}/withdraw/", {"reason": "late"}), 409, "proposal_closed")


def test_a_proposal_is_withdrawn_with_a_reason(olga: Caller, uma: Caller, round_: Round) -> None:
    made = ok(olga.post(PROPOSALS), 201)
    path = f"{PROPOSALS}{made['id']}/withdraw/"
    problem(uma.post(path, {"reason": " "}), 400, "invalid")
    found = ok(uma.post(path, {"reason": "labels are late"}))
    assert (found["state"], found["reason"], found["decided_by"]) == ("withdrawn", "labels are late", "uma")
    problem(uma.post(f"{PROPOSALS}{made['id']}/approve/"), 409, "proposal_closed")
    assert ok(uma.post(PROPOSALS), 201)["id"] != made["id"]


def test_what_changed_meanwhile_is_not_paid(world: World, olga: Caller, uma: Caller, round_: Round) -> None:
    made = ok(olga.post(PROPOSALS), 201)
    submission = round_.submissions.get(participant__alias="Bob")
    submission.originality.passes = False
    submission.originality.save(update_fields=["passes"])
    problem(uma.post(f"{PROPOSALS}{made['id']}/approve/"), 409, "proposal_stale")
    assert not Settlement.objects.exists()
    overrides.override(world.operator, submission, "seen and fine")
    ok(olga.post(PROPOSALS), 201)


def test_a_settlement_is_taken_back_and_made_again(olga: Caller, uma: Caller, round_: Round) -> None:
    first = ok(olga.post(PROPOSALS), 201)
    ok(uma.post(f"{PROPOSALS}{first['id']}/approve/"), 201)
    undo = f"{SETTLEMENTS}undo/"
    problem(olga.post(undo, {}), 400, "invalid")
    found = ok(olga.post(undo, {"reason": "wrong labels"}, HTTP_IDEMPOTENCY_KEY="u"))
    assert found["reversed_at"]
    assert ok(olga.post(undo, {"reason": "wrong labels"}, HTTP_IDEMPOTENCY_KEY="u")) == found
    problem(olga.post(undo, {"reason": "once more"}), 409, "wrong_state")
    again = ok(uma.post(PROPOSALS), 201)
    ok(olga.post(f"{PROPOSALS}{again['id']}/approve/"), 201)
    assert [bool(one["reversed_at"]) for one in ok(olga.get(SETTLEMENTS))["results"]] == [False, True]


def test_a_key_proposes_once_and_for_one_round_only(world: World, olga: Caller, round_: Round) -> None:
    made = ok(olga.post(PROPOSALS, HTTP_IDEMPOTENCY_KEY="p"), 201)
    ok(olga.post(f"{PROPOSALS}{made['id']}/withdraw/", {"reason": "labels are late"}))
    again = ok(olga.post(PROPOSALS, HTTP_IDEMPOTENCY_KEY="p"), 201)
    assert (again["id"], again["state"]) == (made["id"], "withdrawn")
    world.open_round()
    second = f"{T}/rounds/2/settlements/proposals/"
    problem(olga.post(second, HTTP_IDEMPOTENCY_KEY="p"), 409, "idempotency_key_reused")
    problem(olga.post(second), 409, "wrong_state")


def test_a_proposal_is_found_in_its_own_round_only(
    world: World, olga: Caller, uma: Caller, round_: Round
) -> None:
    made = ok(olga.post(PROPOSALS), 201)
    world.open_round()
    second = f"{T}/rounds/2/settlements/proposals/{made['id']}/"
    problem(uma.post(f"{second}approve/"), 404, "not_found")
    problem(uma.post(f"{second}withdraw/", {"reason": "late"}), 404, "not_found")
    assert ok(uma.get(PROPOSALS))["results"][0]["state"] == "open"


def test_players_see_no_proposal_and_auditors_decide_none(world: World, olga: Caller, round_: Round) -> None:
    made = ok(olga.post(PROPOSALS), 201)
    approve, withdraw = (f"{PROPOSALS}{made['id']}/{verb}/" for verb in ("approve", "withdraw"))
    user, _ = users.create_user("ada")
    ada = Caller(Actor(user))
    problem(ada.get(PROPOSALS), 403, "overseer_only")
    problem(ada.post(approve), 403, "overseer_only")
    roles.grant(world.operator, world.tournament, "ada", "auditor")
    assert [one["id"] for one in ok(ada.get(PROPOSALS))["results"]] == [made["id"]]
    problem(ada.post(approve), 403, "operator_only")
    problem(ada.post(withdraw, {"reason": "late"}), 403, "operator_only")
    problem(Caller().post(approve), 401, "login_needed")
    assert not Settlement.objects.exists()


def test_where_one_operator_settles_nothing_is_proposed(db: None, tmp_path: Any) -> None:
    world = World(tmp_path, pool=1_000)
    play(world, Caller(world.player("ann")))
    problem(Caller(world.operator).post(PROPOSALS), 409, "no_approval_needed")
