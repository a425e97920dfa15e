"""Which entries of a round stand in which order: ranked, filtered, searched and cut by the database.

An entry is a selected submission; the crowd's blends stand among them. Only keys come from here; `rows` puts
the figures to those that are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    Field,
    FilteredRelation,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Concat, Lower, Rank

from tournaments.models import Exclusion, Participant, Payout, Round, Score, Selection
from tournaments.models.amounts import Amount
from tournaments.numerics.units import COIN

ENTRY, BLEND = 0, 1
PLAYER, BENCHMARK = Participant.Kind.PLAYER, Participant.Kind.BENCHMARK
LISTED = ""
"""The order of lists for programs: the ranked, the others as they came, then the crowd."""


class Key(NamedTuple):
    """One row of a board: an entry's selection or a blend's score."""

    what: int
    pk: int


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a search for names, whom to show (players, passing, crowd), and an order."""

    q: str = ""
    who: str = ""
    sort: str = LISTED
    down: bool = False


def is_kept(round_: Round, split: str) -> bool:
    """Say whether ranks and ties on a split were kept with the scores, as from the resolution on they are."""
    return split in round_.ranked


def ranked_scores(round_: Round, split: str) -> QuerySet[Any]:
    """Return the scores on a split that are ranked, in no order."""
    return Score.objects.filter(ranked_here(round_, split), round=round_, split=split)


def ranked_here(round_: Round, split: str) -> Q:
    """Return the condition of being ranked, asked of a round's scores on a split."""
    return Q(rank__isnull=False) if is_kept(round_, split) else is_ranked()


def is_ranked() -> Q:
    """Return the condition of being ranked: selected, a player's, and not excluded from the round.

    Benchmarks are not ranked, and neither is what has no score.
    """
    whose = OuterRef("submission__participant")
    out = Exclusion.objects.filter(round=OuterRef("round"), participant=whose)
    return Q(~Exists(out), submission__selection__isnull=False, submission__participant__kind=PLAYER)


def computed_ranks(round_: Round, split: str, submissions: list[int]) -> dict[int, int]:
    """Return the ranks, among all, of some submissions; those that are not ranked are left out."""
    among = Score.objects.filter(is_ranked(), round=round_, split=split)
    placed = among.annotate(place=Window(Rank(), order_by=F("units").asc()))
    # Joined by OR to the place, the condition is asked of the ranked, so that all of them take part.
    shown = placed.filter(Q(submission__in=submissions) | Q(place__lt=1))
    return dict(shown.values_list("submission", "place"))


