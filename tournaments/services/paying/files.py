"""Files that wallets and banks take, made of a batch's items alone: the same bytes at each request.

Wallets read amounts in a unit that their user chose. The two files with amounts in satoshis are read too high
by anyone who chose a larger unit, which fails for lack of funds; written in bitcoins they could be read too
low, and would silently pay a thousandth.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from tournaments.models import PayoutBatch, PayoutItem
from tournaments.services import audit
from tournaments.services.access import Actor, need_overseer
from tournaments.services.cells import plain
from tournaments.services.currencies import decimal_text
from tournaments.services.errors import Unknown
from tournaments.services.paying.batches import need_open_or_sent

CSV, JSON = "text/csv; charset=utf-8", "application/json"
BANK_HEAD = ("reference", "name", "account", "amount", "currency")
SPARROW_HEAD = ("Address", "Amount (sats)", "Label")


@dataclass(frozen=True)
class File:
    """A file to download."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes, 64 hex digits."""
        return hashlib.sha256(self.content).hexdigest()


def forms_of(batch: PayoutBatch) -> list[str]:
    """Return in which forms a batch comes: wallets' where its currency has a network, else the bank's."""
    return [name for name, form in FORMS.items() if form.network == bool(batch.currency.network)]


def make(batch: PayoutBatch, form: str) -> File:
    """Return a batch in one of its forms. Raises Unknown `not_found` for another form."""
    if form not in forms_of(batch):
        known = ", ".join(forms_of(batch))
        raise Unknown("not_found", f"Batch {batch.number} has no file {form!r}; it has {known}.")
    how = FORMS[form]
    name = f"{batch.tournament.slug}-batch-{batch.number}-{how.suffix}"
    items = PayoutItem.objects.filter(batch=batch).select_related("participant", "address").order_by("pk")
    return File(name, how.content_type, how.write(batch, list(items)).encode())


def download(actor: Actor, batch: PayoutBatch, form: str) -> File:
    """Return the same for operators and auditors; the audit log says who took what.

    Raises Conflict `batch_not_pending` for a cancelled batch, and as `make` does.
    """
    by = need_overseer(actor, batch.tournament)
    need_open_or_sent(batch)
    made = make(batch, form)
    with transaction.atomic():
        audit.record(
            by,
            "payout_file_downloaded",
            batch.tournament,
            batch=batch.number,
            form=form,
            sha256=made.sha256,
            state=batch.state,
        )
    return made


def _electrum(batch: PayoutBatch, items: list[PayoutItem]) -> str:
    return _csv([one.address.address, str(one.amount)] for one in items)


def _sparrow(batch: PayoutBatch, items: list[PayoutItem]) -> str:
    label = f"{batch.tournament.slug} batch {batch.number}"
    rows = ([one.address.address, str(one.amount), _label(label, one)] for one in items)
    return _csv([SPARROW_HEAD, *rows])


def _label(label: str, item: PayoutItem) -> str:
    return f"{label} {item.participant.alias}".replace(",", " ")


def _core(batch: PayoutBatch, items: list[PayoutItem]) -> str:
    """Amounts are texts, which no parser rounds; an address is a key, so what stands at one is summed."""
    sums: dict[str, int] = {}
    for one in items:
        sums[one.address.address] = sums.get(one.address.address, 0) + one.amount
    amounts = {text: decimal_text(amount, batch.currency.digits) for text, amount in sums.items()}
    return json.dumps(["", amounts], indent=1) + "\n"


def _bank(batch: PayoutBatch, items: list[PayoutItem]) -> str:
    code, digits = batch.currency.code, batch.currency.digits
    rows = (
        [
            f"{batch.tournament.slug}-{batch.number}-{place}",
            plain(one.address.holder),
            plain(one.address.address),
            decimal_text(one.amount, digits),
            code,
        ]
        for place, one in enumerate(items, 1)
    )
    return _csv([BANK_HEAD, *rows])


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Form:
    """How a batch is written for one kind of reader."""

    suffix: str
    content_type: str
    network: bool
    write: Callable[[PayoutBatch, list[PayoutItem]], str]


FORMS = {
    "bank": Form("bank.csv", CSV, False, _bank),
    "electrum": Form("electrum-sat.csv", CSV, True, _electrum),
    "sparrow": Form("sparrow-sat.csv", CSV, True, _sparrow),
    "core": Form("core-sendmany.json", JSON, True, _core),
}
