"""Decisions on near-copies: when they can be made, what they change, and where they stand."""

import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import AuditEvent, Originality, RoundLog
from tournaments.services import originality, overrides, rounds, settlement
from tournaments.services.access import STRANGER, Actor
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people import users
from tournaments.services.reading import desk, pairs

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
WHY = "They work in one group"


@stages.step
def world(tmp_path):
    return World(tmp_path, pool=1_000)


@stages.step
def round_(world):
    round_ = world.open_round()
    world.submit(world.player("ann"), round_, world.skill(0.6, noise=1))
    world.submit(world.player("bob"), round_, world.skill(0.5, noise=2))
    world.submit(world.player("dan"), round_, world.skill(0.6, noise=1))
    drain()
    return round_


@stages.step
def closed(world, round_):
    return world.close(round_)


@pytest.fixture
def copy(closed):
    return Originality.objects.get(submission__participant__alias="Dan").submission


def reasons(world, round_):
    return {one.participant.alias: one.reason for one in settlement.preview(world.operator, round_).lines}


def test_a_decided_copy_is_ranked_at_the_settlement_and_lifted_it_is_not(world, closed, copy):
    overrides.override(world.operator, copy, WHY)
    world.resolve(closed)
    assert reasons(world, closed)["Dan"] == ""
    lines = {one.participant.alias: one for one in settlement.preview(world.operator, closed).lines}
    assert (lines["Dan"].decision, lines["Ann"].decision) == (WHY, "")
    overrides.lift(world.operator, copy, "They did not after all")
    assert reasons(world, closed)["Dan"] == "not_original"


def test_a_decision_changes_who_is_paid(world, closed, copy):
    overrides.override(world.operator, copy, WHY)
    made = settlement.commit(world.operator, world.resolve(closed))
    paid = {one.participant.alias: one.amount for one in settlement.payouts_of(made)}
    assert paid["Dan"] > 0
    assert sum(paid.values()) == 1_000


def test_both_acts_stand_in_the_public_log_and_in_the_audit_log(world, closed, copy):
    overrides.override(world.operator, copy, WHY)
    overrides.lift(world.operator, copy, "A mistake of mine")
    said = list(RoundLog.objects.filter(kind="override").values_list("text", flat=True))
    assert said == [
        f"Dan passes the originality gate by decision: {WHY}",
        "The decision on Dan's originality is lifted: A mistake of mine",
    ]
    events = AuditEvent.objects.filter(details__submission=copy.pk).order_by("pk")
    assert list(events.values_list("action", "reason")) == [
        ("originality_overridden", WHY),
        ("override_lifted", "A mistake of mine"),
    ]
    found = Originality.objects.get(submission=copy)
    assert (found.override_reason, found.overridden_by) == ("", None)


def test_a_decision_needs_a_reason_and_an_operator(world, closed, copy):
    with pytest.raises(Invalid) as error:
        overrides.override(world.operator, copy, " a ")
    assert error.value.code == "reason_needed"
    auditor, _ = users.create_user("ada")
    users.grant_role(auditor, world.tournament, "auditor")
    for actor in (STRANGER, Actor(auditor)):
        for verb in (overrides.override, overrides.lift):
            with pytest.raises(Forbidden):
                verb(actor, copy, WHY)


def test_before_the_close_there_is_nothing_to_decide(world, round_):
    with pytest.raises(Unknown):
        overrides.override(world.operator, round_.submissions.get(participant__alias="Dan"), WHY)


def test_after_the_settlement_nothing_can_be_decided(world, closed, copy):
    settlement.commit(world.operator, world.resolve(closed))
    for verb in (overrides.override, overrides.lift):
        with pytest.raises(Conflict) as error:
            verb(world.operator, copy, WHY)
        assert error.value.code == "already_settled"


def test_in_a_cancelled_round_nothing_can_be_decided(world, closed, copy):
    rounds.cancel(world.operator, closed, "The labels leaked")
    with pytest.raises(Conflict) as error:
        overrides.override(world.operator, copy, WHY)
    assert error.value.code == "wrong_state"


def test_only_a_decision_can_be_lifted(world, closed, copy):
    with pytest.raises(Conflict) as error:
        overrides.lift(world.operator, copy, WHY)
    assert error.value.code == "not_overridden"


def test_a_decision_survives_another_measurement_and_the_desk_counts_the_rest(world, closed, copy):
    assert desk.details_of(world.operator, closed).undecided == 1
    overrides.override(world.operator, copy, WHY)
    assert desk.details_of(world.operator, closed).undecided == 0
    rounds.void_rows(world.operator, closed, ["r000"], "data error")
    drain()
    assert Originality.objects.get(submission=copy).override_reason == WHY


def test_a_threshold_gates_what_lies_above_it(world, closed, copy):
    found = pairs.of_round(world.operator, closed, 0.95)
    assert found.pairs[0].originality.submission_id == copy.pk
    assert (found.gated, sum(found.bins), len(found.pairs)) == (1, 3, 3)
    values = [pair.originality.max_abs_rho for pair in found.pairs]
    assert values == sorted(values, reverse=True)
    assert pairs.of_round(world.operator, closed, values[1]).gated == 1
    assert pairs.of_round(world.operator, closed, values[1] - 1e-6).gated == 2
    assert pairs.of_round(world.operator, closed, None).gated == 0
    assert originality.MIXED_BELOW == 0.05
    assert found.pairs[0].mixed
