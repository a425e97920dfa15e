"""What a round's meta-model is worth, to read: for operators and auditors, once the round is resolved."""

from dataclasses import asdict, dataclass
from typing import Any

from tournaments.models import MetaModel, Round, Score
from tournaments.numerics.units import LN2
from tournaments.services import worth
from tournaments.services.access import Actor, need_overseer
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.reading import eras, reports
from tournaments.services.reading.crowds import find_blend
from tournaments.services.worth import Measured

COST, KELLY = 0.001, 0.5
"""What is asked for unless somebody says otherwise."""
MOST_COST = 0.5


@dataclass(frozen=True)
class Singles:
    """The gains of those ranked on the same rows, one by one: how many, the best, the mean, the median."""

    forecasters: int
    best: float | None
    mean: float | None
    median: float | None


@dataclass(frozen=True)
class Report:
    """What a blend is worth at a cost and a Kelly fraction; `curve` is of the meta-model alone."""

    model: MetaModel
    blends: list[str]
    """All of the round's, the meta-model first."""
    cost: float
    kelly: float
    measured: Measured
    eras: list[str]
    curve: list[dict[str, Any]]
    singles: Singles

    @property
    def why_no_curve(self) -> str:
        """Return why there is no curve, as a code; "" where there is one."""
        if self.curve:
            return ""
        if not self.model.headline:
            return "not_the_meta_model"
        return "fitted_here" if worth.fitted_on(self.model.round, self.measured.split) else "not_measured"


def of_round(
    actor: Actor, round_: Round, cost: float = COST, kelly: float = KELLY, blend: str = ""
) -> Report:
    """Return what a round's meta-model, or another of its blends, is worth; operators and auditors.

    Raises Conflict `not_resolved`, `nothing_to_judge`, Unknown `unknown_blend`, Invalid `bad_cost`,
    `bad_kelly`.
    """
    need_overseer(actor, round_.tournament)
    _need_resolved(round_)
    _need_numbers(cost, kelly)
    model = find_blend(round_, blend)
    measured = worth.measure(model, cost, kelly)
    if measured is None:
        raise Conflict(
            "nothing_to_judge",
            f"Round {round_.number} has no live or test row with a label, so its meta-model is not judged.",
        )
    blends = MetaModel.objects.filter(round=round_).order_by("-headline", "blend")
    score = Score.objects.select_related("round").get(meta_model=model, split=measured.split)
    return Report(
        model=model,
        blends=list(blends.values_list("blend", flat=True)),
        cost=cost,
        kelly=kelly,
        measured=measured,
        eras=[one.era for one in eras.of_score(score)],
        curve=model.curve if model.headline else [],
        singles=_singles(round_, measured.split),
    )


def _need_resolved(round_: Round) -> None:
    if round_.state not in Round.RESOLVED_STATES:
        raise Conflict(
            "not_resolved",
            f"Round {round_.number} is {round_.state}; what its meta-model is worth shows at the resolution.",
        )


def _need_numbers(cost: float, kelly: float) -> None:
    if not 0.0 <= cost <= MOST_COST:
        raise Invalid("bad_cost", f"A cost is a share of the stake, from 0 to {MOST_COST}.")
    if not 0.0 < kelly <= 1.0:
        raise Invalid("bad_kelly", "A Kelly fraction lies above 0 and is at most 1.")


def _singles(round_: Round, split: str) -> Singles:
    found = reports.crowd(round_, split)
    gains = [None if found[name] is None else LN2 - found[name] for name in ("best", "mean", "median")]
    return Singles(found["forecasters"], *gains)


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain data, as programs read it."""
    model, measured, found = report.model, report.measured, report.measured.worth
    bits, low, high = found.bits
    information = asdict(found.information)
    told = zip(report.eras, information.pop("eras"), strict=True)
    return {
        "tournament": model.round.tournament.slug,
        "round": model.round.number,
        "blend": model.blend,
        "headline": model.headline,
        "split": measured.split,
        "rows": found.rows,
        "participants": model.forecasters,
        "cost": report.cost,
        "kelly": report.kelly,
        "gain": {"nats": found.gain, "nats_low": found.gain_low, "nats_high": found.gain_high}
        | {"bits": bits, "bits_low": low, "bits_high": high, "undefined": found.undefined},
        "hit_rate": asdict(found.hits),
        "information": {**information, "eras": [{"era": era, "ic": ic} for era, ic in told]},
        "breadth": found.whole.breadth,
        "grinold": found.grinold,
        "growth": {"whole": asdict(found.whole), "part": asdict(found.part)},
        "by_cost": [
            {"cost": one.cost, "whole": one.row, "part": other.row}
            | {"part_low": other.row_low, "part_high": other.row_high}
            for one, other in zip(measured.whole, measured.part, strict=True)
        ],
        "half_cost": measured.half_cost,
        "singles": asdict(report.singles),
        "curve": report.curve,
        "why_no_curve": report.why_no_curve,
    }
