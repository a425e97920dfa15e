"""What all players of a round are told: its opening, its close to come, its results, its payments."""

from datetime import timedelta

import pytest

from tests.told import hook, mailed, told
from tests.world import World, drain
from tournaments.models import Delivery, Member, Participant, Payout, Round, User, Work
from tournaments.services import jobs, labels, resolution, rounds, settlement, work
from tournaments.services.clock import db_now
from tournaments.services.people import bans
from tournaments.services.telling import announcing, letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, pool=1_000)


def test_of_an_opening_all_unbanned_players_are_told_once_however_often_it_is_announced(world):
    for name in ("ann", "bob", "cyd"):
        mailed(world, name)
    mailed_bench = world.player("bench", kind=Participant.Kind.BENCHMARK)
    User.objects.filter(pk=mailed_bench.user.pk).update(email="bench@example.org")
    bans.ban(world.operator, Participant.objects.get(alias="Cyd"), "spam")
    round_ = world.open_round()
    assert told("opened") == []
    for _ in range(3):
        drain()
        work.add(Work.Kind.ANNOUNCE, round_)
    drain()
    assert told("opened") == [("ann", False), ("bob", False)]


def test_an_opening_for_a_thousand_asks_the_database_as_much_as_for_ten(world, django_assert_max_num_queries):
    made: list[Member] = []
    for size in (10, 200):
        for i in range(len(made), size):
            one = User(username=f"u{i}", email=f"u{i}@example.org")
            one.save()
            player = Participant.objects.create(tournament=world.tournament, alias=f"P{i}")
            made.append(Member.objects.create(participant=player, tournament=world.tournament, user=one))
        round_ = world.open_round()
        piece = work.claim(Work.objects.get(round=round_, kind="announce").pk)
        with django_assert_max_num_queries(14):
            announcing.announce(piece)
        assert Delivery.objects.filter(event=f"opened:{round_.pk}").count() == size


def test_where_nobody_can_be_told_nothing_is_announced(world, settings):
    world.player("ann")
    assert not Work.objects.filter(round=world.open_round(), kind="announce").exists()
    settings.CAN_MAIL = False
    bob = mailed(world, "bob")
    round_ = world.open_round()
    world.submit(bob, round_, world.skill(0.3, 1))
    drain()
    assert not Delivery.objects.exists()


def due_now(round_):
    now = db_now()
    Work.objects.filter(round=round_, kind="remind").update(due_at=now)
    Round.objects.filter(pk=round_.pk).update(
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(minutes=1)
    )


def test_before_the_close_those_who_sent_nothing_are_told_and_webhooks_that_asked(world):
    ann, bob = mailed(world, "ann"), mailed(world, "bob")
    mailed(world, "cyd")
    hook(ann, "closing_soon")
    round_ = world.open_round()
    world.submit(ann, round_, world.skill(0.3, 1))
    rounds.exclude(world.operator, round_, Participant.objects.get(alias="Cyd"), "a copy")
    drain()
    due_now(round_)
    drain()
    assert told("closing_soon") == [("ann", True), ("bob", False)]
    missing = {one.user.username: one.body["missing"] for one in Delivery.objects.filter(kind="closing_soon")}
    assert missing == {"ann": False, "bob": True}
    assert Delivery.objects.get(user=bob.user, kind="closing_soon").body["closes_at"] > db_now().isoformat()


@pytest.mark.parametrize(("hours", "before"), [(1, 0.25), (24, 6), (96, 24), (400, 24)])
def test_that_it_closes_soon_is_told_a_day_before_or_in_the_last_quarter(world, hours, before):
    round_ = world.open_round(hours)
    due = Work.objects.get(round=round_, kind="remind").due_at
    assert (round_.closes_at - due).total_seconds() == pytest.approx(before * 3600, abs=2)


def test_an_extension_moves_it_and_it_is_told_of_the_new_deadline_again(world):
    mailed(world, "ann")
    round_ = world.open_round(1)
    due_now(round_)
    drain()
    round_.refresh_from_db()
    rounds.extend(world.operator, round_, db_now() + timedelta(hours=40), "power cut")
    piece = Work.objects.get(round=round_, kind="remind")
    assert (piece.state, piece.due_at > db_now() + timedelta(hours=29)) == (Work.State.DUE, True)
    Work.objects.filter(pk=piece.pk).update(due_at=db_now())
    drain()
    piece.refresh_from_db()
    assert piece.state == Work.State.DUE  # rung too early, it is put back
    assert len(told("closing_soon")) == 1
    due_now(round_)
    drain()
    assert len(told("closing_soon")) == 2


def test_a_late_reminder_of_a_closed_round_tells_nobody(world):
    mailed(world, "ann")
    world.close(world.open_round())
    assert told("closing_soon") == []
    assert Work.objects.get(kind="remind").state == Work.State.DONE


@pytest.fixture
def resolved(world):
    players = {name: mailed(world, name) for name in ("ann", "bob", "cyd")}
    round_ = world.open_round()
    for (name, actor), strength in zip(players.items(), (0.6, 0.4, -0.9), strict=True):
        world.submit(actor, round_, world.skill(strength, len(name) + int(10 * abs(strength))))
    drain()
    return world.resolve(world.close(round_))


def test_results_and_payments_are_told_each_with_ones_own_facts(world, resolved):
    assert told("resolved") == [("ann", False), ("bob", False), ("cyd", False)]
    assert told("paid") == []
    settlement.commit(world.operator, resolved)
    drain()
    assert len(told("resolved")) == 3
    bodies = {one.user.username: one.body for one in Delivery.objects.filter(kind="paid")}
    paid = {one.participant.alias.lower(): one for one in Payout.objects.all()}
    assert {name: body["amount"] for name, body in bodies.items()} == {
        name: one.amount for name, one in paid.items()
    }
    assert sum(body["amount"] for body in bodies.values()) == 1_000
    assert bodies["cyd"]["reason"] == "not_better_than_a_coin"
    best = max(bodies.values(), key=lambda body: body["amount"])
    text = letters.write("paid", best)
    assert text.subject == f"Weekly, round 1: {best['amount'] / 100:.2f} USD for you"
    assert "You came 1st" in text.lines[0]
    assert "was not better than a coin" in letters.write("paid", bodies["cyd"]).lines[0]


def test_results_that_were_settled_before_they_were_announced_are_told_too(world):
    ann, round_ = mailed(world, "ann"), world.open_round()
    world.submit(ann, round_, world.skill(0.6, 1))
    drain()
    round_ = world.close(round_)
    labels.upload(world.operator, round_, [world.labels("live")], "live.csv")
    resolution.resolve(world.operator, round_)
    while not Round.objects.filter(pk=round_.pk, state="resolved").exists():
        for pk in Work.objects.filter(state="due").exclude(kind="announce").values_list("pk", flat=True):
            jobs.run(pk)
    assert told("resolved") == []
    settlement.commit(world.operator, round_)
    drain()
    assert (told("resolved"), told("paid")) == ([("ann", False)], [("ann", False)])


def test_without_rewards_nobody_is_told_of_payments(tmp_path):
    world = World(tmp_path, preset="classroom")
    ann, round_ = mailed(world, "ann"), world.open_round()
    world.submit(ann, round_, world.skill(0.6, 1))
    drain()
    settlement.commit(world.operator, world.resolve(world.close(round_)))
    drain()
    assert len(told("resolved")) == 1
    assert told("paid") == []
