"""The season, computed once for all who read it: participants over a tournament's resolved rounds.

One round hardly tells skill from luck (FORMULAS section 2). The season's gain is the mean of the gains of a
participant's paid places over all resolved rounds, a missed round counting as the coin, 0; its interval is
a bootstrap over all eras of the rounds that they played. Two are tied when the eras of the whole season
cannot tell them apart, a missed era again counting as the coin.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from tournaments.models import Exclusion, Participant, Round, Score, Standing, Tournament, Work
from tournaments.numerics.bootstrap import era_draws, own_intervals, tie_groups
from tournaments.numerics.units import LN2, quantise
from tournaments.services import work

PLAYER = Participant.Kind.PLAYER
CROWD = None
"""The key of the crowd, which is no participant."""
KEPT = ("rank", "rounds", "missed", "gain", "units", "played_gain_low", "played_gain_high", "eras",
        "tie_group", "undefined", "computed_at")  # fmt: skip


@dataclass
class _Season:
    """What one has done so far, by round."""

    kind: str
    gains: dict[int, float] = field(default_factory=dict)
    losses: dict[int, list[float]] = field(default_factory=dict)
    rows: dict[int, list[int]] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    tie_group: int | None = None

    def joined(self, parts: dict[int, list[Any]]) -> list[Any]:
        """Return the eras of all rounds played, in the order of the rounds."""
        return [value for number in sorted(parts) for value in parts[number]]


def refresh(piece: Work) -> None:
    """Write a tournament's standings anew. Asked twice, or by two workers at once, the same rows."""
    tournament = Tournament.objects.get(pk=piece.round.tournament_id)
    while True:
        seen = _print(tournament)
        rows = compute(tournament)
        with transaction.atomic():
            # Whoever comes later has seen at least as many rounds: nobody replaces newer rows by older ones.
            Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)
            if _print(tournament) == seen:
                replace(tournament, rows)
                work.finish(piece)
                return


def _print(tournament: Tournament) -> tuple[Any, ...]:
    """Return what tells the resolved rounds of one moment from those of another."""
    resolved = Round.objects.filter(tournament=tournament, state__in=Round.RESOLVED_STATES)
    scored = Score.objects.filter(round__in=resolved).aggregate(at=Max("computed_at"))["at"]
    return (scored, *resolved.order_by("number").values_list("pk", "resolved_at"))


def replace(tournament: Tournament, rows: list[Standing]) -> None:
    """Replace a tournament's standings by these, in the caller's transaction."""
    kept = {row.participant_id for row in rows}
    gone = [one.pk for one in tournament.standings.all() if one.participant_id not in kept]
    Standing.objects.filter(pk__in=gone).delete()
    # A unique constraint with nulls cannot be the target of an upsert's field list for the crowd's row.
    known: dict[int | None, int] = dict(tournament.standings.values_list("participant", "pk"))
    for row in rows:
        row.pk = known.get(row.participant_id)
    Standing.objects.bulk_update([row for row in rows if row.pk], KEPT[:-1], batch_size=500)
    Standing.objects.bulk_create([row for row in rows if not row.pk], batch_size=500)


def compute(tournament: Tournament) -> list[Standing]:
    """Return the season's rows, best first: players with ranks, benchmarks and the crowd among them."""
    resolved = Round.objects.filter(tournament=tournament, state__in=Round.RESOLVED_STATES)
    rounds = list(resolved.order_by("number"))
    seasons = _seasons(rounds)
    _intervals(seasons.values(), tournament.pk)
    gain = {key: sum(one.gains.values()) / len(rounds) for key, one in seasons.items()}
    units = {key: quantise(value) for key, value in gain.items()}
    order = sorted(seasons, key=lambda key: (-units[key], key or 0))
    players = [key for key in order if seasons[key].kind == PLAYER]
    _ties([seasons[key] for key in players], tournament.pk)
    places = _ranks([units[key] for key in players])
    rank: dict[int | None, int] = dict(zip(players, places, strict=True))
    return [
        _row(tournament, key, seasons[key], len(rounds), gain[key], units[key], rank.get(key))
        for key in order
    ]


def _ranks(units: list[int]) -> list[int]:
    """Return the places of falling values; equals share one.

    >>> _ranks([30, 20, 20, 10])
    [1, 2, 2, 4]
    """
    first: dict[int, int] = {}
    return [first.setdefault(value, place) for place, value in enumerate(units, 1)]


def _row(
    tournament: Tournament,
    key: int | None,
    season: _Season,
    rounds: int,
    gain: float,
    units: int,
    rank: int | None,
) -> Standing:
    eras = sum(len(rows) for rows in season.rows.values())
    return Standing(
        tournament=tournament,
        participant_id=key,
        rank=rank,
        rounds=len(season.gains),
        missed=rounds - len(season.gains),
        gain=gain,
        units=units,
        played_gain_low=season.low,
        played_gain_high=season.high,
        eras=eras,
        tie_group=season.tie_group,
        undefined={} if eras >= 2 else {"interval": "too_few_eras"},
    )


def _scores(rounds: list[Round]) -> QuerySet[Any]:
    """Return the scores that count: of paid places and meta-models, on the split that each round pays on."""
    split: dict[str, list[int]] = defaultdict(list)
    for round_ in rounds:
        split[round_.read_rules().paid_split].append(round_.pk)
    judged = Q(pk__in=[])
    for name, pks in split.items():
        judged |= Q(split=name, round__in=pks)
    out = Exclusion.objects.filter(round=OuterRef("round"), participant=OuterRef("submission__participant"))
    counting = Q(submission__selection__paid_place=True) | Q(meta_model__headline=True)
    return Score.objects.filter(judged & counting).exclude(Exists(out))


def _seasons(rounds: list[Round]) -> dict[int | None, _Season]:
    number = {round_.pk: round_.number for round_ in rounds}
    seasons: dict[int | None, _Season] = {}
    scores = _scores(rounds).values_list(
        "submission__participant", "submission__participant__kind", "round", "gain", "era_losses", "era_rows"
    )
    for key, kind, round_, gain, losses, rows in scores:
        one = seasons.setdefault(key, _Season(kind or "crowd"))
        at = number[round_]
        one.gains[at], one.losses[at], one.rows[at] = gain, losses, rows
    return seasons


def _intervals(seasons: Iterable[_Season], seed: int) -> None:
    """Set each one's interval; those with as many eras share the draws, and one product."""
    alike: dict[int, list[_Season]] = defaultdict(list)
    for one in seasons:
        alike[sum(len(rows) for rows in one.rows.values())].append(one)
    for eras, group in alike.items():
        if eras < 2:
            continue
        losses = np.array([one.joined(one.losses) for one in group])
        rows = np.array([one.joined(one.rows) for one in group])
        ends = own_intervals(losses, rows, era_draws(seed, eras)).tolist()
        for one, (low, high) in zip(group, ends, strict=True):
            one.low, one.high = low, high


def _ties(ranked: list[_Season], seed: int) -> None:
    """Set the tie groups of players in the order of their ranks; none below two eras in the season."""
    rows: dict[int, list[int]] = {}
    for one in ranked:
        rows |= one.rows
    sizes = [size for at in sorted(rows) for size in rows[at]]
    if len(sizes) < 2:
        return
    losses = np.array(
        [
            [loss for at in sorted(rows) for loss in one.losses.get(at, [LN2] * len(rows[at]))]
            for one in ranked
        ]
    )
    groups = tie_groups(losses, np.array(sizes), era_draws(seed, len(sizes)), np.arange(len(ranked)))
    for one, group in zip(ranked, groups.tolist(), strict=True):
        one.tie_group = group
