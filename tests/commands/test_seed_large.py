"""A large tournament in small: it keeps the guards of the database and of the store."""

import json

import pytest
from django.contrib.auth import authenticate
from django.db.models import Sum

from tests.commands.conftest import run
from tournaments.models import Entry, Round, Score, Standing, Submission, Tournament, Work
from tournaments.services import settlement
from tournaments.services.errors import Refused
from tournaments.services.settlement import plan

pytestmark = pytest.mark.django_db
SMALL = ("--participants", 24, "--submissions", 90, "--rounds", 6, "--json", "--verbosity", 0)


@pytest.fixture
def seeded():
    return json.loads(run("seed_large", "--yes", *SMALL).out)


def test_it_has_the_size_that_was_asked_for_in_every_state(seeded):
    states = list(Round.objects.order_by("number").values_list("state", flat=True))
    assert states == ["settled", "settled", "settled", "resolved", "closed", "open"]
    assert Submission.objects.count() == 90
    assert set(Work.objects.values_list("state", flat=True)) == {"done", "due", "failed"}
    due = Work.objects.filter(state="due").exclude(kind="remind")
    assert [(piece.kind, piece.round.number) for piece in due] == [("close", 6)]


def test_the_ledger_sums_to_zero_and_settlements_are_those_of_the_rules(seeded):
    assert Entry.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    for round_ in Round.objects.filter(state="settled"):
        made = settlement.effective(round_)
        again = plan(round_)
        assert made.paid > 0
        assert made.pool == made.paid + made.rolled_over
        paid = {line.participant_id: line.units for line in settlement.payouts_of(made)}
        assert paid == {line.participant.pk: line.units for line in again.lines}


def test_both_logins_work_and_the_player_has_a_place_in_the_season(seeded):
    operator = authenticate(username=seeded["operator"], password=seeded["password"])
    player = authenticate(username=seeded["player"], password=seeded["password"])
    assert operator.roles.get().kind == "operator"
    standing = Standing.objects.get(participant__members__user=player)
    assert standing.rounds == 4
    assert standing.rank


def test_scores_are_what_their_eras_say_and_every_stored_file_is_there(seeded):
    for score in Score.objects.all():
        assert score.log_loss == pytest.approx(sum(score.era_losses) / len(score.era_losses))
        assert score.units == round(score.log_loss * 1e9)
        assert score.gain_low <= score.gain <= score.gain_high
    assert json.loads(run("verify_store", "--json").out) == {"intact": True}


def test_the_same_seed_gives_the_same_scores(seeded):
    run("seed_large", "--yes", "--beside", "--slug", "again", *SMALL)
    scores = Score.objects.order_by("pk")
    first, again = (
        list(scores.filter(round__tournament__slug=slug).values_list("units", flat=True))
        for slug in ("large", "again")
    )
    assert first == again


def test_it_refuses_without_yes_beside_others_and_below_the_least_size(world):
    words = {
        (): "confirm",
        ("--yes",): "not_empty",
        ("--yes", "--beside", "--rounds", 2): "too_small",
        ("--yes", "--beside", "--participants", 2): "too_small",
    }
    for given, code in words.items():
        with pytest.raises(Refused) as refused:
            run("seed_large", *given)
        assert refused.value.code == code
    assert Tournament.objects.count() == 1
