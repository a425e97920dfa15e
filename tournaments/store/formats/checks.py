"""Alignment with the round's rows, and what can be wrong with ids and values."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from tournaments.store.formats.faults import SHOWN, Fault, FaultRow, place, times
from tournaments.store.formats.sheet import Sheet
from tournaments.store.rows import RowIndex


def scatter(at: np.ndarray, numbers: np.ndarray, rows: int) -> np.ndarray:
    """Numbers (n,) put at their canonical positions (n,); −1 is left out. NaN where nothing came."""
    vector = np.full(rows, np.nan)
    known = at >= 0
    if known.all():
        vector[at] = numbers
    else:
        vector[at[known]] = numbers[known]
    return vector


def align(at: np.ndarray, sheet: Sheet, rows: RowIndex, allow_constant: bool) -> dict[str, np.ndarray] | None:
    """The vectors (M,) of a table with every id of the round once and right values, else None."""
    known = int(np.count_nonzero(at >= 0))
    if known != len(rows):
        return None
    vectors = {name: scatter(at, numbers, known) for name, numbers in sheet.numbers.items()}
    # As many known ids as rows, and no row without a number: so no id came twice either.
    right = all(vector.min() >= 0 and vector.max() <= 1 for vector in vectors.values())
    if right and (allow_constant or not any(constant_splits(vector, rows) for vector in vectors.values())):
        return vectors
    return None


def constant_splits(vector: np.ndarray, rows: RowIndex) -> list[str]:
    """The splits of more than one row on which all finite numbers are the same one."""
    found = []
    for split in rows.split_names:
        part = vector[rows.split_slice(split)]
        if len(part) > 1 and part[0] != part[-1] and not np.isnan(part[0] + part[-1]):
            continue
        present = part[np.isfinite(part)]
        if len(present) > 1 and present.min() == present.max():
            found.append(split)
    return found


def id_faults(
    at: np.ndarray, sheet: Sheet, rows: RowIndex, allow_extra: bool, allow_missing: bool
) -> list[Fault]:
    """missing_id, unknown_id and duplicate_id. at: (n,) canonical positions of the table's rows."""
    known = np.flatnonzero(at >= 0)
    unknown = np.flatnonzero(at < 0)
    first = np.full(len(rows), -1, dtype=np.int64)
    first[at[known[::-1]]] = known[::-1]  # the last assignment stays, which is the first row
    twice = known[first[at[known]] != known]
    missing = np.flatnonzero(first < 0)
    faults = []
    if len(missing) and not allow_missing:
        faults.append(_missing(missing, rows))
    if len(unknown) and not allow_extra:
        faults.append(_unknown(unknown, sheet, rows))
    if len(twice):
        faults.append(_duplicate(twice, int(first[at[twice[0]]]), sheet))
    return faults


def value_faults(
    at: np.ndarray, sheet: Sheet, rows: RowIndex, allow_extra: bool, allow_constant: bool
) -> list[Fault]:
    """not_a_number, out_of_range and constant, of all value columns. Allowed extra rows do not count."""
    counted = at >= 0 if allow_extra else np.ones(len(at), dtype=bool)
    strange, outside, constant = [], [], []
    for name, numbers in sheet.numbers.items():
        finite = np.isfinite(numbers)
        within = (numbers >= 0) & (numbers <= 1)
        strange += [(row, name) for row in np.flatnonzero(counted & ~finite).tolist()]
        outside += [(row, name) for row in np.flatnonzero(counted & finite & ~within).tolist()]
        if not allow_constant:
            constant += [(split, name) for split in constant_splits(scatter(at, numbers, len(rows)), rows)]
    faults = []
    if strange:
        faults.append(
            _values("not_a_number", strange, sheet, "is not a number", "Write decimals such as 0.5.")
        )
    if outside:
        advice = "Send probabilities, from 0 to 1."
        faults.append(_values("out_of_range", outside, sheet, "is not between 0 and 1", advice))
    if constant:
        shown = ", ".join(f"{name} on {split}" for split, name in constant[:SHOWN])
        message = (
            f"All rows of a split have the same value: {shown}. Send predictions that differ between rows."
        )
        rows_shown = [place(None, column=name, value=split) for split, name in constant[:SHOWN]]
        faults.append(Fault("constant", message, len(constant), rows_shown))
    return faults


