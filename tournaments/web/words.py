"""Codes as sentences. Codes are stable and for programs; people read these."""

from collections.abc import Mapping
from typing import Any

from tournaments.models import Rules

COPY_ABOVE = 0.999
REASONS = {
    "not_scored": "Not scored yet",
    "sealed_until_close": "Sealed until the round closes",
    "ladder": "Not told while the feedback is a ladder",
    "too_few_eras": "Needs at least two eras",
    "no_others": "Nobody else's file came first",
    "too_many_others": "Too many others for this many rows",
    "not_told": "Told after the round has closed",
    "not_measured": "Measured when the round closes",
    "not_settled": "Told when the round is settled",
    "not_paid_place": "Another forecaster takes this participant's paid place",
    "unranked": "Not ranked",
    "none": "Does not apply",
}
GATES = {
    "": "Passes",
    "not_scored": "Not scored",
    "not_better_than_a_coin": "Not better than a coin",
    "not_consistent": "Not consistent enough",
    "not_original": "Not original",
    "excluded": "Excluded",
    "beyond_paid_places": "Beyond the paid places",
}
NEARNESS = {"clear": "Clear", "near": "Near", "too_near": "Too near"}
NEARNESS_MEANING = {
    "clear": "No earlier file of another participant is close to this one.",
    "near": "An earlier file of another participant is close to this one; it would still pass the gate.",
    "too_near": "An earlier file of another participant says almost the same; this would not pass the gate.",
}
STATES = {
    "draft": "Draft",
    "open": "Open",
    "closed": "Closed",
    "resolved": "Resolved",
    "settled": "Settled",
    "cancelled": "Cancelled",
}
SUBMISSION_STATES = {
    "accepted": "Accepted; the score is on its way",
    "scored": "Scored",
    "failed": "Scoring failed; the operators see it and can try again",
}
FEEDBACK = {
    "exact": "exact scores on the validation rows",
    "ladder": "scores on the validation rows, in whole steps",
    "sealed": "no scores before the round closes",
}
WORK = {
    "score_validation": "Scoring on validation rows",
    "close": "Closing the round",
    "score_test": "Scoring on test rows",
    "originality": "Measuring originality",
    "blend": "Blending",
    "score_live": "Scoring on live rows",
    "conclude": "Concluding the resolution",
}


def reason(code: str) -> str:
    """Return why a figure is undefined, as people read it."""
    return REASONS.get(code, code.replace("_", " ").capitalize())


def likeness(row: Mapping[str, Any]) -> str:
    """Say in words what a board row is too near to, or mixed of; "" when it is its own."""
    if row.get("original") is False and row.get("nearest"):
        rho = row["nearest_rho"]
        kind = "Copy of" if rho is not None and abs(rho) >= COPY_ABOVE else "Too near"
        return f"{kind} {row['nearest']}"
    return "Mix of earlier files" if row.get("mixed") else ""


def result(row: Mapping[str, Any], rules: Rules) -> tuple[str, str]:
    """Return a board row's gate result, and whether it is `good`, `bad` or neither ("")."""
    like = likeness(row)
    if row.get("excluded"):
        return "Excluded", "bad"
    gate = row.get("gate")
    if row["kind"] != "player" or gate is None or not (gate or _gated(rules)):
        return like, "bad" if row.get("original") is False else ""
    if gate == "not_consistent":
        return f"Consistency below {rules.consistency_gate:.0%}", "bad"
    if gate == "not_original":
        return like or GATES[gate], "bad"
    words = GATES.get(gate, gate)
    if gate:
        return (f"{words}; {like[0].lower()}{like[1:]}" if like else words), "bad"
    return (f"{words}; mix of earlier files" if like else words), "good"


def _gated(rules: Rules) -> bool:
    return rules.log_loss_gate or rules.consistency_gate is not None or rules.originality_gate is not None


def place(rank: int) -> str:
    """Return a rank as an ordinal.

    >>> [place(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']
    """
    teens = rank % 100 in (11, 12, 13)
    return f"{rank}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"
