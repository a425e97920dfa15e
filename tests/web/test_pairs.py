"""Near-copies in a browser: who would be gated at which threshold, and decisions with a reason."""

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Originality, Round, Submission
from tournaments.services import settlement
from tournaments.services.people import users

pytestmark = pytest.mark.django_db
PAIRS = "/t/weekly/1/pairs/"


@pytest.fixture
def copy(closed):
    return Submission.objects.get(participant__alias="Cyd")


def test_before_the_close_one_word_is_told_and_nobody_is_named(look, world, open_round):
    world.submit(world.cyd, open_round, world.skill(0.5, noise=1))
    drain()
    page = look("olga").get(PAIRS).text
    assert "Cyd/main 3 Too near" in page
    assert "Ann/main 1 Clear" in page
    assert "ρ" not in page
    assert "0.95" not in page


def test_the_slider_says_who_would_be_gated_at_another_threshold(look, copy):
    olga = look("olga")
    page = olga.get(PAIRS).text
    assert "1 of 4 would be gated at 0.95 the rule" in page
    assert "Cyd/main 1.000 Gated Let it pass Ann/main" in page
    at_half = olga.get(f"{PAIRS}?threshold=0.5").text
    rho = Originality.objects.values_list("max_abs_rho", flat=True)
    players = Originality.objects.exclude(submission__participant__kind="benchmark")
    gated = sum(value > 0.5 for value in players.values_list("max_abs_rho", flat=True))
    assert f"{gated} of {len(rho)} would be gated at 0.50" in at_half
    assert "0 of 4 would be gated at 1.00" in olga.get(f"{PAIRS}?threshold=1.00").text
    for nonsense in ("?threshold=x", "?threshold=nan", "?threshold=7", "?page=x", "?page=99", "?page=²"):
        assert "gated at 0.95" in olga.get(f"{PAIRS}{nonsense}").text


def test_the_slider_works_without_script_and_is_a_labelled_form(look, copy):
    body = look("olga").client.get(PAIRS).content.decode()
    assert '<form class="slider" method="get"' in body
    assert 'type="range" min="0.5" max="1" step="0.01" value="0.95"' in body
    assert 'hx-replace-url="true"' in body


def test_a_gated_submission_passes_by_decision_and_the_decision_is_lifted(look, copy, closed):
    olga = look("olga")
    address = f"{PAIRS}{copy.pk}/"
    assert address in olga.get(PAIRS).links
    assert "does not pass the originality gate" in olga.get(address).text
    assert "at least 3" in olga.post(address, {"reason": "x"}, status=400).text
    page = olga.post(address, {"reason": "One group, one model"})
    assert "Passes by decision" in page.text
    assert "One group, one model" in look().get("/t/weekly/1/").text
    assert "by decision of olga" in olga.get(address).text
    assert "Gated" in olga.post(address, {"reason": "Not one group"}).text
    assert Originality.objects.get(submission=copy).override_reason == ""


def test_the_settlement_shows_who_passes_by_decision(look, world, copy, closed):
    look("olga").post(f"{PAIRS}{copy.pk}/", {"reason": "One group, one model"})
    world.resolve(closed)
    page = look("olga").get("/t/weekly/1/settle/").text
    assert "by decision: One group, one model" in page
    assert "Sum, which is the pool 10.00" in page


def test_after_the_settlement_the_pairs_are_read_only(look, world, copy, closed):
    settlement.commit(world.operator, world.resolve(closed))
    page = look("olga").get(PAIRS)
    assert f"{PAIRS}{copy.pk}/" not in page.links
    answer = look("olga").post(f"{PAIRS}{copy.pk}/", {"reason": "Too late"}, status=409)
    assert "already_settled" in answer.text


def test_auditors_read_the_pairs_and_decide_nothing(look, world, copy):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, "auditor")
    assert "Let it pass" not in look("ada").get(PAIRS).text
    look("ada").post(f"{PAIRS}{copy.pk}/", {"reason": "For fun"}, status=403)
    look("ann").get(PAIRS, status=403)
    assert Originality.objects.get(submission=copy).override_reason == ""


def test_a_submission_of_another_round_is_not_there(look, world, copy):
    world.open_round()
    look("olga").get(f"/t/weekly/2/pairs/{copy.pk}/", status=404)
    look("olga").get(f"{PAIRS}99999/", status=404)


def test_pairs_ask_as_much_of_the_database_for_20_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 20):
        fill(world, open_round, size)
        for one in Submission.objects.filter(originality=None):
            Originality.objects.create(
                submission=one, round=open_round, precedence=one.position, max_abs_rho=0.5, passes=True
            )
        for state in (Round.State.RESOLVED, Round.State.OPEN):
            at = open_round.closes_at
            Round.objects.filter(pk=open_round.pk).update(state=state, closed_at=at, resolved_at=at)
            olga = look("olga")
            with django_assert_max_num_queries(12) as asked:
                olga.get(PAIRS)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
