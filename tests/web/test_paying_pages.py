"""Paying out in pages: one's own address and payments, and the batches of those who oversee."""

import csv
import io

import pytest

from tests.services.paying.people import AT, BTC, IBAN, TXID
from tests.world import World
from tournaments.models import PRESETS, AuditEvent, PayoutBatch, Role
from tournaments.services import contests, purse
from tournaments.services.paying import addresses, batches
from tournaments.services.people import roster, users
from tournaments.web.making.rules import RulesForm

pytestmark = pytest.mark.django_db
MONEY, BATCHES = "/t/weekly/money/", "/t/weekly/batches/"
ADDRESS = f"{MONEY}address/USD/"
OWED = "currency=USD&least=0&age=0"
COLLECT = {"currency": "USD", "least": "0", "age": "0"}
END = {"key": "7f0c5f3e-0a58-4a36-9d9d-3a1d0e3c0a11"}


def give(world, alias, amount, currency="USD"):
    whom = roster.find_participant(world.operator, world.tournament, alias)
    purse.deposit(world.operator, world.tournament, whom, currency, amount, "bank")


@pytest.fixture
def owed(world):
    """Ann is owed 1,025.50 USD and has an account, Bob is owed 3.00 and has none."""
    give(world, "Ann", 102_550)
    give(world, "Bob", 300)
    addresses.register(world.ann, world.tournament, "USD", IBAN, "=Ann Lee")
    return world


@pytest.fixture
def batch(owed):
    return batches.collect(owed.operator, owed.tournament, "USD", 0, 0)


def test_one_says_where_to_be_paid_and_sees_what_was(look, owed, batch):
    bob, ann = look("bob"), look("ann")
    assert "Nowhere yet: what you have waits here" in bob.get(MONEY).text
    assert "What was paid to you" not in bob.get(MONEY).text
    page = bob.post(ADDRESS, {"address": "AB", "holder": "Bob"}, status=400)
    assert "Say the account, such as an IBAN" in page.text
    response = bob.client.post(ADDRESS, {"address": "DE12 3456", "holder": "Bob Ray"}, follow=True)
    assert "Saved. It is paid to from 24 hours from now on." in response.content.decode()
    assert "Bob Ray, DE12 3456" in bob.get(MONEY).text
    assert "bob" in bob.get(ADDRESS).text
    bob.client.post(ADDRESS, {"retire": "1"})
    assert "Nowhere yet" in bob.get(MONEY).text
    assert f"On its way 1,025.50 USD {IBAN} –" in ann.get(MONEY).text
    batches.settle(owed.operator, batch, "SEPA 4711")
    assert f"1,025.50 USD {IBAN} SEPA 4711" in ann.get(MONEY).text


