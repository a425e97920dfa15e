"""What operators do to a round, and that it ends as if it had been so from the beginning."""

from datetime import timedelta

import numpy as np
import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import (
    Account,
    AuditEvent,
    MetaModelWeight,
    Originality,
    Participant,
    Round,
    RoundLog,
    Score,
    Work,
)
from tournaments.services import labels, ledger, overrides, pools, resolution, rounds, settlement
from tournaments.services.access import STRANGER, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, FileRefused, Forbidden, Invalid
from tournaments.services.reading import reports

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
State = Round.State


@stages.step
def world(tmp_path):
    return World(tmp_path, pool=1_000)


@stages.step
def round_(world):
    return world.open_round()


@stages.step
def people(world):
    return {name: world.player(name) for name in ("ann", "bob", "cyd")}


@stages.step
def sent(world, round_, people):
    for n, (name, strength) in enumerate((("ann", 0.6), ("bob", 0.5), ("cyd", 0.4)), 1):
        world.submit(people[name], round_, world.skill(strength, n))
    drain()
    return people


@stages.step
def closed(world, round_, sent):
    return world.close(round_)


def participant(alias):
    return Participant.objects.get(alias=alias)


def log_of(round_):
    return list(RoundLog.objects.filter(round=round_).values_list("text", flat=True))


VERBS = {
    "open": lambda a, r: rounds.open_round(a, r),
    "extend": lambda a, r: rounds.extend(a, r, db_now() + timedelta(days=1), "because"),
    "void": lambda a, r: rounds.void_rows(a, r, ["r000"], "because"),
    "exclude": lambda a, r: rounds.exclude(a, r, participant("Ann"), "because"),
    "cancel": lambda a, r: rounds.cancel(a, r, "because"),
    "labels": lambda a, r: labels.upload(a, r, [b"id,target\nr000,1\n"], "x.csv", "because"),
    "resolve": lambda a, r: resolution.resolve(a, r),
    "preview": lambda a, r: settlement.preview(a, r),
    "commit": lambda a, r: settlement.commit(a, r),
}


@pytest.mark.parametrize("verb", VERBS)
def test_operators_alone_have_verbs(world, round_, sent, verb):
    keyed = Actor(world.operator.user, frozenset({"read", "upload"}))
    for actor, code in ((STRANGER, "login_needed"), (sent["ann"], "operator_only"), (keyed, "scope_missing")):
        with pytest.raises(Forbidden) as error:
            VERBS[verb](actor, round_)
        assert error.value.code == code


@pytest.mark.parametrize("verb", ["extend", "void", "exclude", "cancel"])
def test_a_verb_needs_a_reason(world, round_, sent, verb):
    call = {
        "extend": lambda: rounds.extend(world.operator, round_, db_now() + timedelta(days=1), " "),
        "void": lambda: rounds.void_rows(world.operator, round_, ["r000"], ""),
        "exclude": lambda: rounds.exclude(world.operator, round_, participant("Ann"), "x"),
        "cancel": lambda: rounds.cancel(world.operator, round_, "x" * 301),
    }[verb]
    with pytest.raises(Invalid) as error:
        call()
    assert error.value.code == "reason_needed"


@pytest.mark.parametrize("verb", ["extend", "void", "exclude", "cancel"])
def test_a_verb_is_told_in_public_and_audited(world, round_, sent, verb):
    before = len(log_of(round_))
    VERBS[verb](world.operator, round_)
    assert "because" in log_of(round_)[before]
    assert AuditEvent.objects.filter(round=round_, actor=world.operator.user, reason="because").exists()


def test_opening_funds_the_pool_and_freezes_the_rules(world, round_):
    assert ledger.balance(pools.pool_of(round_)) == 1_000
    from tournaments.services import contests

    contests.change_rules(world.operator, world.tournament, {"pool": 5, "quota": 1})
    round_.refresh_from_db()
    assert round_.read_rules().pool == 1_000
    with pytest.raises(Conflict) as error:
        rounds.open_round(world.operator, round_)
    assert error.value.code == "wrong_state"


def test_a_deadline_only_moves_later(world, round_):
    with pytest.raises(Invalid) as error:
        rounds.extend(world.operator, round_, round_.closes_at - timedelta(minutes=1), "too early")
    assert error.value.code == "not_later"


def test_void_rows_leave_every_score_and_the_blend(world, closed):
    void = ["r000", "r032", "r040", "r064"]
    assert rounds.void_rows(world.operator, closed, [*void, "r000"], "data error") == 4
    drain()
    world.resolve(closed)
    live = [i for i in range(64, 96) if world.ids[i] not in void]
    p, y = world.skill(0.6, 1)[live], world.y[live]
    score = Score.objects.get(submission__participant__alias="Ann", split="live")
    assert score.rows == 31
    assert score.log_loss == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), abs=1e-12)
    assert {s.rows for s in Score.objects.filter(split="test")} == {30}
    assert {s.rows for s in Score.objects.filter(split="validation")} == {31}


def test_unknown_rows_and_all_rows_cannot_be_voided(world, round_):
    for ids, code in ((["nope"], "unknown_id"), (world.ids, "nothing_left")):
        with pytest.raises(Invalid) as error:
            rounds.void_rows(world.operator, round_, ids, "data error")
        assert error.value.code == code


def test_one_who_is_excluded_after_the_close_is_blended_ranked_and_paid_no_more(world, closed):
    assert MetaModelWeight.objects.filter(meta_model__blend="rank").count() == 3
    rounds.exclude(world.operator, closed, participant("Ann"), "two accounts")
    drain()
    assert MetaModelWeight.objects.filter(meta_model__blend="rank").count() == 2
    world.resolve(closed)
    rows = {row["alias"]: row for row in reports.leaderboard(world.operator, closed).rows}
    assert (rows["Ann"]["rank"], rows["Ann"]["excluded"]) == (None, True)
    assert {rows["Bob"]["rank"], rows["Cyd"]["rank"]} == {1, 2}
    reasons = {
        line.participant.alias: line.reason for line in settlement.preview(world.operator, closed).lines
    }
    assert reasons["Ann"] == "excluded"


