"""Participants paid, many at once."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.terminal import moment, money, table
from tournaments.management.who import acting
from tournaments.models import PayoutBatch, Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor
from tournaments.services.errors import Invalid
from tournaments.services.paying import batches, files, owed
from tournaments.services.paying.owed import MIN_AGE_HOURS, Owed

ACTIONS = ("owed", "collect", "list", "show", "files", "settle", "cancel")


class Command(Face):
    """Pay out: `owed` shows who would be paid and who not; `collect` takes what is owed into a pending batch;
    `files` writes what wallets and banks take; `settle` books that it was sent, `cancel` gives it back.
    Nothing is sent from here.
    """

    example = "weekly collect --currency BTC --least 0.0001"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask what to do, and with which batch."""
        add_slug(parser)
        parser.add_argument("action", choices=ACTIONS, help="What to do.")
        parser.add_argument(
            "number", nargs="?", type=int, help="The batch, for show, files, settle and cancel."
        )
        parser.add_argument("--currency", default="", help="Its code (default: that of the rules).")
        parser.add_argument("--least", default="0", help="Who is owed less is left out, such as 10.00.")
        parser.add_argument(
            "--min-age-hours",
            type=int,
            default=MIN_AGE_HOURS,
            metavar="N",
            help=f"Who registered their address later is left out (default: {MIN_AGE_HOURS}).",
        )
        parser.add_argument(
            "--form", choices=list(files.FORMS), help="For files: one of them (default: all that there are)."
        )
        parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="For files: where to.")
        parser.add_argument("--reference", default="", help="For settle: transaction id, bank's reference.")
        parser.add_argument("--reason", default="", help="For cancel: why.")
        parser.add_argument(
            "--nothing-was-sent", action="store_true", help="For cancel: say so, having looked."
        )
        parser.add_argument(
            "--key", default="", help="An idempotency key: given again, nothing is done a second time."
        )
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        actor, tournament = acting(options)
        if options["action"] == "list":
            self._list(actor, tournament, options)
        elif options["action"] in ("owed", "collect"):
            self._collect(actor, tournament, options)
        else:
            verbs: dict[str, Callable[[Actor, PayoutBatch, dict[str, Any]], None]] = {
                "show": self._show,
                "files": self._files,
                "settle": self._settle,
                "cancel": self._cancel,
            }
            if options["number"] is None:
                raise Invalid("name_the_batch", f"Say which batch: {options['action']} NUMBER.")
            verbs[options["action"]](actor, batches.find(actor, tournament, options["number"]), options)

    def _list(self, actor: Actor, tournament: Tournament, options: dict[str, Any]) -> None:
        found: list[Any] = list(batches.listed(actor, tournament))
        rows = [
            [f"{one.number}", one.state, _sum(one), f"{one.payments:,}", moment(one.created_at), _end(one)]
            for one in found
        ]
        head = ["batch", "state", "total", "payments", "collected", "reference or reason"]
        lines = (
            table(head, rows, right=["batch", "total", "payments"]) if rows else ["There is no batch yet."]
        )
        self.answer(options, {"batches": [_brief(one) for one in found]}, lines)

    def _collect(self, actor: Actor, tournament: Tournament, options: dict[str, Any]) -> None:
        currency = currencies.of(tournament, options["currency"] or tournament.read_rules().currency)
        least = currencies.read_amount(options["least"], currency.digits)
        age = options["min_age_hours"]
        if options["action"] == "owed":
            found = owed.owed(actor, tournament, currency.code, least, age)
            self.answer(options, _owed_data(found), _owed_lines(found))
            return
        made = batches.collect(actor, tournament, currency.code, least, age, options["key"])
        self._show(actor, made, options)

    def _show(self, actor: Actor, batch: PayoutBatch, options: dict[str, Any]) -> None:
        rows = [
            [one.participant.alias, one.address.address, _money(batch, one.amount)]
            for one in batch.items.all()
        ]
        end = f" · {_end(batch)}" if _end(batch) else ""
        told = f"Batch {batch.number} is {batch.state}: {len(rows)} payments, {_sum(batch)}{end}"
        lines = [*table(["participant", "address", "amount"], rows, right=["amount"]), told]
        items = [{"alias": row[0], "address": row[1]} for row in rows]
        for item, one in zip(items, batch.items.all(), strict=True):
            item["amount"] = one.amount  # type: ignore[assignment]
        self.answer(options, {**_brief(batch), "items": items}, lines)

    def _files(self, actor: Actor, batch: PayoutBatch, options: dict[str, Any]) -> None:
        forms = [options["form"]] if options["form"] else files.forms_of(batch)
        written = []
        for form in forms:
            made = files.download(actor, batch, form)
            place = options["out"] / made.name
            place.write_bytes(made.content)
            written.append({"form": form, "file": str(place), "sha256": made.sha256})
        lines = [f"{one['sha256']}  {one['file']}" for one in written]
        self.answer(options, {"batch": batch.number, "files": written}, lines)

    def _settle(self, actor: Actor, batch: PayoutBatch, options: dict[str, Any]) -> None:
        done = batches.settle(actor, batch, options["reference"], options["key"])
        line = f"Batch {done.number} is sent: {_sum(done)} by {done.reference}"
        self.answer(options, _brief(done), [line])

    def _cancel(self, actor: Actor, batch: PayoutBatch, options: dict[str, Any]) -> None:
        if not options["nothing_was_sent"]:
            raise Invalid(
                "not_confirmed",
                "Look into the wallet or at the bank whether anything of it was sent, then say "
                "--nothing-was-sent: what was sent and is cancelled here is owed again.",
            )
        done = batches.cancel(actor, batch, options["reason"], options["key"])
        self.answer(options, _brief(done), [f"Batch {done.number} is cancelled: {_sum(done)} given back."])


def _money(batch: PayoutBatch, amount: int) -> str:
    return money(amount, batch.currency.digits, batch.currency.code)


def _sum(batch: PayoutBatch) -> str:
    return _money(batch, batch.total)


def _end(batch: PayoutBatch) -> str:
    return batch.reference or batch.reason


def _brief(batch: PayoutBatch) -> dict[str, Any]:
    return {
        "batch": batch.number,
        "state": batch.state,
        "currency": batch.currency.code,
        "currency_digits": batch.currency.digits,
        "network": batch.currency.network,
        "total": batch.total,
        "reference": batch.reference,
        "reason": batch.reason,
    }


def _owed_data(found: Owed) -> dict[str, Any]:
    return {
        "currency": found.currency.code,
        "currency_digits": found.currency.digits,
        "total": found.total,
        "due": [{"alias": one.participant.alias, "amount": one.amount} for one in found.due],
        "skipped": [
            {"alias": one.participant.alias, "amount": one.amount, "reason": one.reason}
            for one in found.skipped
        ],
        "shared": [one.aliases for one in found.shared],
    }


def _owed_lines(found: Owed) -> list[str]:
    digits, code = found.currency.digits, found.currency.code
    rows = [[one.participant.alias, money(one.amount, digits, code), ""] for one in found.due]
    rows += [[one.participant.alias, money(one.amount, digits, code), one.reason] for one in found.skipped]
    told = [f"{' and '.join(one.aliases)} name the same address {one.address}." for one in found.shared]
    last = f"{len(found.due)} would be paid {money(found.total, digits, code)}. Nothing was written."
    return [*table(["participant", "amount", "why not"], rows, right=["amount"]), *told, last]
