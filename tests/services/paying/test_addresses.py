"""Where participants are paid: said by themselves, checked, told to all their members, never overwritten."""

import pytest
from django.core import mail as mailbox

from tests.services.paying.people import AT, Payer
from tests.told import told
from tests.world import World
from tournaments.models import AuditEvent, Delivery, Member, Participant, PayoutAddress, User
from tournaments.services import contests
from tournaments.services.access import READ, Actor
from tournaments.services.errors import Forbidden, Refused
from tournaments.services.paying import addresses
from tournaments.services.people import users
from tournaments.services.telling import channels, letters, sending

pytestmark = pytest.mark.django_db


def test_another_address_takes_the_place_of_the_former_which_stays_on_record(payer: Payer) -> None:
    ann = payer.players["ann"]
    assert [one.address for one in addresses.mine(ann, payer.tournament)] == [AT[0]]
    made = payer.register("ann", f" {AT[2]} ")
    assert (made.address, made.kind, made.holder) == (AT[2], "p2sh", "")
    again = payer.register("ann", AT[2])
    assert (again.pk, again.registered_at) == (made.pk, made.registered_at)
    history = addresses.history(ann, payer.tournament)
    assert [(one.address, one.retired_at is None) for one in history] == [(AT[2], True), (AT[0], False)]
    addresses.retire(ann, payer.tournament, "BTC")
    assert not addresses.mine(ann, payer.tournament)
    with pytest.raises(Refused) as error:
        addresses.retire(ann, payer.tournament, "BTC")
    assert error.value.code == "no_address"
    actions = AuditEvent.objects.filter(action__startswith="payout_address", details__alias="Ann")
    assert actions.filter(action="payout_address_registered").count() == 2
    assert actions.filter(action="payout_address_retired").count() == 1


def test_a_bank_account_is_taken_as_it_is_said(bank: Payer) -> None:
    made = addresses.register(bank.players["ann"], bank.tournament, "USD", " DE89  3704\t0044 ", " Ann  Lee ")
    assert (made.address, made.holder, made.kind) == ("DE89 3704 0044", "Ann Lee", "bank")


@pytest.mark.parametrize(
    ("address", "holder", "code"),
    [
        ("", "Ann", "bad_address"),
        ("x" * 121, "Ann", "bad_address"),
        ("DE89\u202e3704", "Ann", "bad_address"),
        ("DE89 3704", " ", "bad_holder"),
        ("DE89 3704", "x" * 121, "bad_holder"),
        ("DE89 3704", "Ann\x00", "bad_holder"),
    ],
)
def test_a_bank_account_that_cannot_be_printed_is_refused(
    bank: Payer, address: str, holder: str, code: str
) -> None:
    with pytest.raises(Refused) as error:
        addresses.register(bank.players["ann"], bank.tournament, "USD", address, holder)
    assert error.value.code == code


def test_every_member_is_told_when_an_address_changes(payer: Payer) -> None:
    player = Participant.objects.get(alias="Ann")
    amy, _ = users.create_user("amy", email="amy@example.org")
    Member.objects.create(participant=player, tournament=payer.tournament, user=amy)
    User.objects.filter(username__in=("ann", "bob")).update(email="x@example.org")
    Delivery.objects.all().delete()
    payer.register("ann", AT[2])
    addresses.retire(Actor(amy), payer.tournament, "BTC")
    assert told("address_changed") == [("amy", False), ("amy", False), ("ann", False), ("ann", False)]
    first, last = Delivery.objects.filter(kind="address_changed", user=amy).order_by("pk")
    assert (first.body["address"], first.body["by"]) == ("2MzQwSSn…rJa1Vc", "ann")
    letter = letters.write(first.kind, first.body)
    assert letter.subject == "Weekly: where you are paid has changed"
    assert letter.lines[0].startswith("ann changed where you are paid in BTC. It is 2MzQwSSn…")
    assert "took back" in letters.write(last.kind, last.body).lines[0]
    assert AT[2] not in str(first.body)


def test_who_took_over_a_login_cannot_silence_what_it_changes(payer: Payer) -> None:
    ann = payer.players["ann"]
    User.objects.filter(username="ann").update(email="ann@example.org")
    ann = Actor(User.objects.get(username="ann"))
    payer.register("ann", AT[2])
    channels.choose_mails(ann, [])
    addresses.retire(ann, payer.tournament, "BTC")
    assert "address_changed" not in User.objects.get(username="ann").muted
    assert told("address_changed") == [("ann", False), ("ann", False)]
    sending.deliver()
    sent = [one for one in mailbox.outbox if "where you are paid" in one.subject]
    assert len(sent) == 2
    assert not any("List-Unsubscribe" in one.extra_headers or "Stop emails" in one.body for one in sent)


def test_points_are_paid_to_nobody_and_an_unknown_currency_neither(payer: Payer) -> None:
    contests.change_rules(
        payer.operator,
        payer.tournament,
        {"rewards": "points", "currency": "POINTS", "currency_digits": 0, "network": ""},
    )
    payer.tournament.refresh_from_db()
    for currency, code in (("POINTS", "points_not_payable"), ("EUR", "unknown_currency")):
        with pytest.raises(Refused) as error:
            addresses.register(payer.players["ann"], payer.tournament, currency, AT[0])
        assert error.value.code == code


def test_an_address_needs_the_scope_and_the_membership(payer: Payer) -> None:
    ann = payer.players["ann"]
    for actor in (Actor(ann.user, frozenset({READ})), payer.operator, Actor(None)):
        with pytest.raises(Forbidden):
            addresses.register(actor, payer.tournament, "BTC", AT[2])
        with pytest.raises(Forbidden):
            addresses.retire(actor, payer.tournament, "BTC")
    assert PayoutAddress.objects.filter(retired_at__isnull=True).count() == 3


def test_a_currency_keeps_its_network(payer: Payer) -> None:
    with pytest.raises(Refused) as error:
        contests.change_rules(payer.operator, payer.tournament, {"network": "bitcoin"})
    assert error.value.code == "currency_network_fixed"
    contests.change_rules(payer.operator, payer.tournament, {"currency": "XBT", "network": "bitcoin"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"network": "signet"},
        {"network": "regtest"},
        {"network": "bitcoin", "currency_digits": 8, "rewards": "points"},
    ],
)
def test_only_money_with_eight_decimals_goes_over_a_network(db: None, tmp_path: object, wrong: dict) -> None:
    with pytest.raises(Refused) as error:
        World(tmp_path, **wrong)
    assert error.value.details["field"] == "network"
