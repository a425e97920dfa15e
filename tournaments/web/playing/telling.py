"""Measurements as sentences."""

from typing import Any

from tournaments.models import Rules
from tournaments.web.formats import figure_text


def originality(found: dict[str, Any], rules: Rules) -> list[str]:
    """Say what was found of a submission's originality, one sentence a finding.

    >>> originality({"originality": 1.0, "nearest": None, "original": True}, Rules())[0]
    'No other participant’s file came first, so there is none that this could be near to.'
    """
    if found.get("originality") is None:
        return []
    said = [_nearest(found), _gate(found, rules), _residual(found), _concordance(found, rules), _crowd(found)]
    return [sentence for sentence in said if sentence]


def _nearest(found: dict[str, Any]) -> str:
    if not found["nearest"]:
        return "No other participant’s file came first, so there is none that this could be near to."
    rho = figure_text("rho", found["nearest_rho"])
    left = figure_text("originality", found["originality"])
    return (
        f"The nearest file that came first is {found['nearest']}’s: their ranks correlate {rho} on the split "
        f"where they are most alike. What is left to 1 is the originality, {left}."
    )


def _gate(found: dict[str, Any], rules: Rules) -> str:
    if rules.originality_gate is None:
        return "This round has no originality gate, so nothing hangs on it."
    if found.get("override_reason"):
        return f"The operators let it pass: {found['override_reason']}"
    passes = "it passes" if found["original"] else "it does not pass"
    return f"The gate is a correlation of {rules.originality_gate}, so {passes}."


def _residual(found: dict[str, Any]) -> str:
    share = found.get("residual")
    if share is None or not found["nearest"]:
        return ""
    mixed = ", little enough to call it a mix of them" if found.get("mixed") else ""
    return f"{share:.0%} of what it says cannot be put together from the files that came first{mixed}."


def _concordance(found: dict[str, Any], rules: Rules) -> str:
    apart = found.get("concordance")
    if apart is None or rules.concordance_gate is None:
        return ""
    gate = rules.concordance_gate
    alike = "as one model would" if apart < gate else "as one model would not"
    return f"On rows that are alike its splits are {apart:.3f} apart, {alike}: the gate is {gate}."


def _crowd(found: dict[str, Any]) -> str:
    rho = found.get("meta_rho")
    if rho is None:
        return ""
    return f"With the meta-model its ranks correlate {figure_text('rho', rho)}."
