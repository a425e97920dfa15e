"""Money in pages: one's own statement, the books, and bookings that say first what they will do."""

import csv
import io

import pytest

from tests.world import World
from tournaments.models import Currency, Role, Transaction
from tournaments.services import contests, ledger, purse, settlement
from tournaments.services.people import roster, users

pytestmark = pytest.mark.django_db
MONEY, BOOKS = "/t/weekly/money/", "/t/weekly/books/"
PAGES = (BOOKS, f"{BOOKS}accounts/", f"{BOOKS}transactions/", "/t/weekly/books.csv")
FORM = {"alias": "ann", "amount": "1,025.50", "currency": "USD", "reference": "bank 4711"}
KEY = "7f0c5f3e-0a58-4a36-9d9d-3a1d0e3c0a11"


def book(world, verb, amount, alias="Ann", currency="USD"):
    whom = roster.find_participant(world.operator, world.tournament, alias)
    return verb(world.operator, world.tournament, whom, currency, amount, "=bank 4711").transaction


@pytest.fixture
def booked(world):
    """Ann has 50.00 USD and 10^30 satoshi."""
    Currency.objects.create(tournament=world.tournament, code="BTC", digits=8)
    book(world, purse.deposit, 12_000)
    book(world, purse.withdraw, 7_000)
    book(world, purse.deposit, 10**30, currency="BTC")
    return world


def lines_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_a_statement_runs_up_to_the_balance(look, booked):
    page = look("ann").get(MONEY)
    assert "You have 50.00 USD" in page.text
    assert "You have 10,000,000,000,000,000,000,000.00000000 BTC" in page.text
    assert "Withdrawal −70.00 50.00 USD" in page.text
    assert "Withdrawal of Ann · =bank 4711" in page.text
    assert "+120.00 120.00" in page.text
    assert "BTC" not in look("ann").get(f"{MONEY}?currency=USD").text.split("newest first")[1]
    found = lines_of(look("ann").client.get("/t/weekly/money.csv"))
    assert [(row["amount"], row["balance"]) for row in found][1:] == [
        ("-70.00", "50.00"),
        ("120.00", "120.00"),
    ]
    assert found[0]["amount_minor_units"] == str(10**30)
    assert {row["reference"] for row in found} == {"'=bank 4711"}


def test_a_statement_says_when_there_is_nothing_and_comes_in_pages(look, world, monkeypatch):
    assert "Nothing is booked for you yet" in look("ann").get(MONEY).text
    monkeypatch.setattr("tournaments.web.money.purse.LINES", 2)
    for amount in (1, 2, 3):
        book(world, purse.deposit, amount)
    assert "Page 1 of 2" in look("ann").get(MONEY).text
    assert "+0.01 0.01" in look("ann").get(f"{MONEY}?page=2").text


def test_a_payout_is_on_the_statement_of_who_was_paid(look, world, resolved):
    settlement.commit(world.operator, resolved)
    assert "Payouts of round 1" in look("ann").get(MONEY).text


def test_both_sides_of_the_books_are_equal_and_lead_to_every_line(look, booked):
    olga = look("olga")
    page = olga.get(BOOKS)
    assert page.text.count("Both sides are equal") == 2
    place, hash_ = ledger.head(booked.tournament)
    assert f"Transactions {place}" in page.text
    assert hash_ in page.text
    assert "Ann BTC" not in page.text
    rows = lines_of(olga.client.get("/t/weekly/books.csv"))
    assert sum(int(row["debit_minor_units"]) for row in rows) == sum(
        int(row["credit_minor_units"]) for row in rows
    )
    accounts = olga.get(f"{BOOKS}accounts/?kind=participant")
    assert "2 accounts" in accounts.text
    inner = [link for link in accounts.links if "/books/accounts/" in link and link[-2].isdigit()]
    one = olga.get(inner[1])
    assert "Balance 50.00 USD" in one.text
    assert "May go down to 0.00 USD" in one.text
    assert len(lines_of(olga.client.get(f"{inner[1][:-1]}.csv"))) == 2


def test_a_transaction_shows_its_lines_its_place_and_what_reversed_it(look, booked):
    written = Transaction.objects.get(kind="withdrawal")
    ledger.reverse(written, "sent to somebody else", booked.operator.user)
    olga = look("olga")
    page = olga.get(f"{BOOKS}transactions/{written.pk}/")
    assert "Reversed by a later transaction" in page.text
    assert ledger.mark(written).partition(":")[2] in page.text
    assert "Outside world 70.00 USD Ann 70.00 USD Sum 70.00 70.00 USD" in page.text
    back = olga.get(f"{BOOKS}transactions/{written.reversed_by.pk}/")
    assert "Reverses Withdrawal of Ann" in back.text
    assert "1 transaction," in olga.get(f"{BOOKS}transactions/?kind=reversal").text


def test_the_lines_of_a_transaction_come_in_pages(look, booked, monkeypatch):
    monkeypatch.setattr("tournaments.web.money.books.LINES", 1)
    written = Transaction.objects.get(kind="withdrawal")
    texts = [look("olga").get(f"{BOOKS}transactions/{written.pk}/?page={n}").text for n in (1, 2)]
    assert all("Sum 70.00 70.00 USD" in text for text in texts)
    assert ["Outside world 70.00" in text for text in texts] in ([True, False], [False, True])


