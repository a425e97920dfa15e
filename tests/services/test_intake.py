"""What comes in, what is refused, and what a receipt says."""

import hashlib
from datetime import timedelta

import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Exclusion, Participant, Rejection, Round, Selection, Submission, Upload, Work
from tournaments.services import deadlines, files, intake, rounds
from tournaments.services.access import STRANGER, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, FileRefused, Forbidden, Invalid, Refused, Unknown
from tournaments.services.people import players

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


@stages.step
def world(tmp_path):
    return World(tmp_path, quota=3)


@stages.step
def round_(world):
    return world.open_round()


@stages.step
def ann(world):
    return world.player("ann")


def code_of(error):
    return error.value.code


def test_a_receipt_names_hash_time_round_and_position(world, round_, ann):
    body = world.csv(world.skill(0.3, 1))
    before = db_now()
    (receipt,) = intake.submit(ann, round_, [body[:100], body[100:]], "mine.csv")
    assert receipt["sha256"] == hashlib.sha256(body).hexdigest()
    assert receipt["size"] == len(body)
    assert (receipt["tournament"], receipt["round"], receipt["position"]) == ("weekly", 1, 1)
    assert before.isoformat() < receipt["received_at"] < db_now().isoformat()
    assert files.read_bytes(receipt["sha256"]) == body


def test_positions_count_up_in_the_order_of_acceptance(world, round_, ann):
    bob = world.player("bob")
    got = [
        world.submit(who, round_, world.skill(0.3, n)).position for n, who in enumerate((ann, bob, ann), 1)
    ]
    assert got == [1, 2, 3]


def test_the_latest_submission_is_selected_unless_another_is_pinned(world, round_, ann):
    first, second = (
        world.submit(ann, round_, world.skill(0.3, 1)),
        world.submit(ann, round_, world.skill(0.3, 2)),
    )
    assert Selection.objects.get(round=round_).submission == second
    deadlines.choose(ann, first)
    third = world.submit(ann, round_, world.skill(0.3, 3))
    assert Selection.objects.get(round=round_).submission == first
    deadlines.choose(ann, third)
    assert Selection.objects.get(round=round_).submission == third


def test_a_rejected_file_lists_every_fault_and_keeps_nothing_but_them(world, round_, ann):
    body = b"id,probability\nr000,1.5\nr001,abc\nr001,0.5\nzzz,0.5\n"
    with pytest.raises(FileRefused) as error:
        intake.submit(ann, round_, [body], "bad.csv")
    codes = {fault["code"] for fault in error.value.faults}
    assert codes == {"out_of_range", "not_a_number", "duplicate_id", "unknown_id", "missing_id"}
    assert not Upload.objects.exists()
    assert Rejection.objects.get().faults == error.value.faults


def test_a_check_keeps_nothing_and_spends_no_quota(world, round_, ann):
    checked = intake.check(ann, round_, [world.csv(world.skill(0.3, 1))], "p.csv")
    assert checked.columns == {"probability": "main"}
    assert deadlines.used_quota(round_, Participant.objects.get(alias="Ann")) == 0
    assert not Submission.objects.exists()


def test_ranks_are_accepted_with_a_warning(world, round_, ann):
    order = world.noise[1].argsort().argsort()
    (receipt,) = intake.submit(ann, round_, [world.csv((order + 0.5) / order.size)], "ranks.csv")
    assert [warning["code"] for warning in receipt["warnings"]] == ["looks_like_ranks"]


def test_one_file_submits_for_several_forecasters(world, round_, ann):
    for name in ("trend", "value"):
        players.add_forecaster(ann, world.tournament, name)
    p, q = world.skill(0.3, 1), world.skill(0.3, 2)
    lines = [f"{i},{float(a)!r},{float(b)!r}" for i, a, b in zip(world.ids, p, q, strict=True)]
    body = "\n".join(["id,trend,value", *lines]).encode()
    receipts = intake.submit(ann, round_, [body], "both.csv")
    assert [(r["forecaster"], r["position"]) for r in receipts] == [("trend", 1), ("value", 2)]
    assert Upload.objects.count() == 1


def test_the_same_bytes_again_replay_the_receipt(world, round_, ann):
    body = world.csv(world.skill(0.3, 1))
    (first,) = intake.submit(ann, round_, [body], "p.csv")
    (second,) = intake.submit(ann, round_, [body], "p.csv")
    assert second == {**first, "replayed": True}
    assert Upload.objects.count() == 1


def test_an_earlier_file_sent_again_is_a_new_submission(world, round_, ann):
    p, q = world.skill(0.3, 1), world.skill(0.3, 2)
    assert [world.submit(ann, round_, x).position for x in (p, q, p)] == [1, 2, 3]


def test_a_key_gives_the_same_answer_and_refuses_another_body(world, round_, ann):
    first = world.submit(ann, round_, world.skill(0.3, 1), key="k1")
    world.submit(ann, round_, world.skill(0.3, 2))
    assert world.submit(ann, round_, world.skill(0.3, 1), key="k1") == first
    with pytest.raises(Conflict) as error:
        world.submit(ann, round_, world.skill(0.3, 3), key="k1")
    assert code_of(error) == "idempotency_key_reused"