def extra_ids(at: np.ndarray) -> list[Fault]:
    """The warning about rows that were left out because the tournament allows them."""
    extra = np.flatnonzero(at < 0)
    if not len(extra):
        return []
    message = f"{times(len(extra), 'row')} with ids that are not in this round: left out."
    return [Fault("extra_ids", message, len(extra))]


def places(found: Iterable[int], sheet: Sheet) -> list[FaultRow]:
    """The first rows of those found, as places."""
    return [sheet.place(int(row)) for row in list(found)[:SHOWN]]


def _missing(missing: np.ndarray, rows: RowIndex) -> Fault:
    shown = [str(rows.ids[int(at)].as_py()) for at in missing[:SHOWN]]
    per_split = [
        f"{int(((missing >= part.start) & (missing < part.stop)).sum()):,} of {split}"
        for split in rows.split_names
        for part in [rows.split_slice(split)]
    ]
    message = (
        f"{times(len(missing), 'id')} of the round missing from the file ({', '.join(per_split)}); "
        f"the first is {shown[0][:80]}. Send one row for each id of the round."
    )
    return Fault("missing_id", message, len(missing), [place(None, id_) for id_ in shown])


def _unknown(unknown: np.ndarray, sheet: Sheet, rows: RowIndex) -> Fault:
    first = int(unknown[0])
    text = sheet.id_text(first)
    named = f"id {text[:80]} is not in this round" if text else "the id is empty"
    message = (
        f"{sheet.unit} {int(sheet.lines[first]):,}: {named} ({times(len(unknown), 'such row')} in all). "
        f"{_hint(text, len(unknown) == len(sheet.ids), rows)}"
    )
    return Fault("unknown_id", message, len(unknown), places(unknown, sheet))


def _hint(text: str, none_known: bool, rows: RowIndex) -> str:
    """What to do about an unknown id, told from how it is written."""
    candidates = {
        text.strip(): "Ids compare exactly: remove the spaces around them.",
        text.removesuffix(".0"): "Ids were written as decimal numbers: store them as whole numbers or text.",
        text.lstrip("0"): "Ids compare as text: remove the leading zeros.",
    }
    for candidate, hint in candidates.items():
        if candidate != text and rows.find(pa.array([candidate.encode()], pa.binary()))[0] >= 0:
            return hint
    if text.isdigit() and any(id_.lstrip("0") == text for id_ in rows.ids[:1000].to_pylist()):
        return "Ids compare as text: keep their leading zeros."
    if none_known:
        return "You may have used last round's file. Download the data of this round again."
    return "Remove the row, or download the data of this round again."


def _duplicate(twice: np.ndarray, before: int, sheet: Sheet) -> Fault:
    again = int(twice[0])
    message = (
        f"{sheet.unit} {int(sheet.lines[again]):,}: id {sheet.id_text(again)[:80]} is already in "
        f"{sheet.unit.lower()} {int(sheet.lines[before]):,} ({times(len(twice), 'repeated row')} in all). "
        "Keep one row for each id."
    )
    return Fault("duplicate_id", message, len(twice), places(twice, sheet))


def _values(code: str, found: list[tuple[int, str]], sheet: Sheet, verdict: str, advice: str) -> Fault:
    shown = [sheet.place(row, name) for row, name in found[:SHOWN]]
    first = shown[0]
    written = f"“{first['value']}”" if first["value"] else "an empty field"
    message = (
        f"{sheet.unit} {first['row']:,}: {written} in the column {first['column']} {verdict} "
        f"({times(len(found), 'value')} in all). {advice}"
    )
    return Fault(code, message, len(found), shown)