def test_the_check_of_the_chain_can_be_copied_whole(look, booked):
    place, hash_ = ledger.head(booked.tournament)
    assert f"verify_ledger weekly --expect {place}:{hash_}" in look("olga").get(BOOKS).text


@pytest.mark.parametrize("verb", ["deposit", "withdraw"])
def test_a_booking_shows_what_will_be_and_books_once(look, world, verb):
    book(world, purse.deposit, 200_000)
    olga = look("olga")
    assert 'value="Ann"' in olga.client.get(f"{BOOKS}{verb}/?alias=Ann").content.decode()
    form = {**FORM, "key": KEY}
    page = olga.post(f"{BOOKS}{verb}/", form)
    after = 200_000 + (102_550 if verb == "deposit" else -102_550)
    assert f"Ann has 2,000.00 USD Ann will have {after / 100:,.2f} USD" in page.text
    assert Transaction.objects.count() == 1
    for _ in range(2):
        response = olga.client.post(f"{BOOKS}{verb}/", {**form, "confirmed": "1"}, follow=True)
        assert f"Booked. Ann has {after / 100:,.2f} USD now." in response.content.decode()
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alias": "Nobody"}, "Nobody takes part here as Nobody."),
        ({"amount": "12.345"}, "at most 2 decimals"),
        ({"amount": "-1"}, "is no amount"),
        ({"amount": "0", "confirmed": "1"}, "at least one minor unit"),
        ({"amount": "1e5"}, "is no amount"),
        ({"currency": "EUR"}, "Select a valid choice"),
        ({"reference": " "}, "This field is required"),
    ],
)
def test_what_cannot_be_booked_is_said_beside_its_field(look, world, wrong, words):
    page = look("olga").post(f"{BOOKS}deposit/", {**FORM, "key": KEY, **wrong}, status=400)
    assert words in page.text
    assert not Transaction.objects.exists()


def test_nobody_takes_out_what_they_do_not_have(look, world):
    book(world, purse.deposit, 100)
    for more in ({}, {"confirmed": "1"}):
        page = look("olga").post(f"{BOOKS}withdraw/", {**FORM, "key": KEY, **more}, status=409)
        assert "less than this" in page.text or "does not hold that much" in page.text


def test_books_are_for_those_who_oversee_and_bookings_for_operators(look, world):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, Role.Kind.AUDITOR)
    contests.create(users.create_user("otto")[0], "other", "Other")
    book(world, purse.deposit, 100)
    inside = [*PAGES, f"{BOOKS}transactions/{Transaction.objects.get().pk}/"]
    for name, status in (("olga", 200), ("ada", 200), ("ann", 403), ("otto", 403), ("", 302)):
        for address in inside:
            assert look(name).client.get(address).status_code == status, (name, address)
        booking = status if name != "ada" else 403
        for verb in ("deposit", "withdraw"):
            assert look(name).client.get(f"{BOOKS}{verb}/").status_code == booking, (name, verb)
    for name, status in (("ann", 200), ("bob", 200), ("olga", 403), ("", 302)):
        for address in (MONEY, "/t/weekly/money.csv"):
            assert look(name).client.get(address).status_code == status, (name, address)
    assert "Book a deposit" not in look("ada").get(BOOKS).text
    assert "Money" in look("ann").get("/t/weekly/").text


def test_a_transaction_of_another_tournament_is_not_in_these_books(look, world):
    contests.create(world.operator.user, "other", "Other", "alpha")
    written = book(world, purse.deposit, 100)
    account = written.entries.first().account_id
    for address in (f"transactions/{written.pk}", f"accounts/{account}"):
        assert look("olga").client.get(f"/t/other/books/{address}/").status_code == 404


def test_without_rewards_no_page_speaks_of_money(look, tmp_path):
    world = World(tmp_path, "classroom")
    world.player("ann")
    for name, address in (("ann", MONEY), *(("olga", one) for one in PAGES), ("olga", f"{BOOKS}deposit/")):
        assert look(name).client.get(address).status_code == 404, address
    for name in ("ann", "olga"):
        links = look(name).get("/t/weekly/").links
        assert not {MONEY, BOOKS} & set(links)


def test_what_was_booked_stays_in_sight_when_rewards_end(look, world):
    book(world, purse.deposit, 100)
    contests.change_rules(world.operator, world.tournament, {"rewards": "none", "pool": 0})
    assert "You have 1.00 USD" in look("ann").get(MONEY).text


def test_pages_of_money_ask_as_much_for_many_as_for_few(look, world, django_assert_max_num_queries):
    for n in range(15):
        world.player(f"more{n}")
        book(world, purse.deposit, 1 + n, f"More{n}")
        book(world, purse.deposit, 1)
    olga, ann = look("olga"), look("ann")
    account = Transaction.objects.filter(memo="Deposit of Ann")[0].entries.get(amount__gt=0).account_id
    for address in (*PAGES, f"{BOOKS}accounts/{account}/"):
        with django_assert_max_num_queries(17):
            olga.client.get(address)
    with django_assert_max_num_queries(17):
        ann.client.get(MONEY)
