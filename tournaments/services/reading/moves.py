"""Why a participant's weight in the meta-model moved from one round to the next, from facts that are stored.

A reason is a code with figures; each face puts it in its own words. What is said is what is known: which
rules and labels the weights were made from. Weights that are solved for are solved for together, so a fact
may point the other way than the weight went; it is told all the same, and marked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tournaments.numerics.blending import stack
from tournaments.numerics.blending.registry import METHODS, PRESENT

ALIKE = 1e-9
"""Weights nearer than this are the same."""
SEEN = 5e-5
"""A smaller move is not seen in a percentage with two decimals."""
NOTICED = 0.05
"""A correlation with the meta-model that changed by less tells nothing."""
UP, DOWN, EITHER = 1, -1, 0
TELL_NOTHING = ("away", "not_there")


@dataclass(frozen=True)
class Learnt:
    """Labelled rows of a round's split: the participant's gain there, None if away, and the mean of all."""

    round: int
    split: str
    own: float | None
    mean: float


@dataclass(frozen=True)
class Stand:
    """How a participant stood in the meta-model of one round: its share, and what that was made from.

    `wanted` is the blend of the rules and `why_not` why another stands in for it; `players` are all
    participants; `cap` is the participant's own, None without any, `top` the largest share of anyone and
    `top_cap` the cap on everyone; `history` is the share of the labelled rows for which the participant was
    there, None where nothing was fitted on.
    """

    number: int
    blend: str
    weight: float
    players: frozenset[int]
    wanted: str = ""
    why_not: str = ""
    cap: float | None = None
    floor: float = 0.0
    top: float = 1.0
    top_cap: float | None = None
    history: float | None = None
    cwmm: float | None = None
    learnt: tuple[Learnt, ...] = ()

    @property
    def equal(self) -> float:
        """Return what each weighs where all weigh the same."""
        return 1.0 / len(self.players)

    @property
    def is_equal(self) -> bool:
        """Say whether that is what this participant weighs."""
        return abs(self.weight - self.equal) < ALIKE

    @property
    def voices(self) -> int:
        """Count the voices that weigh alike where a blend weighs nobody: copies are one, the silent none."""
        return round(1.0 / self.top) if METHODS[self.blend].alike else len(self.players)


@dataclass(frozen=True)
class Reason:
    """One thing that is known of a move: a stable code, its figures, and whether it points the other way."""

    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    against: bool = False


def why(now: Stand, before: Stand | None, away: int = 0) -> list[Reason]:
    """Return why a weight is what it is, the former being that of the round played before; none if no such.

    `away` counts the rounds between that were blended without the participant. What points the other way
    comes last.
    """
    if before is None:
        return [Reason("first", {"participants": len(now.players)}), *_standing(now)]
    moved = now.weight - before.weight
    if abs(moved) < SEEN and now.blend == before.blend:
        return [Reason("still")]
    way = UP if moved > 0 else DOWN
    found = [(EITHER, Reason("away", {"rounds": away}))] if away else []
    found += [(EITHER, one) for one in _standing(now, before)]
    if not _settles(now):
        found += [*_others(now, before), *_own(now, before)]
    reasons = [Reason(one.code, one.figures, against=points == -way) for points, one in found]
    if all(one.against or one.code in TELL_NOTHING for one in reasons):
        reasons.append(Reason("together"))
    return sorted(reasons, key=lambda one: one.against)


def _settles(now: Stand) -> bool:
    """Say whether the blend alone says what the weight is, whatever the others do or were."""
    held = now.floor or (now.top_cap is not None and now.top >= now.top_cap - ALIKE)
    return METHODS[now.blend].alike and not held


def _standing(now: Stand, before: Stand | None = None) -> Iterator[Reason]:
    """What the round's own rules and labels make of the weight."""
    if before is not None and before.blend != now.blend:
        yield Reason("another_blend", {"before": before.blend, "now": now.blend})
    if now.wanted and now.wanted != now.blend:
        yield Reason("stands_in", {"blend": now.blend, "wanted": now.wanted, "why": now.why_not})
    if _settles(now):
        yield _alike(now, before)
    else:
        yield from _bounds(now)


def _alike(now: Stand, before: Stand | None) -> Reason:
    """What a blend that weighs nobody makes of a voice."""
    if now.weight < ALIKE:
        return Reason("silent", {"blend": now.blend})
    if now.weight < now.top - ALIKE:
        copies = round(now.top / now.weight)
        return Reason("copies", {"blend": now.blend, "copies": copies, "voices": now.voices})
    came, went = _came_and_went(now, before)
    counted = {"blend": now.blend, "participants": now.voices, "came": came, "went": went}
    return Reason("equal", counted | {"before": before.voices if before else None})


def _bounds(now: Stand) -> Iterator[Reason]:
    """What holds the weight where it is."""
    if now.cap is not None and now.weight >= now.cap - ALIKE:
        yield Reason("capped", {"cap": now.cap})
    elif now.blend == "stack" and now.weight >= stack.CAP * now.equal - ALIKE:
        yield Reason("topped", {"times": stack.CAP})
    elif now.top_cap is not None and now.top >= now.top_cap - ALIKE:
        yield Reason("others_capped", {"cap": now.top_cap})
    if now.floor and now.weight <= now.floor + ALIKE:
        yield Reason("floored", {"floor": now.floor})
    elif now.weight < ALIKE:
        yield Reason("nothing", {"blend": now.blend})
    elif now.history is not None and now.history < PRESENT and now.is_equal:
        yield Reason("newcomer", {"history": now.history, "participants": len(now.players)})


def _came_and_went(now: Stand, before: Stand | None) -> tuple[int, int]:
    if before is None:
        return 0, 0
    return len(now.players - before.players), len(before.players - now.players)


def _others(now: Stand, before: Stand) -> Iterator[tuple[int, Reason]]:
    came, went = _came_and_went(now, before)
    if came or went:
        points = DOWN if came > went else UP if went > came else EITHER
        yield points, Reason("others", {"came": came, "went": went})


def _own(now: Stand, before: Stand) -> Iterator[tuple[int, Reason]]:
    """What became known of the participant's own work since the round before, where the blend looks at it."""
    if METHODS[now.blend].alike:
        return
    known = {(one.round, one.split) for one in before.learnt}
    for one in now.learnt:
        if (one.round, one.split) not in known:
            yield _gained(one)
    # What is solved for pays for what the others do not say already.
    if not METHODS[now.blend].solves or now.cwmm is None or before.cwmm is None:
        return
    if abs(now.cwmm - before.cwmm) >= NOTICED:
        nearer = now.cwmm > before.cwmm
        figures = {"before": before.cwmm, "now": now.cwmm}
        yield (DOWN, Reason("nearer", figures)) if nearer else (UP, Reason("farther", figures))


def _gained(one: Learnt) -> tuple[int, Reason]:
    figures = {"round": one.round, "split": one.split, "own": one.own, "mean": one.mean}
    if one.own is None:
        return EITHER, Reason("not_there", figures)
    ahead = one.own > one.mean
    return (UP, Reason("ahead", figures)) if ahead else (DOWN, Reason("behind", figures))
