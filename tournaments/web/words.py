"""Codes as sentences. Codes are stable and for programs; people read these."""

from collections.abc import Mapping
from typing import Any

from tournaments.models import Rules
from tournaments.models.payout_rules import PAYOUT_RULES as PAYING

COPY_ABOVE = 0.999
PAYOUT_RULES = {name: name.replace("_", " ") for name in PAYING}
REASONS = {
    "not_scored": "Not scored yet",
    "sealed_until_close": "Sealed until the round closes",
    "ladder": "Not told while the feedback is a ladder",
    "too_few_eras": "Needs at least two eras",
    "no_others": "Nobody else's file came first",
    "no_others_ranked": "Nobody else is ranked on these rows",
    "one_class": "All rows have the same outcome",
    "constant": "All rows have the same probability",
    "no_bets": "No row is worth a bet at this cost",
    "no_side": "Every row is exactly one half",
    "no_spread": "All eras have the same correlation",
    "separable": "The outcomes are told apart perfectly, so no slope fits best",
    "too_many_others": "Too many others for this many rows",
    "not_told": "Told after the round has closed",
    "not_measured": "Measured when the round closes",
    "not_settled": "Told when the round is settled",
    "not_paid_place": "Another forecaster takes this participant's paid place",
    "unranked": "Not ranked",
    "missed": "Nothing was sent in this round",
    "not_resolved": "Told when the round is resolved",
    "first_time": "There is no round before to compare with",
    "alone": "Nobody else is part of the crowd",
    "none": "Does not apply",
}
GATES = {
    "": "Passes",
    "not_scored": "Not scored",
    "not_better_than_a_coin": "Not better than a coin",
    "not_consistent": "Not consistent enough",
    "not_original": "Not original",
    "not_concordant": "Not one model on all splits",
    "excluded": "Excluded",
    "beyond_paid_places": "Beyond the paid places",
    "no_weight": "Adds nothing to what others know",
    "no_stake": "Nothing staked",
    "no_submission": "Staked, but sent nothing: the stake goes back",
    "pool_exhausted": "The pool was empty before its turn was over",
    "budget_exhausted": "Gains were more than the pool, and all were scaled down",
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
BLENDS = {
    "default": "rank while there are few labelled eras, stack from 15 on",
    "equal": "mean of log-odds",
    "calibrated": "mean of log-odds, made bolder or meeker as the outcomes ask",
    "rank": "mean of era-wise ranks",
    "stake": "mean of era-wise ranks, weighed by stakes",
    "score": "log-odds weighed by what each gained, late eras more",
    "greedy": "picks step by step whoever helps most",
    "pool": "the mix of probabilities that fits the outcomes best",
    "stack": "log-odds in the mix that fits best, held near equal weights",
}
FEEDBACK = {
    "exact": "exact scores on the validation rows",
    "ladder": "scores on the validation rows, in whole steps",
    "sealed": "no scores before the round closes",
}
ACTIONS = {
    "audit_exported": "exported the audit log",
    "back_office_used": "changed a row in the back office",
    "backup_made": "made a backup",
    "ban_lifted": "lifted a ban",
    "deadline_moved": "moved a draft's deadline",
    "deposit_booked": "booked a deposit",
    "email_changed": "changed an address",
    "files_replaced": "replaced a draft's files",
    "first_account_made": "made the first account",
    "invitation_revoked": "withdrew an invitation",
    "join_code_renewed": "made a new join code",
    "joining_changed": "changed how one joins",
    "key_made": "made an API key",
    "key_revoked": "revoked an API key",
    "labels_uploaded": "uploaded labels",
    "ledger_exported": "took the ledger as a file",
    "login_link_issued": "issued a login link",
    "login_link_used": "logged in by a link",
    "login_links_issued": "issued login links",
    "login_links_revoked": "withdrew login links",
    "member_invited": "invited a member",
    "member_joined": "became a member",
    "member_removed": "removed a member",
    "meta_model_downloaded": "downloaded the meta-model",
    "missing_reminded": "reminded the missing",
    "nominated": "nominated a forecaster",
    "originality_overridden": "let a near-copy pass",
    "override_lifted": "lifted a decision on a near-copy",
    "participant_added": "added a participant",
    "participant_banned": "banned a participant",
    "participant_excluded": "excluded a participant",
    "participant_joined": "joined",
    "participant_readmitted": "readmitted a participant",
    "participants_listed": "listed the participants",
    "password_chosen": "chose a password",
    "predictions_read": "read predictions",
    "resolution_started": "resolved the round",
    "restored": "restored a backup",
    "role_granted": "granted a role",
    "role_revoked": "took a role away",
    "roster_taken": "took in a roster",
    "round_cancelled": "cancelled the round",
    "round_created": "created a round",
    "round_extended": "moved the deadline",
    "round_opened": "opened the round",
    "round_rescored": "published recomputed figures",
    "rows_voided": "voided rows",
    "rules_adopted": "took the rules of now into a draft",
    "rules_changed": "changed the rules",
    "second_factor_removed": "removed a second factor",
    "settled": "settled the round",
    "submission_viewed": "looked at a submission",
    "submissions_listed": "listed the submissions",
    "tournament_created": "created the tournament",
    "tournament_renamed": "renamed the tournament",
    "webhook_added": "added a webhook",
    "webhook_removed": "removed a webhook",
    "withdrawal_booked": "booked a withdrawal",
    "work_retried": "tried work again",
}
SPLITS = {
    "validation": "At once, as the rules tell it: practice, which never counts",
    "test": "When the round closes",
    "live": "When their labels have arrived",
}
FIXES = {
    "bad_encoding": "Write it as UTF-8: in pandas that is what to_csv does unless told otherwise.",
    "bad_header": "Name the columns in the first line; leave out the index: to_csv(index=False).",
    "bomb": "Send the table itself, or compress it once with gzip.",
    "constant": "Check that the column is your model's output, and not a default that it was filled with.",
    "duplicate_id": "Keep one row for each id: in pandas, drop_duplicates on the id column.",
    "empty": "Check that the program that wrote the file had ended before you sent it.",
    "missing_id": "Start from the round's rows and join your predictions to them, so that none is left out.",
    "not_a_number": "Replace gaps before writing, for example with 0.5, which says nothing.",
    "not_a_table": "Export it as CSV or Parquet: in pandas, to_csv(index=False) or to_parquet.",
    "out_of_range": "Clip to 0 and 1 if it is rounding; bring logits or scores to probabilities first.",
    "too_large": "Leave out all columns but the id and the probability, or send it as .gz or Parquet.",
    "too_many_rows": "Send the round's rows only, each once, without training rows.",
    "unknown_id": "Download this round's rows again and predict exactly those; read ids as text, so that 007 "
    "stays 007.",
}
WORK = {
    "score_validation": "Scoring on validation rows",
    "close": "Closing the round",
    "score_test": "Scoring on test rows",
    "originality": "Measuring originality",
    "blend": "Blending",
    "meta_model": "Making the meta-model",
    "score_live": "Scoring on live rows",
    "conclude": "Concluding the resolution",
    "standings": "Standings of the season",
    "announce": "Telling the players",
    "remind": "Telling the players before the close",
}

NOTICES = {
    "accepted": "File accepted",
    "rejected": "File rejected",
    "scored": "File scored",
    "opened": "Round open",
    "closing_soon": "Round closes soon",
    "reminder": "Reminder of the operators",
    "resolved": "Results",
    "paid": "Payout",
    "address_changed": "Payout address",
    "paid_out": "Money sent",
    "test": "Test",
}
NOTICES_WHEN = {
    "accepted": "A file of yours or of your team was accepted; with its receipt.",
    "rejected": "A file was refused, with what is wrong with it.",
    "scored": "The practice score is there; as much of it as the rules tell.",
    "opened": "A round takes files.",
    "closing_soon": "You have nothing in, a day before the close, or in its last quarter.",
    "reminder": "You have nothing in, and the operators ask for it.",
    "resolved": "The results of a round are out.",
    "paid": "A round is settled: what you get, or why nothing.",
    "address_changed": "Somebody of yours changed where you are paid. This one always comes.",
    "paid_out": "What you have was sent to your address; with the reference.",
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
    gates = (rules.consistency_gate, rules.originality_gate, rules.concordance_gate)
    return rules.log_loss_gate or any(gate is not None for gate in gates)


def place(rank: int) -> str:
    """Return a rank as an ordinal.

    >>> [place(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']
    """
    teens = rank % 100 in (11, 12, 13)
    return f"{rank}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"
