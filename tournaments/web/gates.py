"""Gates in words: what a round asks for, and by which number somebody missed it."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from tournaments.models import Payout, Round, Rules
from tournaments.services import settlement
from tournaments.services.settlement import Missed
from tournaments.web import words

MOST_DECIMALS = 9
BEYOND = "beyond_paid_places"
SENTENCES = {
    "not_better_than_a_coin": "Not better than a coin: log loss {found}; a coin has {limit}",
    "not_consistent": "Consistent in {found}% of eras; this round asks for {limit}%",
    "not_original": "Not original: correlation of {found}, sign aside, with an earlier file; "
    "this round allows {limit}",
    "not_concordant": "Not one model on all splits: like rows are {found} apart; this round asks for less "
    "than {limit}",
}
LEAST_DECIMALS = {"not_better_than_a_coin": 5, "not_consistent": 0, "not_original": 3, "not_concordant": 3}


Line = TypeVar("Line", Payout, settlement.Line)
"""A line of a settlement that is made, or of one that could be."""


def asked(rules: Rules) -> list[tuple[str, str]]:
    """Return each gate that a round has, by name, with what it asks for: with stakes none that reads results.

    >>> asked(Rules(consistency_gate=0.585, originality_gate=None))[1]
    ('Consistency', 'A coin is beaten in at least 58.5% of the eras')
    """
    share, rho, apart = rules.consistency_gate, rules.originality_gate, rules.concordance_gate
    coin = rules.log_loss_gate
    if rules.staked:
        coin, share = False, None
    often = "" if share is None else f"A coin is beaten in at least {share * 100:.10g}% of the eras"
    gates = [
        ("Log loss", "Below 0.69315, which is what a coin has" if coin else ""),
        ("Consistency", often),
        (
            "Originality",
            f"No correlation above {rho:g}, sign aside, with an earlier file of someone else" if rho else "",
        ),
        ("Concordance", f"Like rows are less than {apart:g} apart on all splits" if apart else ""),
    ]
    return [(name, sentence) for name, sentence in gates if sentence]


def told(round_: Round, lines: Iterable[Line]) -> list[tuple[Line, str, Missed | None]]:
    """Return lines with why each is not paid, in words, "" where it is, and the number that it missed."""
    rules = round_.read_rules()
    numbers = [(line, _number(line)) for line in lines]
    return [(line, sentence(line.reason, number, rules), number) for line, number in numbers]


def _number(line: Line) -> Missed | None:
    """Return what a line missed, where that is a number."""
    kept: Any = line.missed  # of a payout a dict, of a line that could be one
    found = Missed(**kept) if isinstance(kept, dict) and kept else kept
    return found if found and found.found else None


def sentence(reason: str, number: Missed | None, rules: Rules) -> str:
    """Return a reason in words, with the number that missed and what the round asks for.

    >>> sentence("not_consistent", Missed("not_consistent", "0.58", "0.5"), Rules(consistency_gate=0.58))
    'Consistent in 50% of eras; this round asks for 58%'
    >>> sentence("not_consistent", Missed("not_consistent", "0.58", "0.576"), Rules(consistency_gate=0.58))
    'Consistent in 57.6% of eras; this round asks for 58.0%'
    """
    if reason == BEYOND:
        places = int(number.limit) if number else rules.paid_places
        return "" if rules.rewards == "none" else f"Behind the {places:,} paid places"
    if number is None or reason not in SENTENCES:
        return words.GATES.get(reason, reason.replace("_", " ").capitalize()) if reason else ""
    found, limit = apart(number)
    return SENTENCES[reason].format(found=found, limit=limit)


def apart(number: Missed) -> tuple[str, str]:
    """Return what was found and its limit, with as many decimals as it takes to tell one from the other."""
    percent = 2 if number.gate == "not_consistent" else 0
    found, limit = (Decimal(text).scaleb(percent) for text in (number.found, number.limit))
    decimals = LEAST_DECIMALS[number.gate]
    if number.gate != "not_better_than_a_coin":  # operators chose the other limits: they stand as written
        decimals = max(decimals, len(f"{limit.normalize():f}".partition(".")[2]))
    while decimals < MOST_DECIMALS and f"{found:.{decimals}f}" == f"{limit:.{decimals}f}":
        decimals += 1
    return f"{found:.{decimals}f}", f"{limit:.{decimals}f}"


def cells(number: Missed | None) -> tuple[str, str]:
    """Return the limit and what was found, for the columns of a file; empty where there is no number."""
    return (number.limit, number.found) if number else ("", "")


def counted(lines: Iterable[settlement.Line], rules: Rules) -> list[tuple[str, int]]:
    """Return how many lines each reason keeps from being paid, or ranked where there are no rewards."""
    reasons = (line.reason for line in lines if sentence(line.reason, None, rules))
    return Counter(reasons).most_common()
