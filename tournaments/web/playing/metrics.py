"""Every metric of a score as a table: the figure, its interval, and what it means in a few words."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from tournaments.services.reading.closeups import Closeup
from tournaments.services.reading.eras import EraFigures
from tournaments.web.formats import figure, figure_text, null

MEANINGS = {
    "log_loss": ("Log loss", "Nats a row; a coin has 0.69315"),
    "gain": ("Gain, 1e-4 nats", "Log loss below a coin’s"),
    "brier": ("Brier", "Mean squared error; a coin has 0.25"),
    "auc": ("AUC", "Pairs of outcomes in order; a coin has 0.5"),
    "corr": ("CORR", "Ranks with outcomes, ends weighing most; mean of eras"),
    "sharpe": ("Sharpe", "Mean CORR ÷ its sd over eras"),
    "drawdown": ("Drawdown", "Largest fall of the summed CORR"),
    "consistency": ("Consistency", "Eras better than a coin"),
    "era_mean": ("Mean era", "Log loss, eras weighing alike"),
    "era_sd": ("Sd of eras", "Log loss, from era to era"),
    "era_worst": ("Worst era", "Its log loss"),
    "slope": ("Calibration slope", "Perfect at 1; less is too bold"),
    "intercept": ("Calibration intercept", "Perfect at 0; more is too low"),
}
WITH_ENDS = ("log_loss", "gain", "brier", "auc", "corr", "sharpe")
TITLES = ("Era", "Rows", "Log loss", "Brier", "AUC", "CORR")


@dataclass(frozen=True)
class Line:
    """One metric. `interval` is empty where the metric has none."""

    key: str
    title: str
    figure: SafeString
    interval: SafeString
    meaning: str


def table(closeup: Closeup) -> list[Line]:
    """Return every metric of a score; none where no more than the first figures may be told."""
    if not closeup.eras:
        return []
    score = _flat(closeup.figures)
    missing = sum(one.corr is None for one in closeup.eras)
    gaps = f", {len(closeup.eras) - missing} of {len(closeup.eras)} that have one" if missing else ""
    return [
        Line(
            key,
            title,
            figure(score, key, "not_told"),
            _interval(score, key) if key in WITH_ENDS else SafeString(""),
            meaning + (gaps if key == "corr" else ""),
        )
        for key, (title, meaning) in MEANINGS.items()
    ]


def eras(found: list[EraFigures]) -> list[list[str]]:
    """Return the eras' figures as cells; what is undefined is an en dash with the reason."""
    return [[one.era, f"{one.rows:,}", *(_cell(one, key) for key in EraFigures._fields[2:])] for one in found]


def _cell(one: EraFigures, key: str) -> str:
    value = getattr(one, key)
    if value is not None:
        return figure_text(key, value)
    return null("one_class" if one.auc is None else "constant")


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    """Put the ends of the loss, and slope and intercept, beside the other figures."""
    score, shape = dict(figures), figures["calibration"] or {}
    score["undefined"] = {**score["undefined"], **shape.get("undefined", {})}
    score |= {name: shape.get(name) for name in ("slope", "intercept")}
    if score["gain_low"] is not None:
        coin = score["log_loss"] + score["gain"]
        score |= {"log_loss_low": coin - score["gain_high"], "log_loss_high": coin - score["gain_low"]}
    return score


def _interval(score: dict[str, Any], key: str) -> SafeString:
    low, high = score.get(f"{key}_low"), score.get(f"{key}_high")
    if low is None or high is None:
        return null(score["undefined"].get(f"{key}_low", "too_few_eras"))
    return SafeString(f"{figure_text(key, low)} to {figure_text(key, high)}")
