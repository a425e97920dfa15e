"""Who is paid, by which rule, why not, and that it can be computed again from what was written."""

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction

from tests.services import paid
from tournaments.models import AuditEvent, Contribution, Payout, Score, Settlement
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.division import divide
from tournaments.numerics.units import quantise
from tournaments.services import contests, settlement
from tournaments.services.errors import Invalid
from tournaments.services.settlement import plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(kept, tmp_path):
    return kept("settling:ranked", lambda: paid.played(tmp_path, consistency_gate=0.25))


@pytest.fixture
def shared(kept, tmp_path):
    rules = {"payout_rule": "contribution_pool", "log_loss_gate": False}
    return kept("settling:shared", lambda: paid.played(tmp_path, **rules))


def test_everyone_who_is_not_paid_has_the_gate_and_the_number_that_missed(stage):
    world, round_ = stage
    lines = paid.by_alias(settlement.preview(world.operator, round_))
    assert [alias for alias, line in lines.items() if line.missed is None] == ["Ann", "Bob"]
    score = Score.objects.get(submission=lines["Cyd"].submission_id, split="live")
    assert lines["Cyd"].missed == settlement.Missed(
        "not_better_than_a_coin", "0.693147181", f"{score.units / 1e9:.9f}"
    )
    assert (lines["Dan"].missed.gate, lines["Dan"].missed.limit) == ("not_original", "0.95")
    assert float(lines["Dan"].missed.found) == pytest.approx(1)
    assert lines["Eve"].missed == settlement.Missed("excluded")
    made = settlement.commit(world.operator, round_)
    for payout in settlement.payouts_of(made):
        missed = lines[payout.participant.alias].missed
        assert payout.missed == (missed.to_json() if missed else {})
        assert payout.reason == payout.missed.get("gate", "")


def test_who_stands_behind_the_last_paid_place_is_told_the_place(stage):
    world, round_ = stage
    plan = settlement.what_if(world.operator, round_, {"parameters": {"places": 1}})
    assert plan.lines[1].missed == settlement.Missed("beyond_paid_places", "1", "2")
    assert [line.amount for line in plan.lines[:2]] == [1_000, 0]


@pytest.mark.parametrize("which", ["stage", "shared"])
def test_payouts_can_be_computed_again_from_their_own_rows(request, which):
    world, round_ = request.getfixturevalue(which)
    made = settlement.commit(world.operator, round_)
    entries = paid.entries_of(made)
    table = registry.settle(made.rule, entries, made.pool, registry.parameters_of(made.rule, made.parameters))
    amounts = dict(Payout.objects.filter(settlement=made).values_list("forecaster", "amount"))
    assert {award.key: award.paid for award in table.awards} == amounts
    assert plans.inputs_sha256(made.rule, made.parameters, made.pool, entries[::-1]) == made.inputs_sha256


def test_a_contribution_pool_is_divided_by_what_each_adds_and_whole(shared):
    world, round_ = shared
    pcs = {
        one.participant.alias: quantise(one.pcs)
        for one in Contribution.objects.filter(round=round_, split="live").select_related("participant")
    }
    # Eve is excluded and no part of the crowd; Dan, a copy, is gated.
    weights = [pcs["Ann"], pcs["Bob"], pcs["Cyd"]]
    expected = dict(zip(("Ann", "Bob", "Cyd"), divide(1_000, weights, [0, 1, 2]), strict=True))
    made = settlement.commit(world.operator, round_)
    amounts = {one.participant.alias: one.amount for one in settlement.payouts_of(made)}
    assert sum(weights) > 0
    assert amounts == {**expected, "Dan": 0, "Eve": 0}
    assert (made.rule, made.parameters, made.paid) == ("contribution_pool", {"measure": "pcs"}, 1_000)
    for payout in settlement.payouts_of(made).filter(participant__alias__in=expected, amount=0):
        assert payout.missed == {"gate": "no_weight", "limit": "0", "found": "0"}


def test_a_wager_beside_a_pool_cannot_be_chosen(stage):
    world, _ = stage
    with pytest.raises(Invalid) as error:
        contests.change_rules(world.operator, world.tournament, {"payout_rule": "wager"})
    assert error.value.details == {"field": "pool"}
    contests.change_rules(world.operator, world.tournament, {"payout_rule": "wager", "pool": 0})


def test_what_was_settled_is_never_changed_and_settled_once(stage):
    world, round_ = stage
    made = settlement.commit(world.operator, round_)
    for change in (
        lambda: Payout.objects.update(amount=5),
        lambda: Payout.objects.all().delete(),
        lambda: Settlement.objects.update(paid=made.paid - 1, rolled_over=made.rolled_over + 1),
        lambda: Settlement.objects.filter(pk=made.pk).update(inputs_sha256=""),
    ):
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            change()
    second = {name: getattr(made, name) for name in ("round", "rule", "currency", "pool", "paid")}
    with pytest.raises(IntegrityError, match="one_effective_settlement"), transaction.atomic():
        Settlement.objects.create(**second, rolled_over=made.rolled_over, rules_sha256="other")


@pytest.mark.django_db(databases=["default", "owner"])
def test_even_the_owner_of_the_tables_cannot_change_a_payout_in_passing():
    with pytest.raises(IntegrityError, match="ledger_frozen"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE tournaments_payout SET amount = 1")


def test_the_audit_log_has_the_hash_of_what_the_rule_read(stage):
    world, round_ = stage
    made = settlement.commit(world.operator, round_)
    details = AuditEvent.objects.get(action="settled").details
    assert details["inputs"] == made.inputs_sha256
    assert details["ledger"].startswith("2:")
