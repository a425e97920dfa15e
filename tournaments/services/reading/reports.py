"""Boards to read: who stands where in a round, and the crowd against its members.

Before the close nothing is told that was computed from others' files (DESIGN, Always true 10): a board
then lists who has submitted, and scores only of the reader's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any, NamedTuple

from django.db.models import Q

from tournaments.models import MetaModel, Round, Score
from tournaments.services.access import Actor, reader_in
from tournaments.services.reading import rows
from tournaments.services.reading.feedback import splits_of
from tournaments.services.reading.parts import Parts
from tournaments.services.reading.ranking import (
    BENCHMARK,
    PLAYER,
    Ranking,
    Wanted,
    ranked_here,
    ranked_scores,
)

State = Round.State
ALL = Wanted()


@dataclass(frozen=True)
class Page:
    """A part of a board: its rows, the reader's own that are not among them, and counts."""

    rows: list[dict[str, Any]]
    own: list[dict[str, Any]]
    """All of the reader's own, wherever they stand."""
    pinned: list[dict[str, Any]]
    """Those of them that are not in `rows`."""
    number: int
    pages: int
    shown: int
    total: int


@dataclass(frozen=True)
class Board:
    """A leaderboard, and what may be told at this moment. Only the part that is asked for is read."""

    split: str
    ranking: Ranking

    @property
    def public(self) -> bool:
        """Say whether others' scores are shown: from the close on, or to those who oversee."""
        return self.ranking.public

    @property
    def rows(self) -> Parts:
        """Return the rows as programs list them: the ranked, those not ranked, then the crowd."""

        def read(place: slice) -> list[dict[str, Any]]:
            return rows.of_keys(self.ranking, self.split, self.ranking.keys(ALL, place))

        return Parts(lambda: self.ranking.count(ALL), read)

    def of(self, settlement: int | None) -> "Board":
        """Return the same board with the payouts of a settlement to order by."""
        return replace(self, ranking=replace(self.ranking, settlement=settlement))

    def page(self, wanted: Wanted, number: int = 1, size: int | None = None) -> Page:
        """Return a page of the rows that are wanted, or the last there is; `size` None puts all on one."""
        total = self.ranking.count(ALL)
        shown = self.ranking.count(wanted) if wanted.q or wanted.who else total
        pages = max(1, -(-shown // size)) if size else 1
        number = min(number, pages)
        place = slice((number - 1) * size, number * size) if size else slice(None)
        keys, mine = self.ranking.keys(wanted, place), self.ranking.own()
        away = [key for key in mine if key not in keys]
        found = dict(zip([*keys, *away], rows.of_keys(self.ranking, self.split, [*keys, *away]), strict=True))
        return Page(
            rows=[found[key] for key in keys],
            own=sorted((found[key] for key in mine), key=_paid_first),
            pinned=sorted((found[key] for key in away), key=_paid_first),
            number=number,
            pages=pages,
            shown=shown,
            total=total,
        )


def _paid_first(row: dict[str, Any]) -> tuple[bool, bool, int, int]:
    """Put the entry with the paid place first, then the better ones."""
    rank = row.get("rank")
    return not row["paid_place"], rank is None, rank or 0, row["position"]


def leaderboard(actor: Actor, round_: Round, split: str = "") -> Board:
    """Return the board of a round on a split (default: the most telling one that may be shown)."""
    shown = splits_of(round_)
    split = split if split in shown else (shown[-1] if shown else "validation")
    public = round_.state not in (State.DRAFT, State.OPEN) or actor.oversees(round_.tournament)
    mine = reader_in(actor, round_.tournament)
    # Of a cancelled round no split is shown, though scores are there.
    return Board(split, Ranking(round_, split if split in shown else "", public, mine))


class Dot(NamedTuple):
    """One to compare: the name, the participant (none of the crowd), log loss, gain and its interval."""

    name: str
    participant: int | None
    log_loss: float
    gain: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Portrait:
    """The crowd and those it is compared with: the meta-model, the ranked and the benchmarks, best first."""

    meta: Dot | None
    ranked: list[Dot]
    benchmarks: list[Dot]


COLUMNS = (
    "submission__participant__kind",
    "submission__participant__alias",
    "submission__forecaster__name",
    "submission__participant",
    "log_loss",
    "gain",
    "gain_low",
    "gain_high",
)
"""What tells whose a score is, and then a dot's fields but its name."""


def portrait(round_: Round, split: str) -> Portrait:
    """Return the crowd's picture of a round on a split, in one question to the database."""
    here = Score.objects.filter(round=round_, split=split)
    ours = Q(submission__selection__isnull=False, submission__participant__kind=BENCHMARK)
    shown = here.filter(ranked_here(round_, split) | ours | Q(meta_model__headline=True))
    found: dict[str | None, list[Dot]] = {}
    rows: Iterable[Any] = shown.order_by("units", "submission__position").values_list(*COLUMNS)
    for kind, alias, forecaster, *rest in rows:
        name = f"{alias}/{forecaster}" if kind else "Meta-model"
        found.setdefault(kind, []).append(Dot(name, *rest))
    meta = found.get(None)
    return Portrait(meta[0] if meta else None, found.get(PLAYER, []), found.get(BENCHMARK, []))


def crowd(round_: Round, split: str) -> dict[str, Any]:
    """Return the meta-model against its members: best single, mean and median forecaster, as log losses.

    The mean forecaster is the mean of the losses of the ranked, the median their median.
    """
    losses = sorted(ranked_scores(round_, split).values_list("log_loss", flat=True))
    return {"split": split, **_blends(round_, split), **summary(losses)}


def summary(losses: list[float]) -> dict[str, Any]:
    """Return how many the ranked are, with the best, mean and median of their losses, which rise."""
    return {
        "forecasters": len(losses),
        "best": losses[0] if losses else None,
        "mean": fmean(losses) if losses else None,
        "median": median(losses) if losses else None,
    }


def _blends(round_: Round, split: str) -> dict[str, Any]:
    scores = Score.objects.filter(meta_model__round=round_, split=split)
    blends = dict(scores.values_list("meta_model__blend", "log_loss"))
    headline = MetaModel.objects.filter(round=round_, headline=True).first()
    return {
        "meta_model": blends.get(headline.blend) if headline else None,
        "blend": headline.blend if headline else None,
        "blends": blends,
    }
