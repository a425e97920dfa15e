"""What a settlement reads of a round: rows stored at its resolution, and no file."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from tournaments.models import (
    Contribution,
    Exclusion,
    Forecaster,
    Originality,
    Participant,
    Round,
    Rules,
    Score,
    Selection,
    Settlement,
)
from tournaments.numerics.units import quantise
from tournaments.services import ledger, pools, stakes
from tournaments.services.stakes import AtRisk

READ = ("submission", "split", "units", "wager_units", "corr", "consistency")
"""A score's eras and bins are long."""
LAST = 10**12
MEASURED = ("precedence", "passes", "override_reason", "max_abs_rho", "concordance")


@dataclass(frozen=True)
class Candidate:
    """A forecaster's entry, with what was measured of it. A contribution is its participant's, of all files.

    A pool knows one of each participant, that with the paid place; rules with stakes know all that have
    something at stake, in minor units, with the confidence that was bid, in 1e-9. Who staked and sent nothing
    has no submission.
    """

    participant: Participant
    forecaster: Forecaster
    submission_id: int | None
    precedence: int
    excluded: bool
    paid_place: bool
    stake: int
    confidence: int | None
    score: Score | None
    originality: Originality | None
    contribution: Contribution | None

    def scores(self) -> dict[str, int]:
        """Return what rules can read, in 1e-9, by their names for it; what is undefined is absent."""
        found: dict[str, int | float | None] = {}
        if self.score:
            units, wager = self.score.units, self.score.wager_units
            found |= {"log_loss": units, "wager": wager, "corr": self.score.corr}
        if self.contribution:
            found |= {name: getattr(self.contribution, name) for name in ("mmc", "pcs", "src")}
        found["confidence"] = self.confidence
        return {
            name: value if isinstance(value, int) else quantise(value)
            for name, value in found.items()
            if value is not None
        }


@dataclass(frozen=True)
class Facts:
    """A round's frozen rules, what there is to be paid, and the candidates by position."""

    round: Round
    rules: Rules
    pool: int
    candidates: list[Candidate]

    @property
    def staked(self) -> bool:
        """Whether anybody has something at stake."""
        return any(one.stake for one in self.candidates)

    def playing(self, staked: bool) -> list[Candidate]:
        """Return who plays by a rule: those with a paid place, and, where stakes count, all that staked."""
        return [one for one in self.candidates if one.paid_place or (staked and one.stake)]


def effective(round_: Round) -> Settlement | None:
    """Return the round's settlement in force, if it is settled."""
    return Settlement.objects.filter(round=round_, reversed_at__isnull=True).first()


def read(round_: Round) -> Facts:
    """Return what a settlement of this round reads."""
    rules = round_.read_rules()
    out = set(Exclusion.objects.filter(round=round_).values_list("participant", flat=True))
    added = {
        one.participant_id: one
        for one in Contribution.objects.filter(round=round_, split=rules.paid_split).only(
            "participant", "mmc", "pcs", "src"
        )
    }
    at_stake = {one.forecaster.pk: one for one in stakes.of_round(round_)}
    candidates = [_candidate(one, out, added, at_stake) for one in _selections(round_, rules, at_stake)]
    there = {one.forecaster.pk for one in candidates}
    candidates += [_silent(one, out) for pk, one in at_stake.items() if pk not in there]
    return Facts(round_, rules, _pool(round_, rules), candidates)


def _pool(round_: Round, rules: Rules) -> int:
    """Return what is there to be paid, or was before it was paid."""
    settled = effective(round_) if round_.state == Round.State.SETTLED else None
    if settled:
        return settled.pool
    return ledger.balance(pools.pool_of(round_)) if rules.pool else 0


def _selections(round_: Round, rules: Rules, at_stake: Collection[int]) -> list[Selection]:
    scores = Score.objects.filter(split=rules.paid_split).only(*READ)
    needed = [
        *(
            "round",
            "paid_place",
            "forecaster__name",
            "submission__position",
            "submission__participant__alias",
        ),
        *(f"submission__originality__{name}" for name in MEASURED),
    ]
    return list(
        Selection.objects.filter(
            Q(paid_place=True) | Q(forecaster__in=list(at_stake)),
            round=round_,
            submission__participant__kind=Participant.Kind.PLAYER,
        )
        .select_related("forecaster", "submission__participant", "submission__originality")
        .prefetch_related(Prefetch("submission__scores", scores))
        .only(*needed)
        .order_by("submission__position")
    )


def _candidate(
    selection: Selection, out: set[int], added: dict[int, Contribution], at_stake: dict[int, AtRisk]
) -> Candidate:
    submission, bet = selection.submission, at_stake.get(selection.forecaster_id)
    originality = getattr(submission, "originality", None)
    return Candidate(
        participant=submission.participant,
        forecaster=selection.forecaster,
        paid_place=selection.paid_place,
        stake=bet.amount if bet else 0,
        confidence=bet.confidence if bet else None,
        submission_id=submission.pk,
        precedence=originality.precedence if originality else submission.position,
        excluded=submission.participant_id in out,
        score=next(iter(submission.scores.all()), None),
        originality=originality,
        contribution=added.get(submission.participant_id),
    )


def _silent(bet: AtRisk, out: set[int]) -> Candidate:
    """Return who staked and sent nothing that counts: last in every order."""
    owner = bet.forecaster.participant
    return Candidate(
        participant=owner,
        forecaster=bet.forecaster,
        paid_place=False,
        stake=bet.amount,
        confidence=bet.confidence,
        submission_id=None,
        precedence=LAST + bet.pk,
        excluded=owner.pk in out,
        score=None,
        originality=None,
        contribution=None,
    )
