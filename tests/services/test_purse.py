"""Deposits and withdrawals: booked by operators, found outside by a reference, never below zero."""

import pytest

from tests.world import World
from tournaments.models import Account, AuditEvent, Participant, Transaction
from tournaments.services import contests, ledger, purse
from tournaments.services.access import Actor
from tournaments.services.errors import Conflict, Forbidden, Refused, Unknown
from tournaments.services.people import roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.player("ann")
    return world


def book(world, verb, amount, reference="bank 4711", key="", actor=None, currency="USD", alias="Ann"):
    whom = Participant.objects.get(tournament=world.tournament, alias=alias)
    return verb(actor or world.operator, world.tournament, whom, currency, amount, reference, key)


def test_what_comes_in_and_goes_out_is_what_is_left(world):
    assert book(world, purse.deposit, 700).balance == 700
    made = book(world, purse.withdraw, 650, "  bank \n 4712 ")
    assert (made.balance, made.transaction.reference) == (50, "bank 4712")
    outside = Account.objects.get(kind=Account.Kind.OUTSIDE)
    assert ledger.balance(outside) == -50
    whom = roster.find_participant(world.operator, world.tournament, "Ann")
    assert purse.held(world.operator, world.tournament, whom, "USD") == 50


def test_nobody_takes_out_more_than_they_have(world):
    book(world, purse.deposit, 700)
    with pytest.raises(Conflict) as error:
        book(world, purse.withdraw, 701)
    assert (error.value.code, error.value.details["balance"]) == ("not_enough", 700)
    assert Transaction.objects.count() == 1


def test_the_same_key_books_once(world):
    first = book(world, purse.deposit, 700, key="k")
    again = book(world, purse.deposit, 700, key="k")
    assert (again.transaction.pk, again.balance) == (first.transaction.pk, 700)
    with pytest.raises(Conflict) as error:
        book(world, purse.deposit, 701, key="k")
    assert error.value.code == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": 0}, "bad_amount"),
        ({"amount": -1}, "bad_amount"),
        ({"amount": 10**36}, "bad_amount"),
        ({"amount": 1, "reference": "  "}, "reference_needed"),
        ({"amount": 1, "reference": "x" * 121}, "reference_needed"),
        ({"amount": 1, "currency": "EUR"}, "unknown_currency"),
    ],
)
def test_what_cannot_be_booked_is_refused(world, wrong, code):
    with pytest.raises(Refused) as error:
        book(world, purse.deposit, **wrong)
    assert error.value.code == code
    assert not Transaction.objects.exists()


def test_only_players_of_this_tournament_have_money_here(world):
    world.player("bench", kind=Participant.Kind.BENCHMARK)
    theirs = contests.create(world.operator.user, "other", "Other", "alpha")
    ann = roster.find_participant(world.operator, world.tournament, "Ann")
    bench = roster.find_participant(world.operator, world.tournament, "Bench")
    for tournament, whom in ((world.tournament, bench), (theirs, ann)):
        with pytest.raises(Unknown):
            purse.deposit(world.operator, tournament, whom, "USD", 1, "x")


def test_only_operators_book(world):
    for actor in (world.player("bob"), Actor(None)):
        for verb in (purse.deposit, purse.withdraw):
            with pytest.raises(Forbidden):
                book(world, verb, 1, actor=actor)


def test_a_booking_is_in_the_audit_log_with_its_place_in_the_chain(world):
    made = book(world, purse.deposit, 700)
    event = AuditEvent.objects.get(action="deposit_booked")
    assert event.actor == world.operator.user
    assert event.details == {
        "alias": "Ann",
        "amount": 700,
        "currency": "USD",
        "reference": "bank 4711",
        "ledger": ledger.mark(made.transaction),
    }


def test_without_rewards_there_is_nothing_to_book(tmp_path):
    world = World(tmp_path, "classroom")
    world.player("ann")
    with pytest.raises(Unknown) as error:
        book(world, purse.deposit, 1, currency="POINTS")
    assert error.value.code == "unknown_currency"