@dataclass(frozen=True)
class Ranking:
    """The order of a round's board on a split, as far as its reader may know it.

    `split` is "" where no scores may be told; `public` says whether those of others may.
    """

    round: Round
    split: str
    public: bool
    mine: Participant | None = None
    settlement: int | None = None
    """The settlement whose payouts the order may go by."""

    def count(self, wanted: Wanted) -> int:
        """Count the rows that a search and a filter leave."""
        entries = self._entries(wanted).order_by().values_list("pk")
        return entries.union(self._blends(wanted).values_list("pk"), all=True).count()

    def keys(self, wanted: Wanted, place: slice) -> list[Key]:
        """Return the keys of the rows at a place of the order. What has no value comes last either way."""
        key = ORDERS.get(wanted.sort, _nothing)(self)
        entries = _keyed(self._entries(wanted), ENTRY, key.entry, self._rank(), F("submission__position"))
        if self.public:
            null = Value(None, BigIntegerField())
            blends = _keyed(self._blends(wanted), BLEND, key.blend, null, F("units"))
            entries = entries.union(blends, all=True)
        by_key = F("key").desc(nulls_last=True) if wanted.down else F("key").asc(nulls_last=True)
        first = [F("what").asc()] if wanted.sort == LISTED else [by_key, F("what").asc()]
        rows = entries.order_by(*first, F("ranked").asc(nulls_last=True), F("tail").asc())[place]
        return [Key(row[0], row[1]) for row in rows]

    def own(self) -> list[Key]:
        """Return the keys of the reader's own entries."""
        if self.mine is None:
            return []
        own = Selection.objects.filter(round=self.round, submission__participant=self.mine)
        return [Key(ENTRY, pk) for pk in own.order_by("submission__position").values_list("pk", flat=True)]

    def _entries(self, wanted: Wanted) -> QuerySet[Any]:
        entries = Selection.objects.filter(round=self.round).annotate(
            score=FilteredRelation("submission__scores", condition=Q(submission__scores__split=self.split))
        )
        if wanted.q:
            name = Concat("submission__participant__alias", Value("/"), "forecaster__name")
            entries = entries.annotate(name=name).filter(name__icontains=wanted.q)
        if wanted.who == "passing":
            told = self.split == self.round.read_rules().paid_split
            entries = entries.annotate(gate=self.gate()).filter(gate="") if told else entries.none()
        kinds = {"players": PLAYER, "passing": PLAYER, "crowd": BENCHMARK}
        kind = kinds.get(wanted.who)
        return entries.filter(submission__participant__kind=kind) if kind else entries

    def _blends(self, wanted: Wanted) -> QuerySet[Any]:
        blends = Score.objects.filter(meta_model__round=self.round, split=self.split)
        if not self.public or wanted.who in ("players", "passing"):
            return blends.none()
        return blends.filter(meta_model__blend__icontains=wanted.q.strip("/")) if wanted.q else blends

    def out(self) -> Exists:
        """Say whether an entry's participant is excluded."""
        whose = OuterRef("submission__participant")
        return Exists(Exclusion.objects.filter(round=self.round, participant=whose))

    def loss(self) -> Case:
        """Return what an entry is placed by: its loss in units, nothing where it is excluded or not told."""
        told = Q(self.out(), _negated=True) & Q(Value(self.public))
        return Case(When(told, then=F("score__units")), default=None, output_field=BigIntegerField())

    def _rank(self) -> Case:
        is_player = Q(submission__participant__kind=PLAYER)
        return Case(When(is_player, then=self.loss()), default=None, output_field=BigIntegerField())

    def gate(self) -> Case:
        """Return the code of the first gate that an entry does not pass, as `settlement.why_not` does."""
        rules = self.round.read_rules()
        found, share = "submission__originality", rules.consistency_gate
        original = Q(**{f"{found}__passes": True}) | Q(**{f"{found}__override_reason__gt": ""})
        fails = [(Q(score__units__isnull=True), "not_scored")]
        if rules.log_loss_gate:
            fails.append((Q(score__units__gte=COIN), "not_better_than_a_coin"))
        if share is not None:
            fails.append((Q(score__consistency__lt=share), "not_consistent"))
        if rules.originality_gate is not None:
            # Written so that an entry without originality fails, too.
            fails.append((~original | Q(**{f"{found}__isnull": True}), "not_original"))
        if rules.concordance_gate is not None:
            apart = Q(**{f"{found}__concordance__gte": rules.concordance_gate})
            fails.append((apart | Q(**{f"{found}__isnull": True}), "not_concordant"))
        whens = [When(failing, then=Value(code)) for failing, code in fails]
        return Case(*whens, default=Value(""), output_field=CharField())

    def told(self, name: str) -> Any:
        """Return a figure of an entry's score where it may be told to this reader."""
        return F(f"score__{name}") if self.public else Value(None, FloatField())


@dataclass(frozen=True)
class _Order:
    """What entries and blends are ordered by; of one type."""

    entry: Any
    blend: Any


def _keyed(found: QuerySet[Any], what: int, key: Any, ranked: Any, tail: Any) -> QuerySet[Any]:
    named = found.order_by().annotate(
        what=Value(what, IntegerField()),
        key=key,
        ranked=Cast(ranked, BigIntegerField()),
        tail=Cast(tail, BigIntegerField()),
    )
    return named.values_list("what", "pk", "key", "ranked", "tail")


def _nothing(_: Ranking) -> _Order:
    return _Order(Value(None, BigIntegerField()), Value(None, BigIntegerField()))


def _figure(name: str) -> Callable[[Ranking], _Order]:
    return lambda one: _Order(Cast(one.told(name), FloatField()), Cast(F(name), FloatField()))


def _of_entries(name: str, kind: "Field[Any, Any]", early: bool) -> Callable[[Ranking], _Order]:
    def order(one: Ranking) -> _Order:
        told = F(name) if early or one.public else Value(None)
        return _Order(Cast(told, kind), Cast(Value(None), kind))

    return order


def _payout(one: Ranking) -> _Order:
    paid = Payout.objects.filter(
        settlement=one.settlement, participant=OuterRef("submission__participant")
    ).values("amount")
    amount = Case(When(paid_place=True, then=Subquery(paid[:1])), default=None, output_field=Amount())
    return _Order(amount, Value(None, Amount()))


def _result(one: Ranking) -> _Order:
    return _Order(one.gate() if one.public else Value("", CharField()), Value(None, CharField()))


ORDERS: dict[str, Callable[[Ranking], _Order]] = {
    "rank": lambda one: _Order(one.loss(), F("units")),
    "alias": lambda _: _Order(Lower("submission__participant__alias"), Lower("meta_model__blend")),
    "log_loss": _figure("log_loss"),
    "gain": _figure("gain"),
    "consistency": _figure("consistency"),
    "tied_with": _of_entries("score__tie_group", BigIntegerField(), early=False),
    "originality": _of_entries("submission__originality__originality", FloatField(), early=False),
    "position": _of_entries("submission__position", BigIntegerField(), early=True),
    "received_at": _of_entries("submission__upload__received_at", DateTimeField(), early=True),
    "result": _result,
    "payout": _payout,
}
