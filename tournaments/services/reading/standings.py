"""The season: participants over a tournament's resolved rounds (FORMULAS section 2, season standings).

One round hardly tells skill from luck. The season's gain is the mean of the gains of a participant's paid
places over all resolved rounds, a missed round counting as the coin, 0; its interval is a bootstrap over
all eras of the rounds that they played.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tournaments.models import Exclusion, Participant, Payout, Round, Score, Tournament
from tournaments.numerics.bootstrap import gain_interval
from tournaments.numerics.losses import quantise
from tournaments.services.scoring import draws

RESOLVED = (Round.State.RESOLVED, Round.State.SETTLED)


@dataclass
class _Season:
    """What one participant has done so far."""

    gains: list[float]
    era_losses: list[float]
    era_rows: list[int]


def standings(tournament: Tournament) -> list[dict[str, Any]]:
    """Return the season's rows, best first; equal gains (at 1e-9) share a rank, the unscored have none."""
    rounds = list(Round.objects.filter(tournament=tournament, state__in=RESOLVED).order_by("number"))
    seasons = _seasons(rounds)
    paid = _paid(tournament)
    players = Participant.objects.filter(tournament=tournament, pk__in=seasons).in_bulk()
    rows = [
        _row(players[pk], season, len(rounds), paid.get(pk, 0), tournament.pk)
        for pk, season in seasons.items()
    ]
    rows.sort(key=lambda row: (-row["units"], row["alias"]))
    for row in rows:
        row["rank"] = 1 + sum(1 for other in rows if other["units"] > row["units"])
    return rows


def _seasons(rounds: list[Round]) -> dict[int, _Season]:
    seasons: dict[int, _Season] = {}
    for round_ in rounds:
        scores = Score.objects.filter(
            round=round_,
            split=round_.read_rules().paid_split,
            submission__selection__paid_place=True,
            submission__participant__kind=Participant.Kind.PLAYER,
        ).exclude(submission__participant__in=Exclusion.objects.filter(round=round_).values("participant"))
        for score in scores.select_related("submission"):
            assert score.submission is not None, "These are scores of submissions."
            season = seasons.setdefault(score.submission.participant_id, _Season([], [], []))
            season.gains.append(score.gain)
            season.era_losses += score.era_losses
            season.era_rows += score.era_rows
    return seasons


def _row(player: Participant, season: _Season, rounds: int, paid: int, seed: int) -> dict[str, Any]:
    gain = sum(season.gains) / rounds
    eras = len(season.era_rows)
    low = high = None
    if eras >= 2:
        low, high = gain_interval(np.array(season.era_losses), np.array(season.era_rows), draws(seed, eras))
    return {
        "alias": player.alias,
        "rounds": len(season.gains),
        "missed": rounds - len(season.gains),
        "gain": gain,
        "units": quantise(gain),
        "played_gain_low": low,
        "played_gain_high": high,
        "eras": eras,
        "paid": paid,
        "undefined": {} if eras >= 2 else {"interval": "needs two eras"},
    }


def _paid(tournament: Tournament) -> dict[int, int]:
    payouts = Payout.objects.filter(
        settlement__round__tournament=tournament, settlement__reversed_at__isnull=True
    )
    totals: dict[int, int] = {}
    for participant, amount in payouts.values_list("participant", "amount"):
        totals[participant] = totals.get(participant, 0) + amount
    return totals
