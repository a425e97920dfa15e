"""Builders of upload files for the tests of the parsers."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GOOD = b"id,probability\nf,0.6\nb,0.2\na,0.1\nd,0.4\nc,0.3\ne,0.5\n"
VALUES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def table(*lines: str, header: str = "id,probability") -> bytes:
    return "\n".join([header, *lines, ""]).encode()
