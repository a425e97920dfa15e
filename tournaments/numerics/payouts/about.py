"""What each rule says of itself, in words that a page can show."""

from __future__ import annotations

from dataclasses import dataclass

YES, PARTLY, NO = "yes", "partly", "no"


@dataclass(frozen=True)
class Claim:
    """Whether a rule is proof against something (`yes`, `partly`, `no`), and in what sense."""

    holds: str
    why: str


@dataclass(frozen=True)
class About:
    """A rule in plain words.

    `truthful`: is it best to send what one believes? `sybil_proof`: is nothing won by coming as several?
    `copy_proof`: is nothing won by sending what others sent? `pool`: what the pool is to it; `stakes`:
    whether it reads stakes.
    """

    sentence: str
    pool: str
    stakes: bool
    truthful: Claim
    sybil_proof: Claim
    copy_proof: Claim

    @property
    def gates_may_read_results(self) -> bool:
        """Whether a gate may look at results, such as a log loss.

        Not where there are stakes: a loser whom such a gate keeps out would have the stake returned.
        """
        return not self.stakes
