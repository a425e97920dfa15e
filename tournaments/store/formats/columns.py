"""Which column is the id and which are values."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tournaments.store.formats.faults import Fault, place

ID = "id"
PROBABILITY = "probability"
VALUE_NAMES = (PROBABILITY, "prediction")


@dataclass(frozen=True)
class Columns:
    """Positions in the header. id: −1 where there is none. values: key of the result → position."""

    id: int
    values: dict[str, int]
    faults: list[Fault]

    @property
    def usable(self) -> bool:
        """Whether rows can be read at all."""
        return self.id >= 0 and bool(self.values)


def choose(header: Sequence[str], id_column: str | None, forecasters: AbstractSet[str] | None) -> Columns:
    """Name the columns of a file of predictions.

    The id column is `id` or what the round calls it. Values are one column `probability` or `prediction`
    (key `probability`), or any number of columns named by forecasters (key: the name). Names compare exactly,
    spaces around them aside. Any other column is a fault.

    >>> choose(["t_id", "prediction"], "t_id", None).values
    {'probability': 1}
    """
    names = [name.strip() for name in header]
    id_names = [ID] if id_column in (None, ID) else [ID, str(id_column)]
    ids = [at for at, name in enumerate(names) if name in id_names]
    plain = [at for at, name in enumerate(names) if name in VALUE_NAMES and at not in ids]
    named = [at for at, name in enumerate(names) if name in (forecasters or ()) and at not in ids + plain]
    others = [at for at in range(len(names)) if at not in {*ids, *plain, *named}]
    problems = _problems(names, ids, plain, named, others)
    values = {names[at]: at for at in named}
    if plain and not named:
        values[PROBABILITY] = plain[0]
    faults = [_fault(problems, names, id_names, forecasters)] if problems else []
    return Columns(ids[0] if ids else -1, values, faults)


def _problems(
    names: list[str], ids: list[int], plain: list[int], named: list[int], others: list[int]
) -> list[str]:
    problems = []
    if not ids:
        problems.append("there is no id column")
    if len(ids) > 1:
        problems.append("there are several id columns")
    if not plain and not named:
        problems.append("there is no column of probabilities")
    if len(plain) > 1:
        problems.append("there are several columns of probabilities that name no forecaster")
    if plain and named:
        problems.append("there is a column of probabilities beside those named by forecasters")
    if len({names[at] for at in named}) < len(named):
        problems.append("a forecaster is named twice")
    if others:
        shown = ", ".join(repr(names[at][:40]) for at in others[:5])
        problems.append(f"it is not known what {shown}{' and others are' if len(others) > 5 else ' is for'}")
    return problems


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
