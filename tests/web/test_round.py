"""A round's page in each of its states, to each who may look."""

import csv
import io
import re

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import MetaModel, Participant, Round, Score
from tournaments.services import settlement

pytestmark = pytest.mark.django_db


def test_before_the_close_others_numbers_are_told_to_nobody(look, open_round):
    """Always true 10."""
    scored = Score.objects.values_list("submission__participant__alias", "log_loss")
    losses = {alias: f"{loss:.5f}" for alias, loss in scored}
    for name in ("", "cyd", "bob"):
        page = look(name).get("/t/weekly/1/").text
        assert losses["Ann"] not in page
        assert "Who is in" in page
        assert (losses["Bob"] in page) == (name == "bob")
        table = look(name).client.get("/t/weekly/1/board.csv").content.decode()
        assert losses["Ann"] not in table
        assert str(Score.objects.get(submission__participant__alias="Ann").log_loss) not in table


def test_before_the_close_operators_see_practice_scores_and_who_is_missing(look, open_round):
    page = look("olga").get("/t/weekly/1/").text
    losses = Score.objects.filter(split="validation").values_list("log_loss", flat=True)
    assert all(f"{loss:.5f}" in page for loss in losses)
    assert "2 of 3" in page
    assert "Missing: Cyd" in page
    assert "It closes by itself" in page


def test_live_numbers_are_told_only_after_the_resolution(look, world, closed):
    page = look("ann").get("/t/weekly/1/?split=live").text
    assert "on test rows" in page
    assert "on live rows" not in page


def test_after_the_close_the_board_has_ranks_crowd_and_benchmark(look, closed):
    page = look().get("/t/weekly/1/").text
    assert "Meta-model" in page
    assert "benchmark" in page
    assert "Copy of Ann" in page
    assert "The meta-model gains" in page


def test_the_reader_finds_their_result_in_words(look, resolved):
    page = look("bob").get("/t/weekly/1/").text
    score = Score.objects.get(submission__participant__alias="Bob", split="live")
    assert score.gain_high is not None
    assert score.gain_low is not None
    half = (score.gain_high - score.gain_low) / 2
    assert f"{score.log_loss:.5f} ± {half:.5f}" in page
    assert f"{score.gain * 1e4:+.1f}" in page
    assert "My result" in page
    assert "tied with" in page


def test_payouts_are_shown_with_their_unit_and_add_up_to_the_pool(look, world, resolved):
    settled = settlement.commit(world.operator, resolved)
    page = look("ann").get("/t/weekly/1/").text
    paid = [payout.amount for payout in settlement.payouts_of(settled)]
    assert sum(paid) == 1_000
    assert "Sum, which is the pool 10.00" in page
    assert "Payout, USD" in page
    assert all(f"{amount // 100}.{amount % 100:02d}" in page for amount in paid)
    assert "Not original" in page


def test_order_filter_and_search_stay_in_the_address_and_in_the_file(look, resolved):
    last = MetaModel.objects.order_by("-blend")[0].blend
    firsts = {"?sort=alias": "Ann", "?sort=-alias": last, "?sort=alias&who=players": "Ann", "?q=bo": "Bob"}
    for query, first in firsts.items():
        response = look().client.get(f"/t/weekly/1/board.csv{query}")
        rows = list(csv.DictReader(io.StringIO(response.content.decode())))
        assert rows[0]["alias"] == first
        page = look().get(f"/t/weekly/1/{query}")
        assert any(link.endswith(f"board.csv{query}") for link in page.links)


def test_the_file_has_the_rows_of_the_screen_with_whole_figures(look, resolved):
    response = look().client.get("/t/weekly/1/board.csv?who=players&split=test")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert {row["alias"] for row in rows} == {"Ann", "Bob", "Cyd"}
    for row in rows:
        score = Score.objects.get(submission__participant__alias=row["alias"], split="test")
        assert float(row["log_loss"]) == score.log_loss


def test_nonsense_in_the_address_falls_back_to_the_default(look, resolved):
    for query in ("?sort=nonsense", "?page=999", "?page=-1", "?split=secret", "?who=x", "?page=²"):
        assert "Leaderboard" in look().get(f"/t/weekly/1/{query}").text


def test_the_readers_own_row_is_in_view_on_every_page(look, world, open_round, monkeypatch):
    monkeypatch.setattr("tournaments.web.boards.lists.PAGE", 2)
    page = look("bob").get("/t/weekly/1/?q=ann").text
    assert "Bob you" in page


def test_names_are_escaped(look, world, open_round):
    Participant.objects.filter(alias="Ann").update(alias="<b>Ann</b>")
    assert "<b>Ann</b>" in look().get("/t/weekly/1/").text


def test_a_cancelled_round_says_so_and_why(look, world, open_round):
    from tournaments.services import rounds

    rounds.cancel(world.operator, open_round, "The labels were public.")
    page = look().get("/t/weekly/1/").text
    assert "Cancelled" in page
    assert "The labels were public." in page


