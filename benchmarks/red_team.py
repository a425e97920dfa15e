"""`python -m benchmarks.red_team [worlds]`: what each measure of originality says of each attack.

Prints a Markdown table, means over the worlds of "Copycats"; docs/formulas.md holds what it printed.
"""

import sys
from dataclasses import dataclass

import numpy as np

from benchmarks.worlds.copycats import ATTACKS, SPLITS, Copycats, attack, classroom, copycats, ranks_of
from tournaments.numerics.losses import log_loss
from tournaments.numerics.originality import Originality, round_originality, verdict
from tournaments.numerics.units import LN2

WORLDS = 20
GATE, MIXED = 0.95, 0.05


@dataclass(frozen=True)
class Told:
    """What is said of one file: its originality, and its live gain in nats."""

    originality: Originality
    gain: float

    @property
    def gated(self) -> bool:
        """Whether the gate stops it."""
        return self.originality.max_abs_rho > GATE

    @property
    def named(self) -> bool:
        """Whether its residual names it a mix."""
        return self.originality.residual is not None and self.originality.residual < MIXED


def last_comer(world: Copycats, p: np.ndarray) -> Told:
    """What is said of a file that comes after all honest ones."""
    files = np.vstack([world.p, p])
    order = np.arange(len(files))
    found = round_originality(np.array([ranks_of(one) for one in files]), files, order, order, SPLITS)
    live = slice(SPLITS[2], None)
    return Told(found[-1], LN2 - log_loss(p[live], world.y[live]))


def honest(world: Copycats) -> list[Originality]:
    """What is said of the honest, in the order in which they came."""
    order = np.arange(len(world.p))
    return round_originality(np.array([ranks_of(one) for one in world.p]), world.p, order, order, SPLITS)


def _row(name: str, found: list[Told]) -> str:
    ones = [one.originality for one in found]
    residuals = [one.residual for one in ones if one.residual is not None]
    words = sorted({verdict(one.max_abs_rho).replace("_", " ") for one in ones})
    return (
        f"| {name} | {np.mean([one.max_abs_rho for one in ones]):.3f} | {', '.join(words)} "
        f"| {np.mean([one.gated for one in found]):.0%} | {np.mean(residuals):.3f} "
        f"| {np.mean([one.named for one in found]):.0%} | {np.mean([one.ks or 0.0 for one in ones]):.3f} "
        f"| {1e4 * np.mean([one.gain for one in found]):+.1f} |"
    )


def main() -> int:
    """Print the table."""
    worlds = [copycats(seed) for seed in range(int(sys.argv[1]) if sys.argv[1:] else WORLDS)]
    print("| file | max abs(ρ) | word before the close | gated | residual o | named a mix | KS | live gain |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for name in ATTACKS:
        print(_row(name, [last_comer(world, attack(world, name)) for world in worlds]))
    print(_row("the second of a class that shares a notebook",
               [last_comer(world, classroom(world)[0]) for world in worlds]))  # fmt: skip
    everyone = [
        Told(one, LN2 - log_loss(world.p[at][SPLITS[2] :], world.y[SPLITS[2] :]))
        for world in worlds
        for at, one in enumerate(honest(world))
        if at
    ]
    print(_row("honest, all but the first", everyone))
    return 0


if __name__ == "__main__":
    sys.exit(main())
