"""An operator's files become a round: rows in canonical order, labels kept apart, files to download."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from tournaments.models import DatasetFile, Round, Tournament
from tournaments.services import audit, files, labels
from tournaments.services.access import Actor, find_round, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import FileRefused, Invalid, Unknown
from tournaments.store import labels as codec
from tournaments.store.blobs import open_blob
from tournaments.store.formats import FileRejected
from tournaments.store.rows import RowIndex, RowsError

TARGET = "target"
SPLIT_COLUMNS = ("data_type", "split")
SEED_BITS = 63
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".bz2": "application/x-bzip2",
}


@dataclass(frozen=True)
class RoundFiles:
    """What a round is made of, as paths of CSV (also compressed) or Parquet files.

    `tournament` has an id, an era (optional), a split (`data_type` or `split`; without it all rows are
    live) and features; a target column in it is taken off before anyone can download it. `labels` has
    id and target of the rows whose labels are known already; `training` is handed out as it is.
    """

    tournament: Path
    training: Path | None = None
    labels: Path | None = None


def create_round(
    actor: Actor, tournament: Tournament, given: RoundFiles, closes_at: datetime, seed: int | None = None
) -> Round:
    """Create a draft round from files; nothing is left behind when it fails.

    `seed` fixes the bootstrap draws (default: random). Raises Invalid `bad_dataset`, FileRefused.
    """
    by = need_operator(actor, tournament)
    rules = tournament.read_rules()
    table = _read(given.tournament)
    _need_column(table, rules.id_column, given.tournament)
    rows = _rows(table, rules.id_column)
    vector = _labels(table, rows, rules.id_column, given.labels)
    kept = _Kept(files.keep_bytes(rows.to_bytes()), rows, _dataset_bytes(table, rules.id_column, given))
    with transaction.atomic():
        Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)
        round_ = _create(tournament, kept, closes_at, seed)
        if vector is not None:
            labels.first(round_, vector)
        audit.record(by, "round_created", round_, rows=len(rows))
    return round_


@dataclass(frozen=True)
class _Kept:
    """What is stored already and waits for the row that names it."""

    rows_sha256: str
    rows: RowIndex
    datasets: list[DatasetFile]


def _create(tournament: Tournament, kept: _Kept, closes_at: datetime, seed: int | None) -> Round:
    last = Round.objects.filter(tournament=tournament).aggregate(last=Max("number"))["last"] or 0
    now = db_now()
    if not closes_at > now:
        raise Invalid("closes_in_the_past", "The deadline must be in the future.")
    rules = tournament.read_rules()
    drawn = int.from_bytes(np.random.default_rng().bytes(8), "big") >> (64 - SEED_BITS)
    round_ = Round.objects.create(
        tournament=tournament,
        number=last + 1,
        rules=rules.to_json(),
        rules_sha256=rules.sha256(),
        seed=drawn if seed is None else seed,
        opens_at=now,
        closes_at=closes_at,
        rows_sha256=kept.rows_sha256,
        row_count=len(kept.rows),
        split_rows=kept.rows.sizes,
    )
    for dataset in kept.datasets:
        dataset.round = round_
    DatasetFile.objects.bulk_create(kept.datasets)
    return round_


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        # Text first: an id such as 007 must stay one, and features are handed on as they were written.
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError, UnicodeError) as error:
        raise Invalid("bad_dataset", f"{path.name} cannot be read as a table: {error}") from error


def _need_column(table: pd.DataFrame, column: str, path: Path) -> None:
    if column not in table.columns:
        raise Invalid("bad_dataset", f"{path.name} has no column {column}. Its columns: {list(table)[:8]}.")


def _split_column(table: pd.DataFrame) -> str | None:
    return next((name for name in SPLIT_COLUMNS if name in table.columns), None)


def _rows(table: pd.DataFrame, id_column: str) -> RowIndex:
    split = _split_column(table)
    splits = table[split] if split else np.repeat("live", len(table))
    eras = table["era"] if "era" in table.columns else None
    try:
        return RowIndex.build(table[id_column], eras, splits)
    except RowsError as error:
        raise Invalid("bad_dataset", f"{error}", why=error.code) from error


def _labels(table: pd.DataFrame, rows: RowIndex, id_column: str, path: Path | None) -> np.ndarray | None:
    if path is not None:
        source = _read(path)
    elif TARGET in table.columns:
        source = table
    else:
        return None
    for column in (id_column, TARGET):
        _need_column(source, column, path or Path("The tournament file"))
    text = source[[id_column, TARGET]].to_csv(index=False).encode()
    try:
        return codec.parse_labels(BytesIO(text), "labels.csv", rows, id_column)
    except FileRejected as rejected:
        raise FileRefused([fault.as_dict() for fault in rejected.faults]) from rejected


def _dataset_bytes(table: pd.DataFrame, id_column: str, given: RoundFiles) -> list[DatasetFile]:
    found = []
    if given.training is not None:
        _need_column(_read(given.training), TARGET, given.training)
        found.append(_dataset("training", given.training.name, given.training.read_bytes()))
    public = table.drop(columns=[TARGET], errors="ignore")
    if TARGET in table.columns and given.tournament.suffix == ".parquet":
        found.append(_dataset("tournament", given.tournament.name, public.to_parquet(index=False)))
    elif TARGET in table.columns:
        name = given.tournament.name.split(".")[0] + ".csv"
        found.append(_dataset("tournament", name, public.to_csv(index=False).encode()))
    else:
        found.append(_dataset("tournament", given.tournament.name, given.tournament.read_bytes()))
    example = table[[id_column]].assign(probability="0.5").to_csv(index=False).encode()
    found.append(_dataset("example", "example_predictions.csv", example))
    return found


def _dataset(kind: str, filename: str, content: bytes) -> DatasetFile:
    suffix = Path(filename).suffix
    return DatasetFile(
        kind=kind,
        filename=filename,
        content_type=CONTENT_TYPES.get(suffix, "application/octet-stream"),
        sha256=files.keep_bytes(content),
        size=len(content),
    )


def find(actor: Actor, slug: str, number: str | int, kind: str) -> DatasetFile:
    """Return a round's file for download by its kind: training, tournament or example."""
    round_ = find_round(actor, slug, number)
    found = DatasetFile.objects.filter(round=round_, kind=kind).first()
    if found is None:
        raise Unknown("not_found", f"Round {round_.number} has no file called {kind}.")
    return found


def open_file(dataset: DatasetFile) -> "File[Any]":
    """Return a round's file, open at its beginning; close it. Its hash is published beside it."""
    return open_blob(dataset.sha256, verify=False)