def test_a_bitcoin_address_is_checked_where_it_is_typed(look, tmp_path):
    world = World(tmp_path, **BTC)
    world.player("ann")
    look = look("ann")
    address = f"{MONEY}address/BTC/"
    assert "Account holder" not in look.get(address).text
    page = look.post(address, {"address": AT[0][:-1] + "q"}, status=400)
    assert "This is no Bitcoin address" in page.text
    page = look.post(address, {"address": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"}, status=400)
    assert "This is an address of bitcoin; payments here go over regtest." in page.text
    look.client.post(address, {"address": AT[0].upper()})
    assert AT[0] in look.get(MONEY).text


def test_what_is_owed_is_shown_collected_and_its_files_are_given(look, owed):
    olga = look("olga")
    page = olga.get(f"{BATCHES}?currency=USD&least=0&age=24")
    assert "Ann 1,025.50 Waits: the address is too new" in page.text
    assert "Bob 3.00 Waits: nowhere to be paid" in page.text
    page = olga.get(f"{BATCHES}?currency=USD&least=1&age=0")
    assert f"Ann 1,025.50 =Ann Lee, {IBAN}" in page.text
    assert "To pay now, to 1 participant 1,025.50 USD Of 1 more, who wait 3.00 USD" in page.text
    assert "Why they wait: nowhere to be paid (1)." in page.text
    page = olga.post(BATCHES, COLLECT)
    assert "Collect 1,025.50 USD?" in page.text
    assert not PayoutBatch.objects.exists()
    for _ in range(2):
        response = olga.client.post(BATCHES, {**COLLECT, **END, "confirmed": "1"}, follow=True)
    one = PayoutBatch.objects.get()
    page = olga.get(f"{BATCHES}1/")
    assert "waiting to be sent: pay it with the file below, then book it as sent." in page.text
    response = olga.client.get(f"{BATCHES}1/files/bank/")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert rows == [
        {
            "reference": "weekly-1-1",
            "name": "'=Ann Lee",
            "account": IBAN,
            "amount": "1025.50",
            "currency": "USD",
        }
    ]
    assert AuditEvent.objects.get(action="payout_file_downloaded").details["sha256"] in page.text
    assert one.total == 102_550
    assert olga.client.get(f"{BATCHES}1/files/electrum/").status_code == 404
    assert "Batch 1 Pending 1,025.50" in olga.get(BATCHES).text


def test_a_batch_is_booked_as_sent_once(look, batch):
    olga = look("olga")
    address = f"{BATCHES}1/sent/"
    assert "It cannot be taken back" in olga.get(address).text
    assert "This field is required" in olga.post(address, END, status=400).text
    form = {**END, "reference": "SEPA 4711"}
    for _ in range(2):
        response = olga.client.post(address, form, follow=True)
        assert "Batch 1 is sent" in response.content.decode()
    page = olga.post(address, {"key": "7f0c5f3e-0a58-4a36-9d9d-3a1d0e3c0a12", "reference": "x"}, status=409)
    assert "Payout batch 1 is sent already." in page.text
    page = olga.get(f"{BATCHES}1/")
    assert "Do not pay its files again" in page.text
    assert "Cancel it" not in page.text


def test_a_batch_is_cancelled_by_who_says_that_nothing_was_sent(look, batch):
    olga = look("olga")
    address = f"{BATCHES}1/cancel/"
    page = olga.post(address, {**END, "reason": "wallet broken", "sentence": "sent"}, status=400)
    assert "This is not “nothing was sent”." in page.text
    form = {**END, "reason": "wallet broken", "sentence": "Nothing was sent."}
    response = olga.client.post(address, form, follow=True)
    assert "everyone has back what was collected" in response.content.decode()
    page = olga.get(f"{BATCHES}1/")
    assert "wallet broken" in page.text
    assert "Files" not in page.text
    assert olga.client.get(f"{BATCHES}1/files/bank/").status_code == 409
    assert "Given back 1,025.50" in look("ann").get(MONEY).text


def test_totals_stand_in_every_unit_that_a_wallet_may_show(look, tmp_path):
    world = World(tmp_path, **BTC)
    ann = world.player("ann")
    give(world, "Ann", 12_345_678, "BTC")
    addresses.register(ann, world.tournament, "BTC", AT[0])
    batches.collect(world.operator, world.tournament, "BTC", 0, 0)
    page = look("olga").get(f"{BATCHES}1/")
    for words in ("0.12345678 BTC", "123.45678 mBTC", "12,345,678 sat", "Electrum", "Sparrow", "Core"):
        assert words in page.text
    page = look("olga").post(f"{BATCHES}1/sent/", {**END, "reference": TXID[:-1]}, status=400)
    assert "64 hexadecimal digits" in page.text


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ({"currency": "BTC", "currency_digits": "8", "network": "regtest"}, {"currency", "currency_digits"}),
        ({"rewards": "none"}, {"rewards", "pool"}),
    ],
)
def test_the_network_is_one_of_the_rules_and_goes_with_the_rewards(typed, changed):
    rules = PRESETS["alpha"] if "network" in typed else PRESETS["alpha"].but(**{**BTC, "pool": 5})
    asked = {name: "" if value is None else value for name, value in RulesForm(rules=rules).initial.items()}
    form = RulesForm({**asked, **typed}, rules=rules)
    assert form.is_valid(), form.errors
    changes = form.changes()
    assert changed | {"network"} <= set(changes)
    assert changes["network"] == typed.get("network", "")
    assert rules.but(**changes).network == typed.get("network", "")


def test_what_is_owed_and_the_payments_of_a_batch_come_in_pages_and_as_a_file(look, owed, monkeypatch):
    monkeypatch.setattr("tournaments.web.money.batches.LINES", 1)
    olga, asked = look("olga"), OWED
    page = olga.get(f"{BATCHES}?{asked}")
    assert "Page 1 of 2" in page.text
    assert f"?{asked}&owed=2" in page.links
    assert "Bob" not in page.text
    page = olga.get(f"{BATCHES}?{asked}&owed=2")
    assert "Bob 3.00 Waits: nowhere to be paid" in page.text
    assert "Ann" not in page.text
    page = olga.post(BATCHES, COLLECT)
    assert "These are the first 1 of 2 lines" in page.text
    assert f"{BATCHES}?{asked}" in page.links
    file = f"{BATCHES}owed.csv?{asked}"
    assert file in page.links
    rows = list(csv.DictReader(io.StringIO(olga.client.get(file).content.decode())))
    assert [list(row.values()) for row in rows] == [
        ["Ann", "102550", "1025.50", "USD", ""],
        ["Bob", "300", "3.00", "USD", "no_address"],
    ]
    assert olga.client.get(f"{BATCHES}owed.csv").status_code == 400
    addresses.register(owed.bob, owed.tournament, "USD", "AB12 3456", "Bob")
    batches.collect(owed.operator, owed.tournament, "USD", 0, 0)
    give(owed, "Bob", 100)
    batches.collect(owed.operator, owed.tournament, "USD", 0, 0)
    page = olga.get(f"{BATCHES}?{asked}&page=2")
    assert "Batch 1" in page.text
    assert f"?{asked}&page=1" in page.links
    assert "Bob" in olga.get(f"{BATCHES}1/?page=2").text
    assert "Bob" not in olga.get(f"{BATCHES}1/").text


