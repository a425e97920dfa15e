"""Settlements: planned as often as one likes, committed once, taken back by a reversal.

`gates` says who takes part, `facts` what is read, `plans` applies the rule, `committing` pays. `what_if`
plans by other terms, `proposals` are for four eyes, `undoing` reverses.
"""

from tournaments.services.settlement.committing import amounts_of, commit, history, payouts_of, preview
from tournaments.services.settlement.facts import effective
from tournaments.services.settlement.gates import COIN, Missed, why_not
from tournaments.services.settlement.plans import Line, Plan, parameters_of, plan
from tournaments.services.settlement.proposals import approve, propose, withdraw
from tournaments.services.settlement.undoing import undo
from tournaments.services.settlement.what_if import Comparison, compare, what_if

__all__ = [
    "COIN",
    "Comparison",
    "Line",
    "Missed",
    "Plan",
    "amounts_of",
    "approve",
    "commit",
    "compare",
    "effective",
    "history",
    "parameters_of",
    "payouts_of",
    "plan",
    "preview",
    "propose",
    "undo",
    "what_if",
    "why_not",
    "withdraw",
]
