"""What one participant is told: by each way they chose, once, and no more than a page would show."""

from datetime import timedelta

import pytest

from tests.told import hook, mailed, told
from tests.world import World, drain
from tournaments.models import AuditEvent, Delivery, Member, Participant, Round, User, Webhook, Work
from tournaments.services import work
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, FileRefused, Forbidden
from tournaments.services.intake import submit
from tournaments.services.people import users
from tournaments.services.telling import letters, notices

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, pool=1_000)


def test_an_accepted_file_is_told_to_each_member_by_each_way(world):
    ann, bob = mailed(world, "ann"), mailed(world, "bob")
    second, _ = users.create_user("amy", email="amy@example.org")
    player = Participant.objects.get(alias="Ann")
    Member.objects.create(participant=player, tournament=world.tournament, user=second)
    hook(ann, "accepted")
    round_ = world.open_round()
    sent = world.submit(ann, round_, world.skill(0.3, 1))
    assert told("accepted") == [("amy", False), ("ann", True), ("ann", False)]
    body = Delivery.objects.filter(kind="accepted")[0].body
    assert body["submissions"] == [{"submission": sent.pk, "forecaster": "main", "position": 1}]
    assert body["sha256"] == sent.upload.sha256
    world.submit(ann, round_, world.skill(0.3, 1))  # the very same file is a retry, and told once
    assert Delivery.objects.filter(kind="accepted").count() == 3
    assert not Delivery.objects.filter(user=bob.user, kind="accepted").exists()


def test_a_rejected_file_is_told_with_its_faults(world):
    ann, round_ = mailed(world, "ann"), world.open_round()
    with pytest.raises(FileRefused):
        submit(ann, round_, [b"id,probability\nr000,2\n"], "bad.csv")
    one = Delivery.objects.get(kind="rejected")
    assert {fault["code"] for fault in one.body["faults"]} == {"out_of_range", "missing_id"}
    text = letters.write(one.kind, one.body)
    assert text.subject == "Weekly, round 1: your file was rejected"
    assert text.lines[0].startswith("Your file bad.csv was not accepted, and nothing of it was kept:\n* ")


def test_what_was_rolled_back_is_not_told(world):
    ann, round_ = mailed(world, "ann"), world.open_round()
    world.submit(ann, round_, world.skill(0.3, 1))
    Delivery.objects.all().delete()
    Round.objects.update(closes_at=db_now() - timedelta(seconds=1), opens_at=db_now() - timedelta(hours=1))
    with pytest.raises(Conflict):
        world.submit(ann, round_, world.skill(0.3, 2))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("rules", "told_log_loss", "keys"),
    [
        ({"feedback": "exact"}, True, {"gain_low", "gain_high", "consistency"}),
        ({"feedback": "ladder", "ladder_step": 0.01}, True, set()),
        ({"feedback": "sealed"}, False, set()),
    ],
)
def test_a_score_is_told_as_far_as_the_page_tells_it(tmp_path, rules, told_log_loss, keys):
    world = World(tmp_path, **rules)
    ann, round_ = mailed(world, "ann"), world.open_round()
    sent = world.submit(ann, round_, world.skill(2.0, 1))
    drain()
    one = Delivery.objects.get(kind="scored")
    score = one.body["score"]
    true = sent.scores.get(split="validation").log_loss
    assert (score["log_loss"] is not None) is told_log_loss
    assert (score["log_loss"] == true) is (rules["feedback"] == "exact")
    assert set(score) & {"gain_low", "gain_high", "consistency", "era_losses"} == keys
    line = letters.write(one.kind, one.body).lines[0]
    assert (f"{true:.5f}" in line) is (rules["feedback"] == "exact")
    work.add(Work.Kind.SCORE_VALIDATION, round_, sent)
    drain()
    assert Delivery.objects.filter(kind="scored").count() == 1


def test_a_muted_kind_is_not_mailed_and_a_webhook_hears_only_its_kinds(world):
    ann = mailed(world, "ann")
    User.objects.filter(pk=ann.user.pk).update(muted=["accepted"])
    hook(ann, "scored")
    off = hook(ann)
    Webhook.objects.filter(pk=off.pk).update(active=False)
    world.submit(ann, world.open_round(), world.skill(0.3, 1))
    drain()
    assert told("accepted") == []
    assert told("scored") == [("ann", True), ("ann", False)]


def test_operators_remind_those_who_have_nothing_in_once_an_hour(world):
    ann = mailed(world, "ann")
    mailed(world, "bob")
    world.player("dan")  # who cannot be reached
    round_ = world.open_round()
    world.submit(ann, round_, world.skill(0.3, 1))
    assert notices.remind_missing(world.operator, round_) == 1
    assert told("reminder") == [("bob", False)]
    with pytest.raises(Conflict) as caught:
        notices.remind_missing(world.operator, round_)
    assert caught.value.code == "reminded_lately"
    assert AuditEvent.objects.get(action="missing_reminded").details == {"users": 1}
    with pytest.raises(Forbidden):
        notices.remind_missing(ann, round_)


def test_nobody_is_reminded_of_a_round_that_takes_no_files_and_nobody_missing_spends_no_hour(world):
    round_ = world.open_round()
    assert notices.remind_missing(world.operator, round_) == 0
    assert notices.remind_missing(world.operator, round_) == 0
    with pytest.raises(Conflict) as caught:
        notices.remind_missing(world.operator, world.close(round_))
    assert caught.value.code == "wrong_state"
