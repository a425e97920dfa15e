"""Files for wallets and banks: read back they are the batch to the unit, and always the same bytes."""

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.services.paying.people import AT, TXID, Payer
from tournaments.models import AuditEvent
from tournaments.services.access import Actor
from tournaments.services.errors import Forbidden, Refused
from tournaments.services.paying import addresses, batches, files

pytestmark = pytest.mark.django_db


def rows_of(made: files.File) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.content.decode())))


def test_electrum_pays_to_many_in_satoshis(payer: Payer) -> None:
    made = files.make(payer.collect(), "electrum")
    assert made.name == "weekly-batch-1-electrum-sat.csv"
    assert made.content.decode() == f"{AT[0]},100000\n{AT[1]},40000\n{AT[2]},546\n"
    assert all(line.count(",") == 1 for line in made.content.decode().splitlines())


def test_sparrow_gets_satoshis_and_a_label_under_a_header(payer: Payer) -> None:
    payer.give("o-neil", 1_000, AT[0])
    head, *rows = rows_of(files.make(payer.collect(), "sparrow"))
    assert head == ["Address", "Amount (sats)", "Label"]
    assert not head[1].isdecimal()
    assert [(text, int(amount)) for text, amount, _ in rows] == [
        (AT[0], 100_000),
        (AT[1], 40_000),
        (AT[2], 546),
        (AT[0], 1_000),
    ]
    assert [label for *_, label in rows][::3] == ["weekly batch 1 Ann", "weekly batch 1 O-neil"]


def test_core_gets_texts_of_eight_decimals_and_one_sum_an_address(payer: Payer) -> None:
    payer.give("dan", 1_000, AT[0])
    batch = payer.collect()
    account, amounts = json.loads(files.make(batch, "core").content)
    assert account == ""
    assert amounts == {AT[0]: "0.00101000", AT[1]: "0.00040000", AT[2]: "0.00000546"}
    assert sum(map(Decimal, amounts.values())) * 10**8 == batch.total


def test_a_bank_gets_decimals_and_no_formula(bank: Payer) -> None:
    addresses.register(bank.players["bob"], bank.tournament, "USD", "+49 123,45", '=HYPERLINK("x"), Bob')
    batch = bank.collect()
    made = files.make(batch, "bank")
    assert made.name == "weekly-batch-1-bank.csv"
    head, ann, bob = rows_of(made)
    assert head == ["reference", "name", "account", "amount", "currency"]
    assert ann == ["weekly-1-1", "Ann Miller", "DE89 3704 0044 0532 0130 00 ann", "1000.00", "USD"]
    assert bob == ["weekly-1-2", '\'=HYPERLINK("x"), Bob', "'+49 123,45", "0.05", "USD"]
    assert sum(Decimal(row[3]) for row in (ann, bob)) * 100 == batch.total


def test_a_file_is_the_same_bytes_whatever_changed_since(payer: Payer) -> None:
    batch = payer.collect()
    before = {form: files.download(payer.operator, batch, form) for form in files.forms_of(batch)}
    payer.register("ann", AT[2])
    payer.give("dan", 1_000, AT[0])
    batches.settle(payer.operator, batch, TXID)
    again = batches.find(payer.operator, payer.tournament, 1)
    for form, made in before.items():
        assert files.download(payer.operator, again, form) == made
    noted = AuditEvent.objects.filter(action="payout_file_downloaded").order_by("pk")
    assert [one.details["sha256"] for one in noted] == [one.sha256 for one in before.values()] * 2


def test_wallets_files_are_for_networks_and_a_banks_for_the_rest(payer: Payer) -> None:
    batch = payer.collect()
    assert files.forms_of(batch) == ["electrum", "sparrow", "core"]
    for form in ("bank", "ledger", ""):
        with pytest.raises(Refused) as error:
            files.download(payer.operator, batch, form)
        assert error.value.code == "not_found"


def test_a_bank_has_one_file(bank: Payer) -> None:
    assert files.forms_of(bank.collect()) == ["bank"]


def test_a_cancelled_batch_gives_no_file_that_could_be_paid(payer: Payer) -> None:
    batch = payer.collect()
    batches.cancel(payer.operator, batch, "not sent")
    with pytest.raises(Refused) as error:
        files.download(payer.operator, batches.find(payer.operator, payer.tournament, 1), "core")
    assert error.value.code == "batch_not_pending"


def test_files_are_for_those_who_oversee(payer: Payer) -> None:
    batch = payer.collect()
    for actor in (payer.players["ann"], Actor(None)):
        with pytest.raises(Forbidden):
            files.download(actor, batch, "core")
    assert not AuditEvent.objects.filter(action="payout_file_downloaded").exists()
