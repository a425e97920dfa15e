"""What notices say in words: a subject and a sentence or two, made of the facts in a delivery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tournaments.models import Notice
from tournaments.services.currencies import decimal_text, unit_text

Body = dict[str, Any]
WHY_UNPAID = {
    "not_scored": "your file has no score",
    "not_better_than_a_coin": "your file was not better than a coin",
    "not_consistent": "your file was not better than a coin in enough eras",
    "not_original": "your file was too near to an earlier one",
    "not_concordant": "your file is not like one model on all splits",
    "excluded": "you were excluded from the round",
    "beyond_paid_places": "your place is beyond the paid ones",
    "no_weight": "your file adds nothing to what others know",
}


@dataclass(frozen=True)
class Written:
    """A letter: its subject, and its lines before the link."""

    subject: str
    lines: list[str]


def write(kind: str, body: Body) -> Written:
    """Return a notice in words."""
    subject, lines = WORDS[kind](body)
    name = " ".join(body["tournament_name"].split())  # a subject is one line
    where = f"{name}, round {body['round']}" if "round" in body else name
    return Written(f"{where}: {subject}", lines)


def _names(body: Body) -> str:
    return ", ".join(one["forecaster"] for one in body["submissions"])


def _accepted(body: Body) -> tuple[str, list[str]]:
    lines = [f"Your file {body['filename']} was accepted for {_names(body)} at {utc(body['received_at'])}."]
    return "your file was accepted", [*lines, f"SHA-256: {body['sha256']}"]


def _rejected(body: Body) -> tuple[str, list[str]]:
    faults = [f"* {fault['message']}" for fault in body["faults"]]
    first = f"Your file {body['filename']} was not accepted, and nothing of it was kept:"
    return "your file was rejected", ["\n".join([first, *faults]), "Mend it and upload it again."]


def _scored(body: Body) -> tuple[str, list[str]]:
    whose = f"Position {body['position']:,} of {body['forecaster']}"
    score = body["score"]
    if score["log_loss"] is None:
        return "your file was scored", [f"{whose} was scored. Its score is told when the round has closed."]
    if "ladder_step" in score:
        line = f"{whose} was scored. Your best file so far reaches log loss {score['log_loss']:.5f}, "
        return "your file was scored", [f"{line}told in steps of {score['ladder_step']:g}."]
    low, high = score["gain_low"], score["gain_high"]
    within = "" if low is None or high is None else f" ± {(high - low) / 2:.5f}"
    return "your file was scored", [
        f"{whose} has log loss {score['log_loss']:.5f}{within} on validation rows."
    ]


def _opened(body: Body) -> tuple[str, list[str]]:
    return "it is open", [f"The round is open until {utc(body['closes_at'])}."]


def _closing_soon(body: Body) -> tuple[str, list[str]]:
    subject = "it closes soon and you have nothing in"
    return subject, [f"The round closes at {utc(body['closes_at'])}, and no file of yours has been accepted."]


def _reminder(body: Body) -> tuple[str, list[str]]:
    line = "The operators remind you that no file of yours has been accepted."
    return "your file is missing", [f"{line} The round closes at {utc(body['closes_at'])}."]


def _resolved(body: Body) -> tuple[str, list[str]]:
    return "the results are out", ["The live rows are scored, and the results are out."]


def _paid(body: Body) -> tuple[str, list[str]]:
    if not body["amount"]:
        why = WHY_UNPAID.get(body["reason"], "your place earned nothing")
        return "nothing was paid to you", [f"The round is settled. Nothing was paid to you: {why}."]
    tied = f", with {body['tied'] - 1} others" if body["tied"] > 1 else ""
    sum_ = amount(body["amount"], body["currency"], body["currency_digits"])
    return f"{sum_} for you", [
        f"The round is settled. You came {place(body['place'])}{tied}, and get {sum_}."
    ]


def _address_changed(body: Body) -> tuple[str, list[str]]:
    unit, now = unit_text(body["currency"]), body["address"]
    said = (
        f"{body['by']} changed where you are paid in {unit}. It is {now} now, and is paid to after a day."
        if now
        else f"{body['by']} took back where you are paid in {unit}. You are not paid until there is another."
    )
    lines = [said, "If nobody of yours did this, tell the operators at once, and change your password."]
    return "where you are paid has changed", lines


def _paid_out(body: Body) -> tuple[str, list[str]]:
    sum_ = amount(body["amount"], body["currency"], body["currency_digits"])
    line = f"{sum_} were sent to {body['address']}, in payout batch {body['batch']}."
    return f"{sum_} were sent to you", [line, f"Reference: {body['reference']}"]


WORDS: dict[str, Callable[[Body], tuple[str, list[str]]]] = {
    Notice.ACCEPTED: _accepted,
    Notice.REJECTED: _rejected,
    Notice.SCORED: _scored,
    Notice.OPENED: _opened,
    Notice.CLOSING_SOON: _closing_soon,
    Notice.REMINDER: _reminder,
    Notice.RESOLVED: _resolved,
    Notice.PAID: _paid,
    Notice.ADDRESS_CHANGED: _address_changed,
    Notice.PAID_OUT: _paid_out,
}


def utc(moment: str) -> str:
    """Return a time as people read it.

    >>> utc("2026-11-23T17:00:00.123+00:00")
    '17:00 UTC on 23 November 2026'
    """
    return f"{datetime.fromisoformat(moment):%H:%M UTC on %-d %B %Y}"


def amount(minor: int, currency: str, digits: int) -> str:
    """Return minor units with all digits and the unit.

    >>> amount(123456, "USD", 2), amount(1200, "POINTS", 0)
    ('1,234.56 USD', '1,200 points')
    """
    return f"{decimal_text(minor, digits, ',')} {unit_text(currency)}"


def place(number: int) -> str:
    """Return 1st, 2nd, 3rd …

    >>> [place(n) for n in (1, 2, 3, 4, 11, 12, 22, 101, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '22nd', '101st', '113th']
    """
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"
