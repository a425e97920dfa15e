"""`python -m benchmarks.red_team_pay [worlds [eras]]`: what each payout rule pays to each attack.

Prints two Markdown tables over the worlds of "Copycats": the attacker's pay divided by the victim's without
the attack, and the victim's pay after divided by before, as ratios of means over the worlds. What is paid for
are the last so many eras, all ten unless said otherwise. docs/formulas.md holds what it printed.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from benchmarks.worlds.copycats import (
    ATTACKS,
    CAMPAIGNS,
    ERAS,
    HONEST,
    ROWS,
    VICTIM,
    Copycats,
    Vector,
    copycats,
    files_of,
)
from tournaments.numerics.checks import Ints
from tournaments.numerics.contribution import era_gaussians, mmc_eras
from tournaments.numerics.corr import corr_table, keep_ranks
from tournaments.numerics.losses import log_loss
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.parameters import Parameters
from tournaments.numerics.payouts.wager import Wager
from tournaments.numerics.payouts.wager_score import wager_units
from tournaments.numerics.players import in_turn
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.numerics.units import COIN, UNITS, quantise

WORLDS = 20
POOL, STAKE, PLACES = 10**9, 10**8, 10
CONTRIBUTION = "contribution_pool"
BARS = {
    **dict.fromkeys(("exact copy", "cube", "ranks", "upside down, 1 − p", "affine, 0.4 + 0.2p"), 0.01),
    **dict.fromkeys(("mix of 2", "mix of 5"), 0.01),
    "copy + 0.7 sd": 0.05,
    "copy + 1.0 sd": 0.10,
}
"""The most that `contribution_pool` may pay of the victim's pay to each of these; the victim keeps 98%."""
KNOWN_HOLES = ("mix of 5, + 0.5 sd", "five sybils, copies + 1.0 sd each", "twenty files of noise")


@dataclass(frozen=True)
class Played:
    """A rule as it is played here: its name, its parameters, and how it is called in the tables."""

    title: str
    rule: str
    parameters: Parameters

    @classmethod
    def by(cls, title: str, rule: str, **values: object) -> "Played":
        """Read the parameters."""
        return cls(title, rule, registry.parameters_of(rule, values))


RULES = (
    Played.by("ranked", "ranked_pool", places=PLACES),
    Played.by("PCS", CONTRIBUTION, measure="pcs"),
    Played.by("SRC", CONTRIBUTION, measure="src"),
    Played.by("wager", "wager"),
    Played.by("curve", "stake_curve"),
    Played.by("auction", "auction"),
)
PCS = RULES[1]


class Crowd:
    """Files (N, M) in a world, and their scores on the rows that are paid, computed when asked for."""

    def __init__(self, files: Vector, y: Ints, seed: int) -> None:
        self.files, self.y, self.seed = files, y, seed
        self.starts = np.arange(0, y.size + 1, ROWS)

    def scores(self, name: str) -> list[int]:
        """The scores (N,) of a name, in whole units."""
        measures: dict[str, Callable[[], Sequence[float]]] = {
            "log_loss": lambda: [log_loss(one, self.y) for one in self.files],
            "corr": lambda: corr_table(keep_ranks(self.files, self.starts), self.y).mean(axis=1),
            "mmc": lambda: self._mmc,
            "wager": lambda: [wager_units(one, self.y, Wager()) / UNITS for one in self.files],
            "confidence": lambda: [1.0] * len(self.files),
            "src": lambda: [src for src, _ in self._in_turn],
            "pcs": lambda: [pcs for _, pcs in self._in_turn],
        }
        return [quantise(value) for value in measures[name]()]

    @cached_property
    def _mmc(self) -> Sequence[float]:
        g = era_gaussians(self.files, self.starts)
        return mmc_eras(g, g.mean(axis=0), self.y, self.starts).mean(axis=1).tolist()

    @cached_property
    def _in_turn(self) -> Sequence[tuple[float, float]]:
        g = np.array([gaussian_ranks(one, self.starts) for one in self.files])
        found = in_turn(g, self.y, self.starts, np.arange(len(g)), self.seed)
        return [(src or 0.0, pcs or 0.0) for src, pcs in found]


