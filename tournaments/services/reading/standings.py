"""The season to read: rows that a worker wrote (`services/standings.py`), with what was paid meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower

from tournaments.models import Participant, Payout, Standing, Tournament
from tournaments.models.amounts import Amount
from tournaments.services.reading.parts import Parts, Row
from tournaments.services.reading.ranking import Wanted

PLAYER = Participant.Kind.PLAYER
META_MODEL = "Meta-model"
SORTS: dict[str, Any] = {
    "rank": -F("units"),
    "alias": Lower("participant__alias"),
    "rounds": F("rounds"),
    "missed": F("missed"),
    "gain": F("units"),
    "tied_with": F("tie_group"),
    "paid": F("paid"),
}


def rows_of(tournament: Tournament) -> QuerySet[Any]:
    """Return the season's rows with `paid`, in no order."""
    found = Standing.objects.filter(tournament=tournament).select_related("participant")
    return found.annotate(paid=_paid())


def _paid() -> Coalesce:
    sums = (
        Payout.objects.filter(participant=OuterRef("participant"), settlement__reversed_at__isnull=True)
        .order_by()
        .values("participant")
        .annotate(total=Sum("amount"))
    )
    return Coalesce(Subquery(sums.values("total")), Value(0), output_field=Amount())


def _plain(rows: Iterable[Any]) -> list[Row]:
    """Return rows as plain data, with how many others each is tied with."""
    rows = list(rows)
    groups = {row.tie_group for row in rows if row.tie_group}
    alike = Standing.objects.filter(tournament__in={row.tournament_id for row in rows}, tie_group__in=groups)
    sizes = dict(alike.order_by().values("tie_group").annotate(n=Count("pk")).values_list("tie_group", "n"))
    return [plain(row, sizes.get(row.tie_group)) for row in rows]


@dataclass(frozen=True)
class Page:
    """A part of the season: rows, the reader's own where it is not among them, and counts."""

    rows: list[Row]
    pinned: list[Row]
    number: int
    pages: int
    shown: int
    total: int


def page(
    tournament: Tournament, mine: Participant | None, wanted: Wanted, number: int = 1, size: int | None = None
) -> Page:
    """Return a page of the season, the last one where there are fewer; `size` None puts all on one."""
    whole = rows_of(tournament)
    total = whole.count()
    found = _filtered(whole, wanted)
    shown = found.count() if wanted.q or wanted.who else total
    pages = max(1, -(-shown // size)) if size else 1
    number = min(number, pages)
    key = SORTS.get(wanted.sort, SORTS["rank"])
    by_key = key.desc(nulls_last=True) if wanted.down else key.asc(nulls_last=True)
    ordered = found.order_by(by_key, F("rank").asc(nulls_first=True), Lower("participant__alias"))
    rows = list(ordered[(number - 1) * size : number * size] if size else ordered)
    here = any(mine is not None and row.participant_id == mine.pk for row in rows)
    pinned = list(whole.filter(participant=mine)) if mine is not None and not here else []
    told = _plain([*rows, *pinned])
    return Page(told[: len(rows)], told[len(rows) :], number, pages, shown, total)


def _filtered(found: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    if wanted.q:
        crowd = wanted.q.lower() in META_MODEL.lower()
        named = Q(participant__alias__icontains=wanted.q)
        found = found.filter(named | Q(participant__isnull=True) if crowd else named)
    if wanted.who == "players":
        return found.filter(rank__isnull=False)
    return found.filter(rank__isnull=True) if wanted.who == "crowd" else found


def standings(tournament: Tournament) -> Parts:
    """Return the ranked, best first, as plain data; of a long list only what is asked for is read."""
    ranked = rows_of(tournament).filter(rank__isnull=False)
    ordered = ranked.order_by("rank", Lower("participant__alias"))
    return Parts(ordered.count, lambda place: _plain(ordered[place]))


def plain(one: Any, tied: int | None) -> Row:
    """Return a row as every face shows it; `tied` is the size of its tie group."""
    return {
        "participant": one.participant_id,
        "rank": one.rank,
        "kind": one.participant.kind if one.participant else "meta_model",
        "alias": one.participant.alias if one.participant else META_MODEL,
        "rounds": one.rounds,
        "missed": one.missed,
        "gain": one.gain,
        "units": one.units,
        "played_gain_low": one.played_gain_low,
        "played_gain_high": one.played_gain_high,
        "eras": one.eras,
        "tied_with": tied - 1 if tied else None,
        "tie_group": one.tie_group,
        "paid": int(one.paid),
        "undefined": one.undefined,
    }
