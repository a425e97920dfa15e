"""A forecaster's rounds for its own people, and a participant's public rounds for everyone."""

import pytest

from tests.world import drain
from tournaments.models import Forecaster, MetaModelWeight, Round, Score, Tournament
from tournaments.services import settlement
from tournaments.services.people import players

pytestmark = pytest.mark.django_db


def address(alias="Ann", name="main"):
    one = Forecaster.objects.get(participant__alias=alias, name=name)
    return f"/t/weekly/f/{one.pk}/"


@pytest.fixture
def season(world, resolved):
    """Round 1 resolved and paid with all; round 2 resolved without Ann; round 3 closed with Ann."""
    settlement.commit(world.operator, resolved)
    second = world.open_round()
    world.submit(world.bob, second, world.skill(0.4, noise=12))
    world.resolve(world.close(second))
    third = world.open_round()
    world.submit(world.ann, third, world.skill(0.4, noise=13))
    world.close(third)
    return world


def test_its_own_people_see_scores_ranks_weights_and_payouts(look, season):
    page = look("ann").get(address()).text
    score = Score.objects.get(submission__participant__alias="Ann", split="live")
    assert f"{score.log_loss:.5f}" in page
    assert "1 of 3" in page or "2 of 3" in page or "3 of 3" in page
    weight = MetaModelWeight.objects.filter(participant__alias="Ann", meta_model__headline=True).first()
    assert weight is not None
    assert f"{weight.weight:.2%}" in page
    payout = settlement.payouts_of(settlement.effective(Round.objects.get(number=1))).get(
        participant__alias="Ann"
    )
    assert f"{payout.amount / 100:.2f}" in page


def test_a_missed_round_is_a_gap_and_a_closed_one_waits_for_its_labels(look, season):
    page = look("ann").get(address()).text
    assert "Round 2" in page
    assert "Missed" in page
    assert "Told when the round is resolved" in page
    test = Score.objects.get(submission__participant__alias="Ann", split="test", round__number=3)
    assert f"{test.log_loss:.5f}" not in page


def test_others_do_not_see_a_forecaster_and_overseers_do(look, resolved):
    look("bob").get(address(), status=404)
    look().get(address(), status=404)
    assert "A forecaster of Ann" in look("olga").get(address()).text
    look("olga").get("/t/weekly/f/999999/", status=404)


def test_everyone_sees_a_participants_resolved_rounds_by_alias_and_no_submission(look, season):
    page = look().get("/t/weekly/p/Ann/")
    score = Score.objects.get(submission__participant__alias="Ann", split="live")
    assert f"{score.log_loss:.5f}" in page.text
    assert "Round 3" not in page.text
    assert not any("/s/" in link or "/f/" in link for link in page.links)
    look().get("/t/weekly/p/Nobody/", status=404)


def test_two_resolved_rounds_are_drawn_with_the_crowd(look, season):
    page = look("bob").get(address("Bob")).text
    assert "Better than the crowd in" in page
    assert "of 2 rounds" in page


def test_a_second_forecaster_has_its_own_rounds(look, world, resolved):
    players.add_forecaster(world.ann, world.tournament, "second")
    page = look("ann").get(address(name="second")).text
    assert "No round that this forecaster was in has closed yet" in page
    assert "main" in page


def test_without_rewards_no_page_mentions_money(look, world, resolved):
    Tournament.objects.update(rules={**world.tournament.rules, "rewards": "none", "pool": 0})
    for place in (address(), "/t/weekly/p/Ann/"):
        page = look("ann").get(place).text
        assert not {"USD", "Payout", "Paid"} & set(page.replace(",", " ").split())


def test_before_anything_is_resolved_a_participant_has_no_public_rounds(look, closed):
    page = look().get("/t/weekly/p/Ann/").text
    assert "has not been in a resolved round yet" in page


def test_it_asks_as_much_of_the_database_for_3_rounds_as_for_1(
    look, world, resolved, django_assert_max_num_queries
):
    counts = []
    for _ in range(2):
        for name, place in (("ann", address()), ("olga", address()), ("", "/t/weekly/p/Ann/")):
            browser = look(name)
            with django_assert_max_num_queries(28) as asked:
                browser.get(place)
            counts.append(len(asked))
        for noise in (21, 22):
            round_ = world.open_round()
            world.submit(world.ann, round_, world.skill(0.5, noise=noise))
            world.submit(world.bob, round_, world.skill(0.5, noise=noise + 5))
            drain()
            world.resolve(world.close(round_))
    assert counts[:3] == counts[3:]
