"""Stored files as the models name them: a round's rows, a submission's predictions, blobs by hash.

What is content-addressed never changes, so it is cached by its hash for the life of a worker.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO

import numpy as np
import pyarrow as pa
from django.conf import settings

from tournaments.models import Round, Rules, Submission
from tournaments.numerics.warnings import looks_like_ranks
from tournaments.services.errors import FileRefused
from tournaments.store import blobs
from tournaments.store.formats import Parsed, ParseOptions, parse
from tournaments.store.rows import RowIndex

ROUNDS_CACHED = 8
VECTORS_CACHED = 256


@contextmanager
def receive(chunks: Iterable[bytes]) -> Iterator[blobs.Received]:
    """Take in a body under UPLOAD_MAX_BYTES without storing it; refuses with the fault `too_large`."""
    try:
        with blobs.receive(chunks, settings.UPLOAD_MAX_BYTES) as received:
            yield received
    except blobs.TooLarge as large:
        fault = {"code": large.code, "message": str(large), "count": 1, "rows": []}
        raise FileRefused([fault]) from large


def keep_bytes(content: bytes) -> str:
    """Store bytes under their SHA-256 and return it; storing the same content twice is harmless."""
    return blobs.put_stream([content], max_bytes=len(content)).sha256


def read_bytes(sha256: str) -> bytes:
    """Return stored bytes, checked against their hash; raises BlobError `missing` or `corrupt`."""
    with blobs.open_blob(sha256) as file:
        return file.read()


@lru_cache(maxsize=ROUNDS_CACHED)
def index_of(sha256: str) -> RowIndex:
    """Return the rows that are stored under a hash, in canonical order."""
    return RowIndex.from_bytes(read_bytes(sha256))


def rows_of(round_: Round) -> RowIndex:
    """Return the round's rows in canonical order (split, era, id)."""
    return index_of(round_.rows_sha256)


def place_of(rows: RowIndex, split: str) -> slice:
    """Return where a split's rows stand in canonical order; an empty slice when the round has none."""
    return rows.split_slice(split) if split in rows.sizes else slice(0, 0)


def find_rows(round_: Round, ids: list[str]) -> list[int]:
    """Return where these ids stand in canonical row order, -1 for an id that is not in the round."""
    found: list[int] = rows_of(round_).find(pa.array([one.encode() for one in ids], pa.binary())).tolist()
    return found


def parse_options(rules: Rules, forecasters: Iterable[str]) -> ParseOptions:
    """Return how files are to be read under these rules, for a participant with these forecasters."""
    return ParseOptions(
        id_column=rules.id_column,
        allow_extra_ids=rules.allow_extra_ids,
        allow_constant=rules.allow_constant,
        max_bytes=settings.UPLOAD_MAX_BYTES * settings.UPLOAD_MAX_INFLATION,
        value_columns=frozenset(forecasters),
    )


def warnings_of(parsed: Parsed) -> list[dict[str, str]]:
    """Return the warnings of a valid file, each with its column; none uses a label."""
    ranks = [
        {
            "code": "looks_like_ranks",
            "column": column,
            "message": "These look like ranks rather than probabilities: spread this wide costs more than "
            "guessing 0.5 unless it is right. Bring them to the scale of your confidence.",
        }
        for column, values in parsed.columns.items()
        if looks_like_ranks(values)
    ]
    other = [
        {"code": fault.code, "column": column, "message": fault.message}
        for column in parsed.columns
        for fault in parsed.warnings
    ]
    return ranks + other


@lru_cache(maxsize=VECTORS_CACHED)
def _columns(sha256: str, rows_sha256: str, options: ParseOptions, filename: str) -> dict[str, np.ndarray]:
    columns = parse(BytesIO(read_bytes(sha256)), filename, index_of(rows_sha256), options).columns
    for values in columns.values():
        values.setflags(write=False)
    return columns


def vector_of(submission: Submission) -> np.ndarray:
    """Return a submission's predictions, float64 (M,) in canonical row order, from its stored upload.

    Read-only, and cached by content. Raises BlobError when the stored bytes are gone or altered.
    """
    round_, upload = submission.round, submission.upload
    options = parse_options(round_.read_rules(), upload.submissions.values_list("column", flat=True))
    return _columns(upload.sha256, round_.rows_sha256, options, upload.filename)[submission.column]
