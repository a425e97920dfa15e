"""Two operators settle a round, and one takes it back, in a browser."""

import pytest

from tests.world import World, drain
from tournaments.models import Proposal, Round, Settlement
from tournaments.services.people import roles, users

pytestmark = pytest.mark.django_db
SETTLE, UNDO = "/t/weekly/1/settle/", "/t/weekly/1/settle/undo/"
NAME = {"name": "weekly/1"}


@pytest.fixture
def round_(tmp_path):
    world = World(tmp_path, pool=1_000, four_eyes=True)
    users.create_user("otto")
    roles.grant(world.operator, world.tournament, "otto", "operator")
    opened = world.open_round()
    for name, noise in (("ann", 1), ("bob", 2)):
        world.submit(world.player(name), opened, world.skill(0.5, noise))
    drain()
    return world.resolve(world.close(opened))


def test_one_proposes_and_another_approves(look, round_):
    olga = look("olga")
    assert "This takes two operators" in olga.get(SETTLE).text
    olga.post(SETTLE, NAME)
    assert not Settlement.objects.exists()
    own = olga.get(SETTLE).text
    assert "It waits for another operator" in own
    assert "Approve it" not in own
    olga.post(SETTLE, NAME)
    assert Proposal.objects.count() == 1
    otto = look("otto")

    assert "olga proposed exactly this" in otto.get(SETTLE).text
    otto.post(SETTLE, NAME)
    made = Settlement.objects.get()
    assert (made.committed_by.username, made.approved_by.username) == ("olga", "otto")


def test_a_proposal_is_withdrawn_with_a_reason(look, round_):
    look("olga").post(SETTLE, NAME)
    look("otto").post(f"{SETTLE}withdraw/", {"reason": ""}, status=400)
    look("otto").post(f"{SETTLE}withdraw/", {"reason": "Bob wrote to us"})
    assert Proposal.objects.get().state == "withdrawn"
    assert "This takes two operators" in look("otto").get(SETTLE).text
    look("ann").post(f"{SETTLE}withdraw/", {"reason": "mine"}, status=403)


def test_a_settlement_is_taken_back_with_a_reason_and_the_rounds_name(look, round_):
    look("olga").post(SETTLE, NAME)
    look("otto").post(SETTLE, NAME)
    olga = look("olga")
    assert UNDO in olga.get("/t/weekly/desk/?round=1").links
    assert "10.00" in olga.get(UNDO).text
    olga.post(UNDO, {"name": "weekly", "reason": "a label was wrong"}, status=400)
    look("ann").post(UNDO, {**NAME, "reason": "mine"}, status=403)
    look("olga").post(UNDO, {**NAME, "reason": "a label was wrong"})
    assert Settlement.objects.get().reverse_reason == "a label was wrong"
    assert Round.objects.get().state == Round.State.RESOLVED
