"""What a meta-model is worth in a browser: figures, charts and a form, or what has to happen first."""

import pytest

from tests.web.pages import Page
from tournaments.models import Round
from tournaments.services.people import users

pytestmark = pytest.mark.django_db
WORTH = "/t/weekly/1/worth/"


def test_a_resolved_round_shows_figures_charts_and_their_tables(look, resolved):
    page = look("olga").get(WORTH)
    for words in (
        "What the meta-model is worth",
        "Gain per row, 1e-4 nats",
        "Information coefficient",
        "Information ratio, were these rows independent",
        "Information ratio that the eras show",
        "of 3 participants, on 32 live rows of 4 eras",
        "The same as a table",
        "report_round weekly 1 --cost 0.001 --kelly 0.5",
    ):
        assert words in page.text
    assert page.text.count("The same as a table") == 4
    assert f"/api/v1/tournaments/weekly/rounds/1{WORTH[-7:]}?cost=0.001&kelly=0.5" in page.links


def test_the_form_works_without_script_and_keeps_what_was_asked(look, resolved):
    olga = look("olga")
    body = olga.client.get(f"{WORTH}?cost=0.02&kelly=1&blend=equal").content.decode()
    assert 'value="0.02"' in body
    assert '<option value="equal" selected>' in body
    page = Page(body).text
    assert "Blend “equal”" in page
    assert "drawn for the meta-model alone" in page
    assert "whole Kelly" in page
    assert "0.5 Kelly" not in page


@pytest.mark.parametrize("query", ["cost=-1", "cost=cheap", "kelly=0", "kelly=2", "cost=nan", "blend=oracle"])
def test_a_number_that_cannot_be_used_is_marked(look, resolved, query):
    page = look("olga").get(f"{WORTH}?{query}", status=400)
    assert "One of the numbers cannot be used" in page.text
    assert "Every figure" not in page.text


def test_before_the_resolution_it_says_what_has_to_happen(look, world, open_round):
    assert "takes files until it closes" in look("olga").get(WORTH).text
    closed = world.close(open_round)
    page = look("olga").get(WORTH)
    assert "wait for their labels" in page.text
    assert "/t/weekly/1/labels/" in page.links
    Round.objects.filter(pk=closed.pk).update(state=Round.State.CANCELLED)
    assert "cancelled" in look("olga").get(WORTH).text


def test_a_round_without_submissions_has_nothing_to_show(look, world):
    world.resolve(world.close(world.open_round()))
    assert "Nobody submitted in this round, so there is no meta-model" in look("olga").get(WORTH).text


def test_it_is_for_operators_and_auditors_and_linked_where_they_look(look, world, resolved):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, "auditor")
    assert "Every figure" in look("ada").get(WORTH).text
    look("ann").get(WORTH, status=403)
    assert look().client.get(WORTH).status_code == 302
    for address in ("/t/weekly/1/", "/t/weekly/desk/?round=1", "/t/weekly/1/pairs/"):
        assert WORTH in look("olga").get(address).links
    assert WORTH not in look("ann").get("/t/weekly/1/").links


def test_it_asks_little_of_the_database(look, resolved, django_assert_max_num_queries):
    olga = look("olga")
    with django_assert_max_num_queries(28):
        olga.get(WORTH)