def test_cancelling_returns_the_pool_and_ends_all_work(world, round_, sent):
    rounds.cancel(world.operator, round_, "wrong data")
    assert ledger.balance(pools.pool_of(round_)) == 0
    house = ledger.account(world.tournament, Account.Kind.HOUSE, "USD")
    assert ledger.balance(house) == 0
    assert not Work.objects.filter(round=round_, state__in=["due", "waiting", "running"]).exists()
    with pytest.raises(Conflict):
        world.submit(sent["ann"], round_, world.skill(0.1, 9))


def test_a_correction_of_test_labels_is_scored_and_blended_anew(world, closed):
    before = Score.objects.get(submission__participant__alias="Ann", split="test").log_loss
    flipped = f"id,target\nr032,{1 - world.y[32]}\n".encode()
    with pytest.raises(Invalid) as error:
        labels.upload(world.operator, closed, [flipped], "fix.csv")
    assert error.value.code == "reason_needed"
    assert labels.upload(world.operator, closed, [flipped], "fix.csv", "typing error")["corrected"] == 1
    drain()
    assert Score.objects.get(submission__participant__alias="Ann", split="test").log_loss != before
    assert {score.labels.version for score in Score.objects.filter(split="test")} == {2}


def test_the_same_labels_again_change_nothing(world, round_):
    known = world.labels("validation", "test")
    assert labels.upload(world.operator, round_, [known], "again.csv") == {
        "version": 1,
        "added": 0,
        "corrected": 0,
    }


def test_bad_labels_are_refused_with_their_faults(world, round_):
    with pytest.raises(FileRefused) as error:
        labels.upload(world.operator, round_, [b"id,target\nr000,2\nzzz,1\n"], "bad.csv")
    assert {fault["code"] for fault in error.value.faults} == {"not_a_label", "unknown_id"}


def test_a_round_is_not_resolved_before_it_is_closed_blended_and_labelled(world, round_, sent):
    with pytest.raises(Conflict) as error:
        resolution.resolve(world.operator, round_)
    assert error.value.code == "wrong_state"
    past = db_now() - timedelta(seconds=1)
    Round.objects.update(closes_at=past, opens_at=past - timedelta(days=1))
    close = Work.objects.get(kind=Work.Kind.CLOSE)
    Work.objects.filter(pk=close.pk).update(due_at=past)
    from tournaments.services import jobs

    assert jobs.run(close.pk)
    with pytest.raises(Conflict) as error:
        resolution.resolve(world.operator, round_)
    assert error.value.code == "not_blended"
    drain()
    with pytest.raises(Conflict) as error:
        resolution.resolve(world.operator, round_)
    assert (error.value.code, error.value.details["rows"]) == ("labels_missing", 32)


def test_an_empty_round_goes_all_the_way_and_its_pool_rolls_over_to_the_next(world, round_):
    world.close(round_)
    world.resolve(round_)
    made = settlement.commit(world.operator, round_)
    assert (made.paid, made.rolled_over) == (0, 1_000)
    following = world.open_round()
    assert ledger.balance(pools.pool_of(following)) == 2_000


def test_an_override_lets_a_gated_copy_pass_and_survives_another_blend(world, round_, sent):
    dan = world.player("dan")
    world.submit(dan, round_, world.skill(0.6, 1))
    drain()
    world.close(round_)
    found = Originality.objects.get(submission__participant__alias="Dan")
    assert found.passes is False
    overrides.override(world.operator, found.submission, "they work together")
    rounds.void_rows(world.operator, round_, ["r000"], "data error")
    drain()
    world.resolve(round_)
    reasons = {
        line.participant.alias: line.reason for line in settlement.preview(world.operator, round_).lines
    }
    assert reasons["Dan"] == ""


def test_a_benchmark_is_shown_and_neither_blended_ranked_nor_paid(world, round_, sent):
    bench = world.player("bench", kind=Participant.Kind.BENCHMARK)
    world.submit(bench, round_, world.skill(2.0, 8))
    drain()
    world.close(round_)
    world.resolve(round_)
    rows = {row["alias"]: row for row in reports.leaderboard(STRANGER, round_).rows}
    assert rows["Bench"]["rank"] is None
    assert rows["Bench"]["log_loss"] < rows["Ann"]["log_loss"]
    assert MetaModelWeight.objects.filter(meta_model__headline=True).count() == 3
    aliases = {line.participant.alias for line in settlement.preview(world.operator, round_).lines}
    assert aliases == {"Ann", "Bob", "Cyd"}


@pytest.mark.parametrize(
    ("sends", "nominates", "paid"),
    [
        (("main", "second"), None, "main"),
        (("second", "third"), None, "second"),
        (("main", "second"), "second", "second"),
        (("second", "third"), "main", "second"),
    ],
)
def test_one_forecaster_has_the_paid_place_and_it_is_not_picked_by_its_score(
    world, round_, sends, nominates, paid
):
    from tournaments.models import Selection
    from tournaments.services.people import players

    ann = world.player("ann")
    for name in ("second", "third"):
        players.add_forecaster(ann, world.tournament, name)
    for strength, name in enumerate(sends):
        world.submit(ann, round_, world.skill(strength, strength + 1), name)
    if nominates:
        players.nominate(ann, world.tournament, nominates)
    drain()
    world.close(round_)
    chosen = Selection.objects.get(round=round_, paid_place=True)
    assert chosen.forecaster.name == paid
