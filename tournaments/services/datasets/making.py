"""A draft round from files: rows in canonical order, labels kept apart, files to download, and the check."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db import transaction
from django.db.models import Max

from tournaments.models import DatasetFile, LabelSet, Round, Rules, Tournament, VoidRow
from tournaments.services import audit, files, labels
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.datasets import checking, reading, tables
from tournaments.services.datasets.checking import Material
from tournaments.services.datasets.dividing import LIVE, TRAINING, divide
from tournaments.services.datasets.handout import Handout, RoundFiles, id_column
from tournaments.services.datasets.reading import Table, TableRefused
from tournaments.services.datasets.tables import TARGET, Columns
from tournaments.services.errors import Conflict, FileRefused, Invalid
from tournaments.store import labels as codec
from tournaments.store.formats import Fault, FileRejected
from tournaments.store.rows import RowIndex, RowsError

SEED_BITS = 63


@dataclass(frozen=True)
class _Made:
    """What is stored already and waits for the row that names it."""

    rules: Rules
    rows: RowIndex
    rows_sha256: str
    vector: np.ndarray
    datasets: list[DatasetFile]
    findings: list[dict[str, Any]]


def create_round(
    actor: Actor, tournament: Tournament, given: RoundFiles, closes_at: datetime, seed: int | None = None
) -> Round:
    """Create a draft round from files, with what the check of them found; nothing is left of a failure.

    `seed` fixes the bootstrap draws and the division (default: random). Raises TableRefused `bad_dataset`,
    FileRefused, Invalid `closes_in_the_past`.
    """
    by = need_operator(actor, tournament)
    now = db_now()
    if not closes_at > now:
        raise Invalid("closes_in_the_past", "The deadline must be in the future.")
    drawn = int.from_bytes(np.random.default_rng().bytes(8), "big") >> (64 - SEED_BITS)
    seed = drawn if seed is None else seed
    made = _make(tournament.read_rules(), given, seed)
    with transaction.atomic():
        Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)
        last = Round.objects.filter(tournament=tournament).aggregate(last=Max("number"))["last"] or 0
        round_ = Round(tournament=tournament, number=last + 1, seed=seed, opens_at=now, closes_at=closes_at)
        _fill(round_, made)
        audit.record(by, "round_created", round_, rows=len(made.rows))
    return round_


def replace_files(actor: Actor, round_: Round, given: RoundFiles, closes_at: datetime | None = None) -> Round:
    """Make a draft anew from other files, and rules of now; number and seed stay. Void rows are forgotten."""
    by = need_operator(actor, round_.tournament)
    closes_at = closes_at or round_.closes_at
    if not closes_at > db_now():
        raise Invalid("closes_in_the_past", "The deadline must be in the future.")
    made = _make(round_.tournament.read_rules(), given, round_.seed)
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).select_related("tournament").get(pk=round_.pk)
        if round_.state != Round.State.DRAFT:
            raise Conflict("wrong_state", f"Round {round_.number} is {round_.state}; its files stand.")
        for part in (DatasetFile, LabelSet, VoidRow):
            part.objects.filter(round=round_).delete()
        round_.closes_at = closes_at
        _fill(round_, made)
        audit.record(by, "files_replaced", round_, rows=len(made.rows))
    return round_


def _fill(round_: Round, made: _Made) -> None:
    round_.rules, round_.rules_sha256 = made.rules.to_json(), made.rules.sha256()
    round_.rows_sha256, round_.row_count = made.rows_sha256, len(made.rows)
    round_.split_rows, round_.findings = made.rows.sizes, made.findings
    round_.save()
    for dataset in made.datasets:
        dataset.round = round_
    DatasetFile.objects.bulk_create(made.datasets)
    if (made.vector != labels.UNKNOWN).any():
        labels.first(round_, made.vector)


def _make(rules: Rules, given: RoundFiles, seed: int) -> _Made:
    table = reading.read(given.tournament)
    columns = given.columns or tables.strict(list(table.frame.columns), rules.id_column)
    faults = tables.faults_of(table, columns)
    if faults:
        raise TableRefused(table.name, faults)
    y = _labels(table, columns, given.labels)
    splits = _splits(table, columns, y, given, seed)
    stay = splits != TRAINING
    frame, y_left = table.frame[stay], y[stay]
    rows = _rows(table, frame, columns, splits[stay])
    vector = np.full(len(rows), labels.UNKNOWN, dtype=np.int8)
    vector[_at(rows, table.texts(columns.id)[stay])] = y_left
    training = reading.read(given.training) if given.training else None
    if training is not None:
        _need_target(training, columns)
    material = Material(table, columns, stay, splits, y, training)
    datasets = Handout(table, columns, rules, splits, y, given).stored()
    name = id_column(columns, rules)
    return _Made(
        rules if name == rules.id_column else rules.but(id_column=name),
        rows,
        files.keep_bytes(rows.to_bytes()),
        vector,
        datasets,
        checking.check(material),
    )


def _rows(table: Table, frame: pd.DataFrame, columns: Columns, splits: np.ndarray) -> RowIndex:
    if not len(frame):
        raise Invalid("bad_dataset", "No row would be left to predict. Leave some for the round.")
    eras = table.texts(columns.era)[frame.index] if columns.era else None
    try:
        return RowIndex.build(list(table.texts(columns.id)[frame.index]), eras, list(splits))
    except RowsError as error:
        raise Invalid("bad_dataset", f"{error}", why=error.code) from error


def _at(rows: RowIndex, ids: "pd.Series[Any]") -> np.ndarray:
    return rows.find(pa.array([name.encode() for name in ids], pa.binary()))


def _labels(table: Table, columns: Columns, path: Path | None) -> np.ndarray:
    """Return what is known of each row, int8 (n,): from the file of labels, else from its own column."""
    own = (
        tables.labels_of(table.texts(columns.target))
        if columns.target
        else np.full(len(table.frame), labels.UNKNOWN, dtype=np.int8)
    )
    if path is None:
        return own
    source = reading.read(path)
    guessed = tables.recognise(list(source.frame.columns), columns.id)
    target = columns.target if columns.target in source.frame.columns else guessed.target
    if not guessed.id or not target:
        names = ", ".join(list(source.frame.columns)[:8])
        message = f"It needs the columns {columns.id} and {TARGET}. The columns are: {names}."
        raise TableRefused(source.name, [Fault("bad_header", message)])
    plain = RowIndex.build(list(table.texts(columns.id)), None, ["live"] * len(own))
    pairs = pd.DataFrame({"id": source.texts(guessed.id), TARGET: source.texts(target)})
    known = _parse(pairs, plain)[_at(plain, table.texts(columns.id))]
    return np.where(known == labels.UNKNOWN, own, known).astype(np.int8)


def _parse(pairs: pd.DataFrame, rows: RowIndex) -> np.ndarray:
    small = pairs[TARGET].str.strip().str.lower()
    pairs[TARGET] = pairs[TARGET].where(~small.isin(["true", "false"]), small.map(tables.LABELS))
    try:
        return codec.parse_labels(BytesIO(pairs.to_csv(index=False).encode()), "labels.csv", rows)
    except FileRejected as rejected:
        raise FileRefused([fault.as_dict() for fault in rejected.faults]) from rejected


def _splits(table: Table, columns: Columns, y: np.ndarray, given: RoundFiles, seed: int) -> np.ndarray:
    if given.division is not None:
        if given.training is not None and given.division.training:
            raise Invalid("two_trainings", "There is a training file already: no rows are taken for it.")
        eras = np.array(table.texts(columns.era), dtype=object) if columns.era else None
        return divide(y != labels.UNKNOWN, eras, given.division, seed)
    if columns.split:
        return np.array(table.texts(columns.split), dtype=object)
    return np.full(len(y), LIVE, dtype=object)


def _need_target(training: Table, columns: Columns) -> None:
    guessed = tables.recognise(list(training.frame.columns), columns.id)
    if columns.target not in training.frame.columns and not guessed.target:
        names = ", ".join(list(training.frame.columns)[:8])
        message = f"It has no column {columns.target or TARGET} to learn from. The columns are: {names}."
        raise TableRefused(training.name, [Fault("bad_header", message)])
