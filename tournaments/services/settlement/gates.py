"""Gates: who takes part in a settlement, and by which number somebody does not."""

from dataclasses import asdict, dataclass
from decimal import Decimal

from tournaments.models import Originality, Rules, Score
from tournaments.numerics.units import COIN, quantise


@dataclass(frozen=True)
class Missed:
    """A gate (the code of its reason), its limit and what was found, decimals as text.

    Both are empty where a gate goes by no number, as an exclusion does.
    """

    gate: str
    limit: str = ""
    found: str = ""

    def to_json(self) -> dict[str, str]:
        """Return what a payout keeps of it."""
        return asdict(self)


def missed(
    rules: Rules,
    score: Score | None,
    originality: Originality | None,
    *,
    of_results: bool = True,
    anew: bool = False,
) -> Missed | None:
    """Return the first gate that keeps an entry from taking part, None when it passes all.

    Without `of_results` those that look at results are left out, as rules with stakes need it. `anew` holds
    the gate of these rules against the measured correlation, also where another gate was asked at the close.
    """
    if score is None:
        return Missed("not_scored")
    result = _by_results(rules, score) if of_results else None
    return result or _by_likeness(rules, originality, anew)


def why_not(rules: Rules, score: Score | None, originality: Originality | None) -> str:
    """Return the code of the first gate that keeps an entry from being ranked, or "" when it passes all."""
    found = missed(rules, score, originality)
    return found.gate if found else ""


def decimal_of(units: int) -> str:
    """Return units of 1e-9 as a decimal.

    >>> decimal_of(693_147_181), decimal_of(-5)
    ('0.693147181', '-0.000000005')
    """
    return f"{Decimal(units).scaleb(-9):.9f}"


def _by_results(rules: Rules, score: Score) -> Missed | None:
    if rules.log_loss_gate and not score.units < COIN:
        return Missed("not_better_than_a_coin", decimal_of(COIN), decimal_of(score.units))
    gate = rules.consistency_gate
    if gate is not None and not score.consistency >= gate:
        return Missed("not_consistent", str(gate), str(score.consistency))
    return None


def _by_likeness(rules: Rules, found: Originality | None, anew: bool) -> Missed | None:
    gate, apart = rules.originality_gate, rules.concordance_gate
    if gate is not None and not _original(found, gate, anew):
        return Missed("not_original", str(gate), str(found.max_abs_rho) if found else "")
    if apart is not None and not _concordant(found, apart):
        return Missed("not_concordant", str(apart), str(found.concordance) if found else "")
    return None


def _original(found: Originality | None, gate: float, anew: bool) -> bool:
    if found is None:
        return False
    passes = quantise(found.max_abs_rho) <= quantise(gate) if anew else found.passes
    return passes or bool(found.override_reason)


def _concordant(found: Originality | None, gate: float) -> bool:
    return found is not None and (found.concordance is None or found.concordance < gate)