def pay(crowd: Crowd, played: Played) -> list[int]:
    """What a rule changes in each one's money (N,).

    The honest stake alike, and all bid 1 in the auction; those who come after them share one stake. Only who
    beats a coin is ranked.
    """
    count = len(crowd.files)
    scores = {name: crowd.scores(name) for name in played.parameters.reads}
    stakes = [STAKE] * HONEST + [STAKE // max(1, count - HONEST)] * (count - HONEST)
    entries = [
        Entry(
            key=at,
            precedence=at,
            eligible=played.rule != "ranked_pool" or scores["log_loss"][at] < COIN,
            stake=stakes[at],
            scores={name: values[at] for name, values in scores.items()},
        )
        for at in range(count)
    ]
    found = registry.settle(played.rule, entries, POOL, played.parameters)
    changes = {award.key: award.change for award in found.awards}
    return [changes[at] for at in range(count)]


class Arena:
    """A world of which the last so many eras are paid. Its victim is the third best on these."""

    def __init__(self, seed: int, eras: int = ERAS) -> None:
        made = copycats(seed)
        self.paid = slice(made.y.size - eras * ROWS, None)
        losses = [log_loss(one[self.paid], made.y[self.paid]) for one in made.p]
        self.world: Copycats = replace(made, victim=int(np.argsort(losses)[VICTIM]))
        self._honest: dict[str, list[int]] = {}

    def with_files(self, *names: str) -> Crowd:
        """The honest, and after them the files of attacks."""
        world = self.world
        files: Vector = np.vstack([world.p, *(files_of(world, name) for name in names)])
        return Crowd(files[:, self.paid], world.y[self.paid], world.seed)

    def honest(self, played: Played) -> list[int]:
        """What the honest (20,) are paid among themselves."""
        if played.title not in self._honest:
            self._honest[played.title] = pay(self.with_files(), played)
        return self._honest[played.title]


@dataclass(frozen=True)
class Outcome:
    """Money moved in one world: to the victim before and after, and to the attacker with all files."""

    before: int
    after: int
    attacker: int


def outcomes(arena: Arena, attack: str, rules: Sequence[Played] = RULES) -> list[Outcome]:
    """What an attack changes under each rule."""
    crowd, victim = arena.with_files(attack), arena.world.victim
    found = []
    for played in rules:
        paid = pay(crowd, played)
        found.append(Outcome(arena.honest(played)[victim], paid[victim], sum(paid[HONEST:])))
    return found


def attacker_share(found: Sequence[Outcome]) -> float:
    """The attacker's pay divided by the victim's without the attack: means over worlds."""
    return sum(one.attacker for one in found) / sum(one.before for one in found)


def victim_keeps(found: Sequence[Outcome]) -> float:
    """The victim's pay after divided by before: means over worlds."""
    return sum(one.after for one in found) / sum(one.before for one in found)


def latecomers(arenas: Sequence[Arena], played: Played = PCS) -> float:
    """Mean pay of the last five honest ones divided by that of the first five, without any attack."""
    paid = [arena.honest(played) for arena in arenas]
    return sum(sum(one[-5:]) for one in paid) / sum(sum(one[:5]) for one in paid)


def main() -> int:
    """Print both tables and the pay of latecomers."""
    count, eras = [int(word) for word in sys.argv[1:]] + [WORLDS, ERAS][len(sys.argv) - 1 :]
    arenas = [Arena(seed, eras) for seed in range(count)]
    names = (*ATTACKS, *CAMPAIGNS)
    found = {name: list(zip(*(outcomes(arena, name) for arena in arenas), strict=True)) for name in names}
    for said, measure in (("pay of the attacker", attacker_share), ("the victim keeps", victim_keeps)):
        print(f"\n| {said} | {' | '.join(played.title for played in RULES)} |")
        print("| --- |" + " ---: |" * len(RULES))
        for name, by_rule in found.items():
            hole = " (known hole)" if name in KNOWN_HOLES else ""
            print(f"| {name}{hole} | {' | '.join(f'{measure(one):.2f}' for one in by_rule)} |")
    pools = [played for played in RULES if not registry.rule_of(played.rule).about.stakes]
    late = " | ".join(f"{latecomers(arenas, played):.2f}" if played in pools else "–" for played in RULES)
    print(f"| the last five honest ÷ the first five | {late} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