def test_what_is_on_its_way_is_told_beside_what_one_has(look, owed, batch):
    assert "You have 0.00 USD On its way to you 1,025.50 USD" in look("ann").get(MONEY).text
    batches.settle(owed.operator, batch, "SEPA 4711")
    assert "On its way to you" not in look("ann").get(MONEY).text


def test_addresses_that_are_shared_are_pointed_out(look, owed):
    addresses.register(owed.bob, owed.tournament, "USD", IBAN, "Bob")
    page = look("olga").get(f"{BATCHES}?{OWED}")
    assert "Ann, Bob want to be paid at one and the same address" in page.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"least": "1e5"}, "is no amount"),
        ({"least": "0.001"}, "at most 2 decimals"),
        ({"age": "-1"}, "greater than or equal to 0"),
        ({"currency": "EUR"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(look, owed, wrong, words):
    olga = look("olga")
    assert words in olga.post(BATCHES, {**COLLECT, **wrong, "confirmed": "1"}, status=400).text
    assert not PayoutBatch.objects.exists()


def test_batches_are_for_those_who_oversee_and_operators_act(look, batch, world):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, Role.Kind.AUDITOR)
    contests.create(users.create_user("otto")[0], "other", "Other")
    for name, status in (("olga", 200), ("ada", 200), ("ann", 403), ("otto", 403), ("", 302)):
        for address in (BATCHES, f"{BATCHES}owed.csv?{OWED}", f"{BATCHES}1/", f"{BATCHES}1/files/bank/"):
            assert look(name).client.get(address).status_code == status, (name, address)
        acts = status if name != "ada" else 403
        for address in (f"{BATCHES}1/sent/", f"{BATCHES}1/cancel/"):
            assert look(name).client.get(address).status_code == acts, (name, address)
        posted = look(name).client.post(BATCHES, {**COLLECT, "confirmed": "1"}).status_code
        assert posted == (409 if name == "olga" else acts) or (name == "olga" and posted == 200)
    for name, status in (("ann", 200), ("olga", 403), ("", 302)):
        assert look(name).client.get(ADDRESS).status_code == status, name
    assert "Book as sent" not in look("ada").get(f"{BATCHES}1/").text
    assert BATCHES in look("ada").get("/t/weekly/books/").links
    assert look("olga").client.get(f"{BATCHES}2/").status_code == 404
    assert look("ann").client.get(f"{MONEY}address/EUR/").status_code == 404


def test_where_only_points_are_won_nobody_is_paid(look, tmp_path):
    world = World(tmp_path, rewards="points", currency="POINTS", currency_digits=0)
    world.player("ann")
    assert "Getting paid" not in look("ann").get(MONEY).text
    assert "Points are paid to nobody" in look("olga").get(BATCHES).text
    assert look("ann").client.get(f"{MONEY}address/POINTS/").status_code == 404


def test_without_rewards_no_page_speaks_of_payouts(look, tmp_path):
    world = World(tmp_path, "classroom")
    world.player("ann")
    for name, address in (("olga", BATCHES), ("olga", f"{BATCHES}1/"), ("ann", ADDRESS)):
        assert look(name).client.get(address).status_code == 404, address


def test_pages_of_payouts_ask_as_much_for_many_as_for_few(look, world, django_assert_max_num_queries):
    for n in range(12):
        player = world.player(f"more{n}")
        give(world, f"More{n}", 500 + n)
        addresses.register(player, world.tournament, "USD", f"{IBAN} {n}", "One")
    olga, one = look("olga"), look("more1")
    with django_assert_max_num_queries(21):
        assert "to 12 participants 60.66 USD" in olga.get(f"{BATCHES}?{OWED}").text
    batches.collect(world.operator, world.tournament, "USD", 0, 0)
    with django_assert_max_num_queries(18):
        olga.get(f"{BATCHES}1/")
    with django_assert_max_num_queries(20):
        one.get(MONEY)
