"""Which column is the id and which are values."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tournaments.store.formats.faults import Fault, FileRejected, place

ID = "id"
PROBABILITY = "probability"
VALUE_NAMES = (PROBABILITY, "prediction")


@dataclass(frozen=True)
class Columns:
    """Positions in the header. values: key of the result → position. faults: columns that are not known."""

    id: int
    values: dict[str, int]
    faults: list[Fault]


def choose(header: Sequence[str], id_column: str | None, forecasters: AbstractSet[str] | None) -> Columns:
    """Name the columns of a file of predictions.

    The id column is `id` or what the round calls it. Values are one column `probability` or `prediction`
    (key `probability`), or any number of columns named by forecasters (key: the name). Names compare exactly,
    spaces around them aside. Any other column is a fault. Raises FileRejected bad_header where ids or values
    cannot be told.

    >>> choose(["t_id", "prediction"], "t_id", None).values
    {'probability': 1}
    """
    names = [name.strip() for name in header]
    id_names = [ID] if id_column in (None, ID) else [ID, str(id_column)]
    ids = [at for at, name in enumerate(names) if name in id_names]
    plain = [at for at, name in enumerate(names) if name in VALUE_NAMES and at not in ids]
    named = [at for at, name in enumerate(names) if name in (forecasters or ()) and at not in ids + plain]
    others = [names[at] for at in range(len(names)) if at not in {*ids, *plain, *named}]
    problems = _problems(ids, plain, [names[at] for at in named])
    unreadable = bool(problems)
    if others:
        shown = ", ".join(repr(name[:40]) for name in others[:5])
        problems.append(f"it is not known what {shown}{' and others are' if len(others) > 5 else ' is'} for")
    faults = [_fault(problems, names, id_names, forecasters)] if problems else []
    if unreadable:
        raise FileRejected(faults)
    values = {names[at]: at for at in named} or {PROBABILITY: plain[0]}
    return Columns(ids[0], values, faults)


def _problems(ids: list[int], plain: list[int], named: list[str]) -> list[str]:
    """Why it cannot be told what the columns are."""
    found = {
        "there is no id column": not ids,
        "there are several id columns": len(ids) > 1,
        "there is no column of probabilities": not plain and not named,
        "there are several columns of probabilities that name no forecaster": len(plain) > 1,
        "there is a column of probabilities beside those named by forecasters": plain and named,
        "a forecaster is named twice": len(set(named)) < len(named),
    }
    return [problem for problem, is_so in found.items() if is_so]


def _fault(
    problems: list[str], names: list[str], id_names: list[str], forecasters: AbstractSet[str] | None
) -> Fault:
    shown = ",".join(names)[:80]
    expected = " or ".join(f"“{name},{PROBABILITY}”" for name in reversed(id_names))
    if forecasters:
        expected += f", or “{id_names[-1]}” with one column for each forecaster"
    hint = ""
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        hint = " The columns are separated by another mark than a comma."
    elif {name.lower() for name in names} & {ID, *VALUE_NAMES} - set(names):
        hint = " Capital letters count."
    message = f"The header is “{shown}”: {', and '.join(problems)}.{hint} Name the columns {expected}."
    return Fault("bad_header", message, 1, [place(1, value=shown)])
