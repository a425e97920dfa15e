"""What one has and had at stake, round by round."""

from typing import Any

from tournaments.models import Participant, Round
from tournaments.services import stakes

LINES = 50
STATES = {
    "open": "Until the close it can be changed",
    "locked": "Locked until the settlement",
    "settled": "Settled",
    "refunded": "Given back: the round was cancelled",
}


def section(me: Participant) -> dict[str, Any]:
    """Return the newest stakes of a participant with the rules that count them, and how many there are."""
    found = stakes.mine(me, Round.objects.filter(tournament=me.tournament_id))
    lines = [(one, one.round.read_rules(), STATES[one.state]) for one in found[:LINES]]
    return {"staked": lines, "staked_in_all": len(found)}