@pytest.mark.parametrize("address", ["/t/none/1/", "/t/weekly/99/", "/t/weekly/x/", "/nowhere/"])
def test_what_is_not_there_is_a_page_too(address, look, open_round):
    assert "There is nothing here" in look().get(address, status=404).text


def test_current_is_the_newest_round(look, open_round):
    assert "Round 1" in look().get("/t/weekly/current/").text


def test_a_round_asks_as_much_of_the_database_for_40_participants_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 40):
        fill(world, open_round, size)
        for state in (Round.State.RESOLVED, Round.State.OPEN):
            at = open_round.closes_at
            Round.objects.filter(pk=open_round.pk).update(state=state, closed_at=at, resolved_at=at)
            for name in ("", "ann", "olga"):
                browser = look(name)
                with django_assert_max_num_queries(27) as asked:
                    browser.get("/t/weekly/1/")
                counts.append(len(asked))
    assert counts[:6] == counts[6:]


def test_a_settled_round_asks_as_much_of_the_database_for_20_as_for_5(
    look, world, django_assert_max_num_queries
):
    counts = []
    for number, size in ((1, 5), (2, 20)):
        round_ = world.open_round()
        fill(world, round_, size)
        for actor in (world.ann, world.bob):
            world.submit(actor, round_, world.skill(0.5, noise=39))
        drain()
        settlement.commit(world.operator, world.resolve(world.close(round_)))
        for name in ("", "ann", "olga"):
            browser = look(name)
            with django_assert_max_num_queries(28) as asked:
                browser.get(f"/t/weekly/{number}/")
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_an_open_round_tells_how_the_last_one_went(look, world, resolved):
    settlement.commit(world.operator, resolved)
    world.open_round()
    page = look("bob").get("/t/weekly/2/").text
    score = Score.objects.get(submission__participant__alias="Bob", split="live")
    assert "Round 1 , the last one:" in page
    assert f"{score.log_loss:.5f}" in page
    assert "of 3" in page
    assert "paid" in page
    assert "last one" not in look().get("/t/weekly/2/").text


def test_htmx_gets_the_board_alone(look, resolved):
    headers = {"HX-Request": "true", "HX-Target": "board"}
    part = look().client.get("/t/weekly/1/?q=ann", headers=headers).content.decode()
    assert part.startswith('<section id="board"')
    assert "Public log" not in part


def test_pages_of_a_board_go_on_where_the_last_one_ended(look, resolved, monkeypatch):
    monkeypatch.setattr("tournaments.web.boards.lists.PAGE", 2)
    whole = look().client.get("/t/weekly/1/board.csv").content.decode()
    names = [row["alias"] for row in csv.DictReader(io.StringIO(whole))]
    drawn = []
    for number in range(1, -(-len(names) // 2) + 1):
        drawn += look().client.get(f"/t/weekly/1/?page={number}").context["view"].rows
    assert len(names) == 4 + MetaModel.objects.count()
    for name, row in zip(names, drawn, strict=True):
        assert re.search(f"[>“]{name}[<” ]", row)


@pytest.mark.parametrize(
    "rules", [{}, {"consistency_gate": 0.9}, {"originality_gate": None}, {"log_loss_gate": False}]
)
def test_the_filter_of_the_gates_says_what_the_settlement_says(look, world, resolved, rules):
    Round.objects.update(rules={**resolved.rules, **rules})
    resolved.refresh_from_db()
    passing = {line.participant.alias for line in settlement.plan(resolved).lines if not line.reason}
    table = look().client.get("/t/weekly/1/board.csv?who=passing").content.decode()
    assert {row["alias"] for row in csv.DictReader(io.StringIO(table))} == passing


def test_every_order_of_the_board_is_an_order(look, world, resolved):
    settlement.commit(world.operator, resolved)
    for sort in ("log_loss", "gain", "consistency", "originality", "tied_with", "result", "payout", "rank"):
        for sign in ("", "-"):
            table = look().client.get(f"/t/weekly/1/board.csv?sort={sign}{sort}").content.decode()
            rows = list(csv.DictReader(io.StringIO(table)))
            assert len(rows) == 4 + MetaModel.objects.count()
            if sort in ("log_loss", "gain", "consistency"):
                values = [float(row[sort]) for row in rows]
                assert values == sorted(values, reverse=bool(sign))


def test_before_the_close_no_order_tells_who_is_better(look, world, open_round):
    orders = set()
    for sort in ("log_loss", "-log_loss", "gain", "-gain", "consistency", "result", "originality", "payout"):
        table = look("cyd").client.get(f"/t/weekly/1/board.csv?sort={sort}").content.decode()
        orders.add(tuple(row["alias"] for row in csv.DictReader(io.StringIO(table))))
    assert orders == {("Ann", "Bob")}


def test_many_payouts_have_a_page_of_their_own(look, world, resolved, monkeypatch):
    settlement.commit(world.operator, resolved)
    monkeypatch.setattr("tournaments.web.boards.round.PAYOUTS_HERE", 1)
    page = look().get("/t/weekly/1/")
    assert "/t/weekly/1/payouts/" in page.links
    assert "Sum, which is the pool 10.00" in look().get("/t/weekly/1/payouts/").text
