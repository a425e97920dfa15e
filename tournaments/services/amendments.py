"""What an operator wants to know before rows are voided, and how an exclusion ends."""

import re
from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from tournaments.models import Exclusion, Participant, Round, VoidRow
from tournaments.services import audit, files, ledger, phases, pools, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Unknown


@dataclass(frozen=True)
class Voiding:
    """What voiding these ids would do: how many rows of each split are new, and which ids are not there."""

    new: dict[str, int]
    already: int
    unknown: list[str]

    @property
    def rows(self) -> int:
        """Return how many rows would become void."""
        return sum(self.new.values())


def read_ids(round_: Round, text: str) -> list[str]:
    """Return the ids of a pasted list, each once: a line is an id, or several between commas or spaces."""
    lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
    if lines and lines[0] in ("id", round_.read_rules().id_column):
        lines = lines[1:]
    places = files.find_rows(round_, lines)
    found: dict[str, None] = {}
    for line, place in zip(lines, places, strict=True):
        parts = [line] if place >= 0 else [part for part in re.split(r"[\s,;]+", line) if part]
        found.update(dict.fromkeys(parts))
    return list(found)


def held(round_: Round) -> int:
    """Return what a round's pool holds, in minor units: what goes back when it is cancelled."""
    if round_.opened_at is None or round_.read_rules().rewards == "none":
        return 0
    return ledger.balance(pools.pool_of(round_))


def preview_void(actor: Actor, round_: Round, ids: list[str]) -> Voiding:
    """Say what voiding these ids would do, and do nothing; operators only."""
    need_operator(actor, round_.tournament)
    places = files.find_rows(round_, ids)
    had = set(VoidRow.objects.filter(round=round_).values_list("row", flat=True))
    known = {place for place in places if place >= 0}
    splits = files.rows_of(round_).splits
    unknown = [name for name, place in zip(ids, places, strict=True) if place < 0]
    new = Counter(str(splits[place]) for place in sorted(known - had))
    return Voiding(dict(new), len(known & had), list(dict.fromkeys(unknown)))


def readmit(actor: Actor, round_: Round, participant: Participant, reason: str) -> None:
    """End a participant's exclusion from a round, before it is resolved; logged in public."""
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        round_ = rounds.lock(round_)
        rounds.need_state(round_, Round.State.OPEN, Round.State.CLOSED)
        phases.refuse_while_resolving(round_)
        ended, _ = Exclusion.objects.filter(round=round_, participant=participant).delete()
        if not ended:
            raise Unknown("not_excluded", f"{participant.alias} is not excluded from round {round_.number}.")
        audit.announce(round_, "readmitted", f"{participant.alias} takes part again: {reason}")
        audit.record(by, "participant_readmitted", round_, reason, alias=participant.alias)
        phases.score_again(round_, ["test"])