def test_quota_counts_accepted_files_of_the_participant_in_the_round(world, round_, ann):
    with pytest.raises(FileRefused):
        intake.submit(ann, round_, [b"not a table at all"], "bad.csv")
    for n in (1, 2, 3):
        world.submit(ann, round_, world.skill(0.3, n))
    with pytest.raises(Conflict) as error:
        world.submit(ann, round_, world.skill(0.3, 4))
    assert code_of(error) == "over_quota"
    world.submit(world.player("bob"), round_, world.skill(0.3, 5))


def move_deadline(round_, seconds):
    at = db_now() + timedelta(seconds=seconds)
    Round.objects.filter(pk=round_.pk).update(closes_at=at, opens_at=at - timedelta(days=1))
    round_.refresh_from_db()


def test_nothing_is_accepted_after_the_deadline_even_before_the_close_has_run(world, round_, ann):
    body = world.csv(world.skill(0.3, 1))
    intake.submit(ann, round_, [body], "p.csv")
    move_deadline(round_, -1)
    with pytest.raises(Conflict) as error:
        world.submit(ann, round_, world.skill(0.3, 2))
    assert code_of(error) == "too_late"
    (again,) = intake.submit(ann, round_, [body], "p.csv")
    assert again["replayed"], "a retry of what was accepted in time is answered, not refused"


def test_an_upload_counts_by_its_last_byte(world, round_, ann):
    body = world.csv(world.skill(0.3, 1))

    def slow():
        yield body[:50]
        move_deadline(round_, -1)
        yield body[50:]

    with pytest.raises(Conflict) as error:
        intake.submit(ann, round_, slow(), "p.csv")
    assert code_of(error) == "too_late"
    assert not Submission.objects.exists()


def test_an_extension_for_one_lets_in_that_one_only(world, round_, ann):
    bob = world.player("bob")
    later = db_now() + timedelta(hours=5)
    rounds.extend(world.operator, round_, later, "was ill", Participant.objects.get(alias="Ann"))
    move_deadline(round_, -1)
    world.submit(ann, round_, world.skill(0.3, 1))
    with pytest.raises(Conflict) as error:
        world.submit(bob, round_, world.skill(0.3, 2))
    assert code_of(error) == "too_late"
    drain()
    assert Round.objects.get().state == Round.State.OPEN
    assert Work.objects.get(kind=Work.Kind.CLOSE).due_at == later


def test_who_is_excluded_or_banned_is_refused(world, round_, ann):
    participant = Participant.objects.get(alias="Ann")
    Exclusion.objects.create(round=round_, participant=participant, reason="shared an account")
    with pytest.raises(Forbidden) as error:
        world.submit(ann, round_, world.skill(0.3, 1))
    assert code_of(error) == "excluded"
    Exclusion.objects.all().delete()
    Participant.objects.update(banned_at=db_now())
    with pytest.raises(Forbidden) as error:
        world.submit(ann, round_, world.skill(0.3, 1))
    assert code_of(error) == "excluded"


@pytest.mark.parametrize(
    ("who", "code"),
    [("stranger", "login_needed"), ("operator", "not_a_participant"), ("reader", "scope_missing")],
)
def test_who_may_not_upload_is_told_why(world, round_, ann, who, code):
    actor = {
        "stranger": STRANGER,
        "operator": world.operator,
        "reader": Actor(ann.user, frozenset({"read"})),
    }[who]
    with pytest.raises(Forbidden) as error:
        world.submit(actor, round_, world.skill(0.3, 1))
    assert code_of(error) == code


def test_nothing_is_accepted_for_anothers_forecaster(world, round_, ann):
    bob = world.player("bob")
    players.add_forecaster(bob, world.tournament, "bobs")
    with pytest.raises(Unknown) as error:
        world.submit(ann, round_, world.skill(0.3, 1), forecaster="bobs")
    assert code_of(error) == "unknown_forecaster"
    with pytest.raises(FileRefused) as refused:
        intake.submit(ann, round_, [world.csv(world.skill(0.3, 1), "bobs")], "p.csv")
    assert [fault["code"] for fault in refused.value.faults] == ["bad_header"]


def test_a_request_and_a_file_that_name_different_forecasters_are_refused(world, round_, ann):
    players.add_forecaster(ann, world.tournament, "trend")
    with pytest.raises(Invalid) as error:
        intake.submit(ann, round_, [world.csv(world.skill(0.3, 1), "trend")], "p.csv", forecaster="main")
    assert code_of(error) == "forecaster_mismatch"


def test_a_body_over_the_limit_is_refused_while_it_streams(world, round_, ann, settings):
    settings.UPLOAD_MAX_BYTES = 1_000
    sent = []

    def endless():
        while True:
            sent.append(1)
            yield b"x" * 300

    with pytest.raises(FileRefused) as error:
        intake.submit(ann, round_, endless(), "p.csv")
    assert [fault["code"] for fault in error.value.faults] == ["too_large"]
    assert len(sent) == 4


def test_only_own_submissions_can_be_chosen_and_only_while_the_round_is_open(world, round_, ann):
    first = world.submit(ann, round_, world.skill(0.3, 1))
    with pytest.raises(Refused) as error:
        deadlines.choose(world.player("bob"), first)
    assert code_of(error) == "not_yours"
    move_deadline(round_, -1)
    with pytest.raises(Conflict) as error:
        deadlines.choose(ann, first)
    assert code_of(error) == "round_not_open"
