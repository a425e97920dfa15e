"""A round computed again from its stored uploads: nothing differs, and what was tampered with is found."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import (
    AuditEvent,
    Contribution,
    MetaModel,
    MetaModelWeight,
    Originality,
    Participant,
    Role,
    Round,
    RoundLog,
    Score,
    Submission,
    Work,
)
from tournaments.services import files, overrides, rescoring, rounds, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import Conflict, Forbidden, Invalid
from tournaments.services.people import users

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
WHY = "a disk was swapped"


@stages.step
def world(tmp_path):
    return World(tmp_path, pool=1_000)


@stages.step
def open_round(world):
    """Four players, one of whom copies and one of whom is excluded, and a benchmark."""
    round_ = world.open_round()
    for number, name in enumerate(("ann", "bob", "cyd", "dan"), 1):
        world.submit(world.player(name), round_, world.skill(0.2, number))
    world.submit(world.player("eve"), round_, world.skill(0.2, 1))
    world.submit(world.player("coin", Participant.Kind.BENCHMARK), round_, world.skill(0.0, 9))
    drain()
    return round_


@stages.step
def closed(world, open_round):
    dan = Participant.objects.get(alias="Dan")
    rounds.exclude(world.operator, open_round, dan, "wrote to the operator")
    return world.close(open_round)


@stages.step
def resolved(world, closed):
    return world.resolve(closed)


def differences(world, round_):
    return rescoring.compare(world.operator, round_).differences


def places(world, round_):
    return [(one.what, one.whose, one.split, one.field) for one in differences(world, round_)]


def test_an_open_round_is_what_its_uploads_say(world, open_round):
    report = rescoring.compare(world.operator, open_round)
    assert (report.differences, report.pending, report.rows) == ([], 0, 12)


def test_a_closed_round_is_what_its_uploads_say(world, closed):
    report = rescoring.compare(world.operator, closed)
    assert (report.differences, report.pending) == ([], 0)
    assert report.rows > 12 + 6 + 5 + 3


def test_a_resolved_and_a_settled_round_are_what_their_uploads_say(world, resolved):
    assert differences(world, resolved) == []
    settlement.commit(world.operator, resolved)
    resolved.refresh_from_db()
    assert resolved.state == Round.State.SETTLED
    assert differences(world, resolved) == []


def test_decisions_void_rows_and_corrected_labels_are_no_differences(world, closed):
    eve = Submission.objects.get(participant__alias="Eve")
    overrides.override(world.operator, eve, "they work at one desk")
    rounds.void_rows(world.operator, closed, ["r001", "r040", "r070"], "cancelled flights")
    drain()
    assert differences(world, closed) == []
    assert differences(world, world.resolve(closed)) == []
    assert Originality.objects.get(submission=eve).override_reason == "they work at one desk"


def test_comparing_writes_nothing(world, resolved):
    models = (Score, Originality, MetaModel, Contribution, Work, RoundLog, AuditEvent, Submission)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    rescoring.compare(world.operator, resolved)
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_the_number_of_blas_threads_makes_no_difference(tmp_path):
    world = World(tmp_path, per_era=400)
    round_ = world.open_round()
    for number in range(1, 7):
        world.submit(world.player(f"p{number}"), round_, world.skill(0.2, number))
    with threadpool_limits(1):
        drain()
        round_ = world.resolve(world.close(round_))
        assert differences(world, round_) == []
    with threadpool_limits(2):
        assert differences(world, round_) == []


def test_permuted_uploads_make_no_difference(world, resolved):
    for upload in {one.upload for one in Submission.objects.select_related("upload")}:
        head, *rows = files.read_bytes(upload.sha256).splitlines()
        shuffled = np.random.default_rng(upload.pk).permutation(len(rows))
        upload.sha256 = files.keep_bytes(b"\n".join([head, *(rows[at] for at in shuffled)]))
        upload.save()
    assert differences(world, resolved) == []


def test_a_tampered_score_is_found_shown_and_healed(world, resolved):
    score = Score.objects.get(submission__participant__alias="Ann", split="live")
    true = score.units
    Score.objects.filter(pk=score.pk).update(units=true - 1_000_000, gain=score.gain + 0.001)
    found = differences(world, resolved)
    assert [(one.what, one.whose, one.split, one.field) for one in found] == [
        ("score", "Ann #1", "live", "units"),
        ("score", "Ann #1", "live", "gain"),
    ]
    assert (found[0].published, found[0].recomputed) == (true - 1_000_000, true)
    report = rescoring.apply(world.operator, resolved, WHY)
    assert (report.applied, report.differences) == (True, found)
    score.refresh_from_db()
    assert score.units == true
    assert differences(world, resolved) == []
    event = AuditEvent.objects.get(action="round_rescored")
    assert (event.reason, event.actor) == (WHY, world.operator.user)
    assert event.details == {"differences": 2, "of": {"score": 2}}
    line = RoundLog.objects.get(round=resolved, kind="rescored")
    assert line.text == f"2 published figures were corrected from the stored files: {WHY}"
    assert Work.objects.filter(kind=Work.Kind.STANDINGS, state=Work.State.DUE).count() == 1


TAMPERINGS = [
    (
        lambda: Originality.objects.filter(submission__position=5).update(passes=True, max_abs_rho=0.2),
        ("originality", "Eve #5", "", "max_abs_rho"),
    ),
    (
        lambda: Originality.objects.filter(submission__position=2).delete(),
        ("originality", "Bob #2", "", ""),
    ),
    (
        lambda: Submission.objects.filter(position=5).update(precedence=1),
        ("submission", "Eve #5", "", "precedence"),
    ),
    (
        lambda: Submission.objects.filter(position=5).update(nearness="clear"),
        ("submission", "Eve #5", "", "nearness"),
    ),
    (
        lambda: Score.objects.filter(submission__position=3, split="live").update(rank=9),
        ("score", "Cyd #3", "live", "rank"),
    ),
    (
        lambda: Score.objects.filter(submission__position=2, split="test").delete(),
        ("score", "Bob #2", "test", ""),
    ),
    (
        lambda: MetaModel.objects.filter(blend="rank").update(slope=0.5),
        ("meta-model", "rank", "", "slope"),
    ),
    (lambda: MetaModel.objects.filter(blend="rank").delete(), ("meta-model", "rank", "", "")),
    (
        lambda: MetaModel.objects.filter(blend="rank").update(
            sha256=MetaModel.objects.get(blend="equal").sha256
        ),
        ("meta-model", "rank", "", "sha256"),
    ),
    (
        lambda: MetaModelWeight.objects.filter(participant__alias="Ann").update(weight=0.9),
        ("weight", "Ann in rank", "", "weight"),
    ),
    (
        lambda: Contribution.objects.filter(participant__alias="Ann", split="live").update(loo=0.1),
        ("contribution", "Ann", "live", "loo"),
    ),
    (
        lambda: Round.objects.update(ranked={"test": 9, "live": 4}),
        ("round", "weekly round 1", "", "ranked[test]"),
    ),
]


BLENDS = [one for one in TAMPERINGS if one[1][:2] == ("meta-model", "rank")]  # each by itself
AT_ONCE = [[one for one in TAMPERINGS if one not in BLENDS], *([one] for one in BLENDS)]


@pytest.mark.parametrize("tamperings", AT_ONCE)
def test_whatever_is_tampered_with_is_found_and_healed(world, resolved, tamperings):
    for tamper, _ in tamperings:
        tamper()
    resolved.refresh_from_db()
    assert {place for _, place in tamperings} <= set(places(world, resolved))
    rescoring.apply(world.operator, resolved, WHY)
    resolved.refresh_from_db()
    assert places(world, resolved) == []


def test_a_list_names_the_place_that_differs(world, resolved):
    score = Score.objects.get(submission__position=3, split="test")
    score.era_losses[2] += 1e-6
    score.histogram[4] += 1
    score.save()
    assert [place[3] for place in places(world, resolved)] == ["era_losses[2]", "histogram[4]"]


def test_less_than_is_published_is_no_difference(world, resolved):
    score = Score.objects.filter(split="test").first()
    Score.objects.filter(pk=score.pk).update(log_loss=score.log_loss + 4e-10)
    assert differences(world, resolved) == []
    Score.objects.filter(pk=score.pk).update(log_loss=score.log_loss + 4e-9)
    assert len(differences(world, resolved)) == 1


def test_a_score_that_nothing_gives_rise_to_is_named_and_removed(world, closed):
    score = Score.objects.filter(split="test", submission__position=1).get()
    score.pk, score.split = None, "live"
    score.save()
    assert places(world, closed) == [("score", "Ann #1", "live", "")]
    rescoring.apply(world.operator, closed, WHY)
    assert not Score.objects.filter(split="live").exists()


def test_work_that_is_still_to_be_done_is_left_out(world, open_round):
    world.submit(world.player("fay"), open_round, world.skill(0.2, 7))
    report = rescoring.compare(world.operator, open_round)
    assert (report.differences, report.pending, report.rows) == ([], 1, 12)


def test_applying_without_a_difference_leaves_no_trace(world, closed):
    logs = RoundLog.objects.count()
    report = rescoring.apply(world.operator, closed, WHY)
    assert (report.applied, report.differences, RoundLog.objects.count()) == (False, [], logs)
    assert not AuditEvent.objects.filter(action="round_rescored").exists()


def test_after_the_settlement_nothing_is_applied(world, resolved):
    settlement.commit(world.operator, resolved)
    Score.objects.filter(split="live").update(units=1)
    resolved.refresh_from_db()
    with pytest.raises(Conflict) as refused:
        rescoring.apply(world.operator, resolved, WHY)
    assert refused.value.code == "not_correctable"
    assert differences(world, resolved) != []
    assert set(Score.objects.filter(split="live").values_list("units", flat=True)) == {1}


def test_a_change_during_the_recomputation_is_refused(world, closed, monkeypatch):
    Score.objects.filter(split="test").update(units=1)
    real = rescoring.recompute

    def interrupted(round_, told):
        found = real(round_, told)
        bob = Participant.objects.get(alias="Bob")
        rounds.exclude(world.operator, round_, bob, "cheated")
        return found

    monkeypatch.setattr(rescoring, "recompute", interrupted)
    with pytest.raises(Conflict) as refused:
        rescoring.apply(world.operator, closed, WHY)
    assert refused.value.code == "changed_meanwhile"
    assert set(Score.objects.filter(split="test").values_list("units", flat=True)) == {1}


def test_drafts_have_nothing_and_reasons_are_needed(world, open_round):
    with pytest.raises(Invalid) as refused:
        rescoring.apply(world.operator, open_round, " ")
    assert refused.value.code == "reason_needed"
    with pytest.raises(Conflict) as conflict:
        rescoring.compare(world.operator, world.draft_round())
    assert conflict.value.code == "wrong_state"


def test_auditors_compare_operators_apply_and_others_do_neither(world, open_round):
    auditor, _ = users.create_user("audrey")
    Role.objects.create(tournament=world.tournament, user=auditor, kind=Role.Kind.AUDITOR)
    assert rescoring.compare(Actor(auditor), open_round).differences == []
    with pytest.raises(Forbidden):
        rescoring.apply(Actor(auditor), open_round, WHY)
    stranger, _ = users.create_user("stan")
    with pytest.raises(Forbidden):
        rescoring.compare(Actor(stranger), open_round)
