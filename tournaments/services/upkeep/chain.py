"""Is the ledger still what was written? Each transaction is hashed again, together with the hash before it.

The texts are put together here and not by the database's own function, which an owner could have replaced.
A chain cannot see that its end was cut off or that all of it was written anew: for that, its end is compared
with what was noted elsewhere, in the audit log and by whoever keeps it (`expected`).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from tournaments.models import AuditEvent, Entry, LedgerHead, Seal, Tournament, Transaction
from tournaments.services import currencies, ledger
from tournaments.services.errors import Invalid
from tournaments.services.upkeep.findings import Finding, Tell, silent

FORMAT = "crowdblend-ledger-1"
STEP = 5_000
Mark = tuple[int, str]


@dataclass(frozen=True)
class Link:
    """A sealed transaction with its entries: all that its hash is of, in the words of the export."""

    tournament: int
    seq: int
    previous: str
    hash: str
    transaction: Transaction
    entries: list[Entry]


def text_of(link: Link, digits: dict[str, int]) -> str:
    """Return what a transaction's hash is of; `digits` are those of the tournament's currencies.

    A first line of the transaction, then one for each entry by its id. What is null is empty; but forecaster
    and batch, which accounts have not always had, join the end of a line by name, where they are not null.
    """
    head = (FORMAT, link.tournament, link.seq, link.previous, *cells_of(link.transaction))
    lines = (_hashed(entry_cells(entry, digits)) for entry in link.entries)
    return "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in (head, *lines))


def _hashed(cells: tuple[object, ...]) -> tuple[object, ...]:
    *always, forecaster, batch = cells
    later = {"forecaster": forecaster, "batch": batch}
    return (*always, *(f"{name} {pk}" for name, pk in later.items() if pk))


def cells_of(one: Transaction) -> tuple[object, ...]:
    """Return what is hashed of a transaction beside its place in the chain."""
    return (
        *(one.pk, one.kind, one.round_id, one.actor_id, one.reverses_id),
        *(moment_text(one.at), hash_of(one.memo), hash_of(one.reference)),
    )


def entry_cells(entry: Entry, digits: dict[str, int]) -> tuple[object, ...]:
    """Return what is hashed of an entry and its account; forecaster and batch come last."""
    to = entry.account
    return (
        *(entry.pk, entry.account_id, to.kind, to.participant_id, to.round_id, to.floor),
        *(entry.currency, digits.get(entry.currency), entry.amount),
        *(to.forecaster_id, to.batch_id),
    )


def moment_text(at: datetime) -> str:
    """Return a time as it is hashed: UTC, with microseconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def links(tournament: Tournament, step: int = STEP) -> Iterator[Link]:
    """Yield a tournament's transactions along the chain, some thousands at a time."""
    after = 0
    seals = Seal.objects.filter(tournament=tournament).select_related("transaction").order_by("seq")
    while some := list(seals.filter(seq__gt=after)[:step]):
        entries: dict[int, list[Entry]] = {one.pk: [] for one in some}
        found = Entry.objects.filter(transaction__in=entries).select_related("account").order_by("pk")
        for entry in found:
            entries[entry.transaction_id].append(entry)
        for one in some:
            mine = entries[one.pk]
            yield Link(tournament.pk, one.seq, one.previous, one.hash, one.transaction, mine)
        after = some[-1].seq


def read_mark(text: str) -> Mark:
    """Read PLACE:HASH. Raises Invalid `bad_mark`."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip().lower())
    if not found:
        raise Invalid("bad_mark", f"{text!r} is not a place in the ledger and a hash, such as 12:ab3f….")
    return int(found[1]), found[2]


def check(tournament: Tournament, expected: Iterable[Mark] = (), tell: Tell = silent) -> list[Finding]:
    """Walk a tournament's chain; `tell(done, total)` as it goes.

    Besides what is wrong in itself, finds each place whose hash is not the one that was expected or noted
    in the audit log.
    """
    marks = [*(("expected", *one) for one in expected), *(("audit log", *one) for one in _noted(tournament))]
    wanted = {seq for _, seq, _ in marks}
    head = ledger.head(tournament)
    digits, found, seen = currencies.digits_of(tournament), [], {0: ledger.START[1]}
    last: Mark = ledger.START
    for link in links(tournament):
        found += _of_link(link, last, digits)
        last = (link.seq, link.hash)
        if link.seq in wanted:
            seen[link.seq] = link.hash
        tell(link.seq, max(head[0], link.seq))
    found += _of_end(tournament, head, last)
    return [
        *found,
        *_unsealed(tournament),
        *(one for mark in marks for one in _of_mark(tournament, mark, seen)),
    ]


def _of_link(link: Link, last: Mark, digits: dict[str, int]) -> list[Finding]:
    what, found = f"transaction {link.transaction.pk}", []
    if link.seq != last[0] + 1:
        missing = f"{last[0] + 1:,}" if link.seq == last[0] + 2 else f"{last[0] + 1:,} to {link.seq - 1:,}"
        found.append(
            Finding("chain_gap", what, f"Before place {link.seq:,} of the chain, {missing} is missing.")
        )
    elif link.previous != last[1]:
        found.append(
            Finding(
                "chain_broken", what, f"Place {link.seq:,} does not continue the hash of the place before."
            )
        )
    if hash_of(text_of(link, digits)) != link.hash:
        message = (
            f"What place {link.seq:,} says is not what was sealed: it, its entries or their accounts changed."
        )
        found.append(Finding("chain_altered", what, message))
    return found


def _of_end(tournament: Tournament, head: Mark, last: Mark) -> list[Finding]:
    if head == last:
        return []
    message = f"The chain ends at place {last[0]:,}; its head says {head[0]:,} and another end."
    return [Finding("head_differs", f"ledger of {tournament.slug}", message)]


def _unsealed(tournament: Tournament) -> list[Finding]:
    lost = Transaction.objects.filter(tournament=tournament, seal__isnull=True)
    strange = Transaction.objects.filter(tournament=tournament).exclude(
        Q(seal__isnull=True) | Q(seal__tournament=tournament)
    )
    return [
        Finding("unsealed", f"transaction {one.pk}", "It has no place in its tournament's chain.")
        for one in [*lost.order_by("pk"), *strange.order_by("pk")]
    ]


def _noted(tournament: Tournament) -> list[Mark]:
    """Return the places and hashes that verbs noted in the audit log when they wrote them."""
    events = AuditEvent.objects.filter(tournament=tournament, details__has_key="ledger").order_by("pk")
    return [read_mark(str(text)) for text in events.values_list("details__ledger", flat=True)]


def _of_mark(tournament: Tournament, mark: tuple[str, int, str], seen: dict[int, str]) -> list[Finding]:
    where, seq, hash_ = mark
    if seen.get(seq) == hash_:
        return []
    there = f"has another hash than the {where} says" if seq in seen else f"is gone; the {where} has it"
    code = "expected_differs" if where == "expected" else "noted_differs"
    return [Finding(code, f"ledger of {tournament.slug}", f"Place {seq:,} of the chain {there}.")]


def heads(using: str = "default") -> dict[str, str]:
    """Return slug → PLACE:HASH of every tournament that has booked anything, as a connection sees it."""
    found = LedgerHead.objects.using(using).select_related("tournament").order_by("tournament__slug")
    return {one.tournament.slug: str(one) for one in found if one.seq}
