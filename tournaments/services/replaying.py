"""Past rounds paid again by other rules, side by side: who would gain or lose, how unequal it would be.

Each round divides what it had: what a variant would have left over for the next round is not carried on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tournaments.models import Round, Rules, Tournament
from tournaments.services.access import Actor, need_overseer
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.settlement import facts, plans
from tournaments.services.settlement.facts import Facts
from tournaments.services.settlement.plans import Terms
from tournaments.services.settlement.what_if import (
    Bets,
    Changes,
    Concentration,
    Difference,
    Sums,
    changed_terms,
    concentration,
    in_force,
    sums_of,
)

MOST_ROUNDS, MOST_VARIANTS, NAME_MOST = 50, 6, 40


@dataclass(frozen=True)
class Variant:
    """Changes of rules, as a what-if takes them, and what to call them."""

    name: str
    changes: Changes


@dataclass
class Outcome:
    """What a variant pays over all rounds: by alias what is won or lost, and the sums; minor units."""

    name: str
    pool: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    gains: Counter[str] = field(default_factory=Counter)
    burned: int = 0
    rolled_over: int = 0

    @property
    def paid(self) -> int:
        """Return what is paid in all."""
        return self.gains.total()

    @property
    def concentration(self) -> Concentration:
        """Return how unequally that is shared out among all who took part in any of the rounds."""
        return concentration(self.gains.values())


@dataclass(frozen=True)
class Replay:
    """Rounds, oldest first, in one currency: what is in force, and what each variant would pay."""

    currency: str
    currency_digits: int
    rounds: list[int]
    left_out: list[int]
    """Rounds among those asked for that pay nothing, or in another currency."""
    in_force: Outcome
    variants: list[Outcome]

    @property
    def aliases(self) -> list[str]:
        """Return all who took part, those with most in force first."""
        return sorted(self.in_force.totals, key=lambda alias: (-self.in_force.totals[alias], alias))

    def differences(self, variant: Outcome) -> list[Difference]:
        """Return what each would have by a variant beside what they have, in the order of `aliases`."""
        before = self.in_force.totals
        return [Difference(alias, variant.totals[alias], before[alias]) for alias in self.aliases]


def replay(
    actor: Actor,
    tournament: Tournament,
    variants: Sequence[Variant],
    last: int = MOST_ROUNDS,
    stake_each: int | None = None,
    confidence_each: int | None = None,
) -> Replay:
    """Return what variants would have paid in the last resolved rounds; overseers only, writes nothing.

    Of a round that is not settled yet, in force is what it would pay by its own rules. Raises Invalid
    `bad_variants`, `bad_count`, and, with the variant's name, as `settlement.what_if`; Conflict
    `nothing_to_replay`.
    """
    need_overseer(actor, tournament)
    _check(variants, last)
    newest, paying = _resolved(tournament, last)
    rules = paying[0].read_rules()
    played = [one for one in reversed(paying) if one.read_rules().currency == rules.currency]
    base, outcomes = Outcome("in force"), [Outcome(one.name) for one in variants]
    bets = Bets(stake_each, confidence_each)
    for round_ in played:
        found = facts.read(round_)
        _add(base, in_force(round_, found))
        for variant, outcome in zip(variants, outcomes, strict=True):
            _add(outcome, sums_of(plans.settle(found, _terms(found, variant, bets))))
    left_out = sorted({one.number for one in newest} - {one.number for one in played})
    numbers = [one.number for one in played]
    return Replay(rules.currency, rules.currency_digits, numbers, left_out, base, outcomes)


def rules_of(actor: Actor, tournament: Tournament) -> Rules:
    """Return the rules of the newest resolved round that pays; overseers only.

    Raises Conflict `nothing_to_replay`.
    """
    need_overseer(actor, tournament)
    return _resolved(tournament, MOST_ROUNDS)[1][0].read_rules()


def _terms(found: Facts, variant: Variant, bets: Bets) -> Terms:
    try:
        return changed_terms(found, variant.changes, bets)
    except Invalid as invalid:
        invalid.details["variant"] = variant.name
        raise


def _resolved(tournament: Tournament, last: int) -> tuple[list[Round], list[Round]]:
    """Return the last resolved rounds, newest first, and those of them that pay something."""
    rounds = Round.objects.filter(tournament=tournament, state__in=Round.RESOLVED_STATES)
    newest = list(rounds.select_related("tournament").order_by("-number")[:last])
    paying = [one for one in newest if one.read_rules().rewards != "none"]
    if not paying:
        raise Conflict("nothing_to_replay", "No round with rewards is resolved yet.")
    return newest, paying


def _check(variants: Sequence[Variant], last: int) -> None:
    names = [one.name for one in variants]
    if not 1 <= len(names) <= MOST_VARIANTS or len(set(names)) != len(names):
        raise Invalid("bad_variants", f"Compare 1 to {MOST_VARIANTS} variants, each with a name of its own.")
    if not all(1 <= len(name) <= NAME_MOST for name in names):
        raise Invalid("bad_variants", f"A variant's name has 1 to {NAME_MOST} characters.")
    if not 1 <= last <= MOST_ROUNDS:
        raise Invalid("bad_count", f"Replay 1 to {MOST_ROUNDS} rounds.")


def _add(outcome: Outcome, sums: Sums) -> None:
    outcome.totals.update(sums.totals)
    outcome.gains.update(sums.gains)
    outcome.pool += sums.pool
    outcome.burned += sums.burned
    outcome.rolled_over += sums.rolled_over
