"""What one has and had at stake, round by round."""

from typing import Any

from tournaments.models import Participant, Round, Rules
from tournaments.services import stakes

LINES = 50
STATES = {
    "open": "Until the close it can be changed",
    "locked": "Locked until the settlement",
    "settled": "Settled",
    "refunded": "Given back: the round was cancelled",
}


def section(me: Participant) -> dict[str, Any]:
    """Return the newest stakes of a participant, how many there are, and what lies in escrow."""
    found = stakes.mine(me, Round.objects.filter(tournament=me.tournament_id))
    lines = [(one, one.round.read_rules(), STATES[one.state]) for one in found[:LINES]]
    return {"staked": lines, "staked_in_all": len(found), "at_stake": _at_stake(found)}


def _at_stake(found: list[stakes.Mine]) -> list[tuple[int, Rules]]:
    """Return what lies in escrow now, in minor units, once for each currency with rules that pay in it."""
    sums: dict[str, tuple[int, Rules]] = {}
    for one in found:
        if one.state in ("open", "locked"):
            rules = one.round.read_rules()
            before, _ = sums.get(rules.currency, (0, rules))
            sums[rules.currency] = before + one.amount, rules
    return list(sums.values())
