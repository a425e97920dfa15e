"""Who would be paid and who was: long lists come page by page, and whole as a file."""

import csv
import io

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Submission
from tournaments.services import settlement

pytestmark = pytest.mark.django_db
SETTLE, PAYOUTS = "/t/weekly/1/settle/", "/t/weekly/1/payouts/"


@pytest.fixture
def many(world, open_round, monkeypatch):
    """A resolved round of seven lines, on pages of three."""
    monkeypatch.setattr("tournaments.web.running.settling.LINES", 3)
    monkeypatch.setattr("tournaments.web.boards.payouts.LINES", 3)
    fill(world, open_round, 9)
    drain()
    return world.resolve(world.close(open_round))


def lines_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_preview_comes_in_pages_and_whole_as_a_file(look, world, many):
    olga = look("olga")
    plan = settlement.preview(world.operator, many)
    pages = [olga.get(f"{SETTLE}?page={number}").text for number in (1, 2, 9)]
    assert [f"Page {i} of 3" in text for i, text in enumerate(pages, 1)] == [True, True, True]
    assert all("Sum, which is the pool 10.00" in text for text in pages)
    found = lines_of(olga.client.get("/t/weekly/1/settle.csv"))
    assert [row["alias"] for row in found] == [line.participant.alias for line in plan.lines]
    assert [int(row["payout_minor_units"]) for row in found] == [line.amount for line in plan.lines]
    assert look("ann").client.get("/t/weekly/1/settle.csv").status_code == 403


def test_payouts_come_in_pages_with_the_readers_own_line_on_each(look, world, many):
    made = settlement.commit(world.operator, many)
    texts = [look("ann").get(f"{PAYOUTS}?page={number}").text for number in (1, 2, 3)]
    assert all(text.count("Ann you") == 1 for text in texts)
    found = lines_of(look().client.get("/t/weekly/1/payouts.csv"))
    assert [row["alias"] for row in found] == [one.participant.alias for one in settlement.payouts_of(made)]
    assert sum(int(row["payout_minor_units"]) for row in found) == made.paid
    assert "settle.csv" not in look("ann").get(PAYOUTS).links


def test_a_file_of_payouts_is_there_once_they_are(look, world, many):
    assert look().client.get("/t/weekly/1/payouts.csv").status_code == 404
    settlement.commit(world.operator, many)
    assert look("olga").client.get("/t/weekly/1/settle.csv").status_code == 409


def test_money_pages_ask_as_much_of_the_database_for_12_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 12):
        fill(world, open_round, size)
        drain()
        with django_assert_max_num_queries(9) as asked:
            settlement.plan(open_round)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    resolved = world.resolve(world.close(open_round))
    olga = look("olga")
    with django_assert_max_num_queries(16):
        olga.get(SETTLE)
    settlement.commit(world.operator, resolved)
    with django_assert_max_num_queries(14):
        olga.get(PAYOUTS)
    assert Submission.objects.count() >= 11
