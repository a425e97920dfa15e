"""Is what a round has published what its stored uploads say? Compared at any time, put right on request."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from tournaments.models import Exclusion, Round, Selection, VoidRow
from tournaments.services import audit, files, labels, phases, rounds
from tournaments.services.access import Actor, need_operator, need_overseer
from tournaments.services.errors import Conflict
from tournaments.services.recomputing import ALIKE, Fresh, Told, recompute

State = Round.State
NO_FIELD = ("labels",)
"""A newer version of the labels that leaves a split as it was does not make its scores others."""


@dataclass(frozen=True)
class Difference:
    """One number, or word, that is published otherwise than it comes out of the stored uploads.

    A `field` of a row that is missing, or should not be there, is empty; in a list it names the place.
    """

    what: str
    whose: str
    split: str
    field: str
    published: Any
    recomputed: Any

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """What came of a comparison; `pending` pieces of work had their numbers still to publish."""

    rows: int
    pending: int
    differences: list[Difference]
    applied: bool = False


def _nobody(_done: int, _total: int) -> None:
    pass


def compare(actor: Actor, round_: Round, told: Told = _nobody) -> Report:
    """Recompute a whole round and return what differs; operators and auditors, writes nothing.

    Raises Conflict `wrong_state` for a draft or a cancelled round.
    """
    need_overseer(actor, round_.tournament)
    rounds.need_state(round_, State.OPEN, State.CLOSED, State.RESOLVED, State.SETTLED)
    found = recompute(round_, told)
    return Report(len(found.rows), found.pending, [one for fresh in found.rows for one in _differ(fresh)])


def apply(actor: Actor, round_: Round, reason: str, told: Told = _nobody) -> Report:
    """Recompute a whole round and publish what differs, at once and with a line in the round's public log.

    Raises Invalid `reason_needed`, Conflict `wrong_state`, `not_correctable` once the round is settled,
    `resolving`, `changed_meanwhile`.
    """
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    _refuse_unless_correctable(round_)
    before = _print(round_)
    found = recompute(round_, told)
    wrong = {index: differences for index, one in enumerate(found.rows) if (differences := _differ(one))}
    differences = [one for group in wrong.values() for one in group]
    rows = [found.rows[index] for index in wrong]
    for fresh in rows:
        if fresh.content is not None:
            files.keep_bytes(fresh.content)
    with transaction.atomic():
        locked = rounds.lock(round_)
        _refuse_unless_correctable(locked)
        if _print(locked) != before:
            raise Conflict("changed_meanwhile", "The round changed while it was recomputed. Repeat it.")
        if rows:
            _publish(rows)
            counts = dict(Counter(one.what for one in differences))
            text = f"{len(differences):,} published figures were corrected from the stored files: {reason}"
            audit.announce(locked, "rescored", text)
            audit.record(by, "round_rescored", locked, reason, differences=len(differences), of=counts)
            if locked.state == State.RESOLVED:
                phases.season(locked)
    return Report(len(found.rows), found.pending, differences, applied=bool(rows))


def _refuse_unless_correctable(round_: Round) -> None:
    if round_.state == State.SETTLED:
        raise Conflict(
            "not_correctable",
            f"Round {round_.number} is settled. What was paid rests on what is published: a correction is a "
            "reversal.",
        )
    rounds.need_state(round_, State.OPEN, State.CLOSED, State.RESOLVED)
    phases.refuse_while_resolving(round_)


def _print(round_: Round) -> tuple[Any, ...]:
    """Return all that a recomputation rests on beside the files, which never change."""
    version = labels.newest(round_)
    return (
        round_.state,
        round_.blended_at,
        round_.resolved_at,
        version.pk if version else None,
        VoidRow.objects.filter(round=round_).count(),
        sorted(Exclusion.objects.filter(round=round_).values_list("participant", flat=True)),
        round_.state == State.OPEN
        or sorted(Selection.objects.filter(round=round_).values_list("submission", flat=True)),
    )


def _publish(rows: list[Fresh]) -> None:
    for fresh in rows:
        if fresh.values is None:
            fresh.row.delete()
    # One meta-model is the headline: the former one gives way before the new one takes its place.
    for fresh in sorted(rows, key=lambda one: (one.what != "meta-model", _is_headline(one))):
        if fresh.values is not None:
            _write(fresh, fresh.values)


def _is_headline(fresh: Fresh) -> bool:
    return bool((fresh.values or {}).get("headline"))


def _write(fresh: Fresh, values: dict[str, Any]) -> None:
    row = fresh.row
    for name, value in values.items():
        setattr(row, name, value)
    if row.pk is None:
        row.save()
        return
    dated = [one.name for one in row._meta.concrete_fields if getattr(one, "auto_now", False)]
    row.save(update_fields=[*values, *dated])


def _differ(fresh: Fresh) -> list[Difference]:
    row, where = fresh.row, (fresh.what, fresh.whose, fresh.split)
    if fresh.values is None:
        return [Difference(*where, "", "there", None)]
    if row.pk is None:
        return [Difference(*where, "", None, "missing")]
    compared = (
        (name, getattr(row, name), value) for name, value in fresh.values.items() if name not in NO_FIELD
    )
    found = ((name, _first(published, value)) for name, published, value in compared)
    return [Difference(*where, name + place[0], *place[1:]) for name, place in found if place]


def _first(published: Any, fresh: Any) -> tuple[str, Any, Any] | None:
    """Return the first place where two values differ, with both; None where they are alike."""
    if isinstance(published, dict) and isinstance(fresh, dict) and published.keys() == fresh.keys():
        pairs = [(f"[{key}]", published[key], fresh[key]) for key in published]
    elif isinstance(published, list) and isinstance(fresh, list) and len(published) == len(fresh):
        pairs = [(f"[{at}]", *both) for at, both in enumerate(zip(published, fresh, strict=True))]
    else:
        return None if _alike(published, fresh) else ("", published, fresh)
    for place, one, other in pairs:
        if inner := _first(one, other):
            return place + inner[0], *inner[1:]
    return None


def _alike(published: Any, fresh: Any) -> bool:
    """Whether two values are published alike: floats to 1e-9, relative above one; all else exactly."""
    if isinstance(published, float) and isinstance(fresh, int | float) and not isinstance(fresh, bool):
        return abs(published - fresh) <= ALIKE * max(1.0, abs(published))
    return bool(published == fresh)
