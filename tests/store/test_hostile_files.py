"""Files that are made to harm: nothing but a rejection comes of them, in bounded memory."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.store.files import GOOD, VALUES, gzipped, parquet, table, zipped
from tournaments.store.formats import FileRejected, ParseOptions, parse
from tournaments.store.rows import RowIndex

ROWS = RowIndex.build(list("abcdef"), None, ["validation"] * 2 + ["test"] * 2 + ["live"] * 2)
MEGABYTE = 1 << 20
STARTS = [
    b"",
    GOOD,
    b"id,probability\n",
    b"\x1f\x8b\x08\0",
    b"PK\x03\x04",
    b"PAR1",
    b"\xef\xbb\xbf",
    b'id,probability\n"',
]
FILES = [GOOD, gzipped(GOOD), zipped(("x.csv", GOOD)), parquet(id=list("abcdef"), probability=VALUES)]


def outcome(content: bytes, max_bytes: int = MEGABYTE) -> str | list[str]:
    """The codes of the faults, or `accepted`. Any other error fails the test."""
    try:
        parsed = parse(io.BytesIO(content), "x", ROWS, ParseOptions(max_bytes=max_bytes))
    except FileRejected as rejected:
        return [fault.code for fault in rejected.faults]
    vector = parsed.columns["probability"]
    assert vector.shape == (6,)
    assert ((vector >= 0) & (vector <= 1)).all()
    return "accepted"


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=400))
@example(b"id,probability\n", b'"\r\r"\n,\n')
def test_random_bytes_are_rejected_or_parsed_and_nothing_else(start: bytes, rest: bytes) -> None:
    assert outcome(start + rest)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet='abcdef01.,e-+"\r\n é\ufeff', max_size=120))
def test_random_tables_are_rejected_or_parsed_and_nothing_else(text: str) -> None:
    assert outcome(b"id,probability\n" + text.encode())


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    st.data(),
)
def test_damaged_files_are_rejected_or_parsed_and_nothing_else(
    content: bytes, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    damaged = bytearray(content)
    for at, byte in changes:
        damaged[at % len(damaged)] = byte
    assert outcome(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    assert outcome(bytes(damaged))


def zeros(megabytes: int) -> bytes:
    """A gzip stream of that many megabytes, made without holding them."""
    squeeze = zlib.compressobj(9, wbits=31)
    return b"".join(squeeze.compress(bytes([48]) * MEGABYTE) for _ in range(megabytes)) + squeeze.flush()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zeros(40), "bomb"),
        (zipped(("x.csv", b"0" * (20 * MEGABYTE))), "bomb"),
        (gzip.compress(table(*(f"{at * 7919 % 1000003},0.{at}" for at in range(300_000))), 1), "too_large"),
        (table(*(f"{at},0.5" for at in range(400_000))), "too_large"),
        (zipped(("x.csv", table(*(f"{at * 7919 % 1000003},0.{at}" for at in range(300_000))))), "too_large"),
    ],
    ids=["gzip bomb", "zip bomb", "large gzip", "large file", "large zip"],
)
def test_what_inflates_beyond_the_limit_is_dropped_before_it_fills_the_memory(
    content: bytes, code: str
) -> None:
    limit = 200 * MEGABYTE if code == "bomb" else 2 * MEGABYTE
    tracemalloc.start()
    found = outcome(content, limit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [code]
    # A bomb may inflate to a hundred times its size, held once in pieces; a large file to the limit.
    assert peak < (150 * len(content) if code == "bomb" else 8 * MEGABYTE)


def test_a_zip_may_say_that_its_file_is_small(rows: RowIndex) -> None:
    content = bytearray(zipped(("x.csv", b"0" * (30 * MEGABYTE))))
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert outcome(bytes(content), 200 * MEGABYTE) in (["bomb"], ["not_a_table"])


def test_a_zip_with_a_forged_list_of_members_is_not_listed() -> None:
    forged = b"PK\x03\x04" + b"\0" * 50 + b"PK\x05\x06" + b"\0" * 8 + b"\xff" * 4 + b"\0" * 6
    assert outcome(forged) == ["not_a_table"]
    zip64 = zipped(("x.csv", GOOD))
    at = zip64.rfind(b"PK\x05\x06")
    assert outcome(zip64[:at] + b"PK\x06\x07" + b"\0" * 16 + zip64[at:]) == ["not_a_table"]


def test_one_long_id_on_every_row_of_a_parquet_file_is_not_multiplied() -> None:
    rows, sink = 1000, io.BytesIO()
    ids = pa.DictionaryArray.from_arrays([0] * rows, ["x" * MEGABYTE])
    pq.write_table(
        pa.table({"id": ids, "probability": [0.5] * rows}), sink, store_schema=False, compression="none"
    )
    assert MEGABYTE < len(sink.getvalue()) < 3 * MEGABYTE
    pool = pa.default_memory_pool()
    before = pool.max_memory()
    assert outcome(sink.getvalue(), 100 * MEGABYTE) == ["too_large"]
    assert pool.max_memory() < max(before, 100 * MEGABYTE) + 1


def test_a_parquet_file_of_more_rows_than_memory_is_refused_by_its_footer() -> None:
    sink = io.BytesIO()
    schema = pa.schema([("id", pa.string()), ("probability", pa.float64())])
    part = pa.table({"id": ["a"] * 500_000, "probability": np.full(500_000, 0.5)}, schema)
    with pq.ParquetWriter(sink, schema) as writer:
        for _ in range(20):
            writer.write_table(part)
    assert outcome(sink.getvalue(), 200 * MEGABYTE) == ["too_many_rows"]


def test_fifteen_million_empty_rows_do_not_fill_the_memory() -> None:
    """In a process of its own, because only there the growth can be told."""
    script = (
        "import io, resource, sys\n"
        "from tournaments.store.formats import FileRejected, parse\n"
        "from tournaments.store.rows import RowIndex\n"
        "rows = RowIndex.build(['a', 'b'], None, ['live'] * 2)\n"
        "file = io.BytesIO(b'id,probability\\n' + b',\\n' * 15_000_000)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n"
        "    parse(file, 'x.csv', rows)\n"
        "except FileRejected as rejected:\n"
        "    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "    print(rejected.faults[0].code, grown)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    code, grown = run.stdout.split()
    assert code == "too_many_rows"
    kilobyte = 1024 if sys.platform == "darwin" else 1
    assert int(grown) / kilobyte < 100_000
