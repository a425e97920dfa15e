"""An operator's file as a table of text, or every fault that keeps it from being one."""

import bz2
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
from django.conf import settings

from tournaments.services.errors import FileRefused
from tournaments.store.formats import Fault, FileRejected, csvfile
from tournaments.store.formats.compression import load

SEPARATORS = ";\t|"


class TableRefused(FileRefused):
    """A file of a round with faults, under the code `bad_dataset`."""

    def __init__(self, filename: str, faults: Iterable[Fault]) -> None:
        found = list(faults)
        super().__init__([fault.as_dict() for fault in found])
        self.code, self.filename = "bad_dataset", filename
        self.message = f"{filename}: " + " ".join(fault.message for fault in found)


@dataclass(frozen=True)
class Table:
    """A file that was read. `plain` says that its bytes can be handed out as they are."""

    name: str
    frame: pd.DataFrame
    unit: str
    plain: bool

    @property
    def first(self) -> int:
        """Return what the first row is called: line 2 of a CSV file, row 1 of a Parquet file."""
        return 2 if self.unit == "Line" else 1

    def texts(self, column: str) -> "pd.Series[Any]":
        """Return a column as text, "" where nothing stands."""
        values = self.frame[column]
        return values.astype(object).where(values.notna(), "").map(str)


def read(path: Path) -> Table:
    """Read a CSV (also compressed, also with other separators) or Parquet file. Raises TableRefused."""
    most = settings.UPLOAD_MAX_BYTES * settings.UPLOAD_MAX_INFLATION
    try:
        with _opened(path, most) as file:
            content, kind = load(file, path.name, most)
        if kind == "parquet":
            return Table(path.name, pd.read_parquet(io.BytesIO(content)), "Row", True)
        return _read_text(path.name, content)
    except FileRejected as rejected:
        raise TableRefused(path.name, rejected.faults) from rejected
    except (OSError, ValueError, UnicodeError) as error:
        message = f"It cannot be read as a table. Send CSV or Parquet. ({str(error)[:120]})"
        raise TableRefused(path.name, [Fault("not_a_table", message)]) from error


def _opened(path: Path, most: int) -> IO[bytes]:
    if path.suffix != ".bz2":
        return path.open("rb")
    with bz2.open(path) as packed:
        return io.BytesIO(packed.read(most + 1))


def _read_text(name: str, content: bytes) -> Table:
    header = csvfile.read_header(content)
    mark = (
        next((mark for mark in SEPARATORS if mark in header.names[0]), "") if len(header.names) == 1 else ""
    )
    if mark:
        content = _with_commas(content, mark)
        header = csvfile.read_header(content)
    faults = csvfile.read_sheet(content, header, 0, {}).faults
    if faults:
        raise TableRefused(name, faults)
    # Text first: an id such as 007 must stay one, and features are handed on as they were written.
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, index_col=False)
    frame.columns = [str(name).strip() for name in frame.columns]
    return Table(name, frame, "Line", not mark)


def _with_commas(content: bytes, mark: str) -> bytes:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=mark)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
