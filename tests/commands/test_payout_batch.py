"""payout_batch as it is typed: who would be paid, collected, written, and booked as sent or given back."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.services.paying.people import AT, BTC, TXID, Payer
from tests.world import World
from tournaments.services.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
NOW = ("--min-age-hours", "0")


@pytest.fixture
def payer(tmp_path: Path) -> Payer:
    return Payer(World(tmp_path, **BTC)).filled()


def test_a_batch_is_looked_at_collected_written_and_sent(
    payer: Payer, command: Command, tmp_path: Path
) -> None:
    assert command("payout_batch", "weekly", "list").out == "There is no batch yet.\n"
    shown = command("payout_batch", "weekly", "owed", "--least", "0.0001", *NOW).out
    assert "Cyd          0.00000546 BTC  below_minimum" in shown
    assert shown.endswith("2 would be paid 0.00140000 BTC. Nothing was written.\n")
    data = json.loads(command("payout_batch", "weekly", "owed", "--json").out)
    assert {one["reason"] for one in data["skipped"]} == {"address_too_new"}
    made = command("payout_batch", "weekly", "collect", "--least", "0.0001", *NOW).out
    assert AT[0] in made
    assert made.endswith("Batch 1 is pending: 2 payments, 0.00140000 BTC\n")
    said = command("payout_batch", "weekly", "files", "1", "--out", tmp_path).out.splitlines()
    assert len(said) == 3
    for line in said:
        digest, _, place = line.partition("  ")
        assert hashlib.sha256(Path(place).read_bytes()).hexdigest() == digest
    one = command("payout_batch", "weekly", "files", "1", "--form", "core", "--out", tmp_path, "--json").out
    assert [file["form"] for file in json.loads(one)["files"]] == ["core"]
    done = command("payout_batch", "weekly", "settle", "1", "--reference", TXID).out
    assert done == f"Batch 1 is sent: 0.00140000 BTC by {TXID}\n"
    listed = json.loads(command("payout_batch", "weekly", "list", "--json").out)["batches"]
    assert [(row["batch"], row["state"], row["total"]) for row in listed] == [(1, "sent", 140_000)]
    assert "sent" in command("payout_batch", "weekly", "list").out
    assert json.loads(command("payout_batch", "weekly", "show", "1", "--json").out)["items"][1] == {
        "alias": "Bob",
        "address": AT[1],
        "amount": 40_000,
    }


def test_a_batch_is_cancelled_by_who_says_that_nothing_was_sent(payer: Payer, command: Command) -> None:
    command("payout_batch", "weekly", "collect", *NOW)
    cancel = ("payout_batch", "weekly", "cancel", "1", "--reason", "the wallet is lost")
    with pytest.raises(Invalid, match="not_confirmed"):
        command(*cancel)
    assert command(*cancel, "--nothing-was-sent").out == "Batch 1 is cancelled: 0.00140546 BTC given back.\n"
    assert payer.held("ann") == 100_000


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("settle",), "name_the_batch"),
        (("show", "7"), "not_found"),
        (("collect", "--currency", "EUR"), "unknown_currency"),
        (("collect",), "nothing_owed"),
        (("owed", "--least", "1e3"), "bad_amount"),
    ],
)
def test_what_cannot_be_done_is_refused(
    payer: Payer, command: Command, words: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Refused) as error:
        command("payout_batch", "weekly", *words)
    assert error.value.code == code
