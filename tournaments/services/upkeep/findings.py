"""What a check finds."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from tournaments.services.errors import Refused

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: a stable code, the thing, and a sentence."""

    code: str
    what: str
    message: str


def need_none(found: list[Finding], code: str) -> None:
    """Refuse with a code, each finding as a fault, if anything was found."""
    if found:
        faults = [{**asdict(one), "message": f"{one.what}: {one.message}"} for one in found]
        raise Refused(code, f"{len(found):,} things do not hold.", faults=faults)


def silent(done: int, total: int) -> None:
    """Tell nobody how far a check is."""
