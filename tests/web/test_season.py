"""The season's page: who stands where over all rounds, and the same as a file."""

import csv
import io

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Standing, Tournament
from tournaments.services import settlement, standings

pytestmark = pytest.mark.django_db
SEASON = "/t/weekly/season/"


def table(look, query=""):
    response = look().client.get(f"/t/weekly/season.csv{query}")
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_an_empty_season_says_when_it_begins(look, open_round):
    assert "No round is resolved yet" in look().get(SEASON).text


def test_all_see_ranks_gains_and_the_crowd_among_the_players(look, resolved):
    page = look("ann").get(SEASON).text
    for word in ("Ann you", "Bob", "Meta-model", "Bench benchmark", "Paid, USD"):
        assert word in page
    standing = Standing.objects.get(participant__alias="Ann")
    assert f"{standing.gain * 1e4:+.1f}".replace("-", "−") in page


def test_the_file_has_the_rows_of_the_screen_with_whole_figures(look, resolved):
    rows = {row["alias"]: row for row in table(look)}
    assert set(rows) == {"Ann", "Bob", "Cyd", "Bench", "Meta-model"}
    for alias in ("Ann", "Bob", "Cyd", "Bench"):
        assert float(rows[alias]["gain"]) == Standing.objects.get(participant__alias=alias).gain
    assert rows["Meta-model"]["rank"] == rows["Bench"]["rank"] == ""


def test_search_filter_and_order_are_in_the_address(look, resolved):
    assert [row["alias"] for row in table(look, "?q=bo")] == ["Bob"]
    assert {row["alias"] for row in table(look, "?who=crowd")} == {"Bench", "Meta-model"}
    assert [row["alias"] for row in table(look, "?sort=-alias&who=players")] == ["Cyd", "Bob", "Ann"]
    assert "Nobody matches" in look().get(f"{SEASON}?q=zzz").text
    for query in ("?sort=nonsense", "?page=999", "?page=-1", "?who=x", "?q=%00", "?sort=interval"):
        assert "Ann" in look().get(f"{SEASON}{query}").text


def test_what_was_paid_is_summed_and_never_shown_without_rewards(look, world, resolved):
    settlement.commit(world.operator, resolved)
    assert sum(int(row["paid_minor_units"] or 0) for row in table(look)) == 1_000
    Tournament.objects.update(rules={**world.tournament.rules, "rewards": "none", "pool": 0})
    page = look("ann").get(SEASON).text
    assert "Paid" not in page
    assert "USD" not in page
    assert "paid_minor_units" not in table(look)[0]


def test_the_readers_own_row_is_in_view_on_every_page(look, world, resolved, monkeypatch):
    monkeypatch.setattr("tournaments.web.boards.lists.PAGE", 1)
    for number in range(1, 6):
        assert "Bob you" in look("bob").get(f"{SEASON}?page={number}").text


def test_htmx_gets_the_table_alone_and_a_restored_page_whole(look, resolved):
    client = look().client
    part = client.get(SEASON, headers={"HX-Request": "true", "HX-Target": "season"}).content.decode()
    assert part.startswith('<section id="season"')
    again = {"HX-Request": "true", "HX-Target": "season", "HX-History-Restore-Request": "true"}
    assert client.get(SEASON, headers=again).content.startswith(b"<!doctype html>")


def test_a_hidden_tournament_hides_its_season(look, world, resolved):
    Tournament.objects.update(rules={**world.tournament.rules, "board": "participants"})
    look().get(SEASON, status=404)
    look("ann").get(SEASON)


def test_it_asks_as_much_of_the_database_for_40_participants_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 40):
        fill(world, open_round, size)
        drain()
        if size == 5:
            world.resolve(world.close(open_round))
            open_round = world.open_round()
        else:
            world.resolve(world.close(open_round))
        standings.replace(world.tournament, standings.compute(world.tournament))
        for name in ("", "ann", "olga"):
            browser = look(name)
            with django_assert_max_num_queries(12) as asked:
                browser.get(SEASON)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
