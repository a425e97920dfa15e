"""Parquet files whose footer lies, and those that need no lie: what Arrow would make of them is not made."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.store.files import VALUES
from tournaments.store.formats import FileRejected, ParseOptions, pages, parse
from tournaments.store.rows import RowIndex

MEGABYTE = 1 << 20
IDS = list("abcdef")
ROWS = RowIndex.build(IDS, None, ["live"] * 6)
WANTED = {"id", "probability"}


def written(ids: Any = IDS, values: Any = VALUES, **how: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": ids, "probability": values}), sink, store_schema=False, **how)
    return sink.getvalue()


def outcome(content: bytes, max_bytes: int = 20 * MEGABYTE) -> str | list[str]:
    try:
        parse(io.BytesIO(content), "x.parquet", ROWS, ParseOptions(max_bytes=max_bytes))
    except FileRejected as rejected:
        return [fault.code for fault in rejected.faults]
    return "accepted"


def footer_of(content: bytes) -> int:
    return len(content) - 8 - int(struct.unpack("<I", content[-8:-4])[0])


def with_sizes_of_a_kilobyte(content: bytes) -> bytes:
    """The same file, its footer saying that every large size is a kilobyte, in as many bytes."""
    group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    sizes = [group.total_byte_size, *(group.column(at).total_uncompressed_size for at in range(2))]
    start = footer_of(content)
    pages_, footer = content[:start], content[start:]
    for size in {one for one in sizes if one > MEGABYTE}:
        right = varint(2 * size)
        assert right in footer
        footer = footer.replace(right, varint(2 * 1024, len(right)))
    return pages_ + footer


def varint(number: int, width: int = 1) -> bytes:
    """A whole number as Thrift writes it, in at least so many bytes."""
    out: list[int] = []
    while number or len(out) < width:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out[:-1], out[-1] & 127])


@contextmanager
def measured() -> Iterator[pa.MemoryPool]:
    """Give a pool of memory that counts what Arrow takes within, and nothing from before."""
    former = pa.default_memory_pool()
    counting = pa.proxy_memory_pool(former)
    pa.set_memory_pool(counting)
    try:
        yield counting
    finally:
        pa.set_memory_pool(former)


@pytest.mark.parametrize("compression", ["zstd", "gzip", "brotli"])
def test_a_footer_that_calls_a_bomb_small_is_not_believed(compression: str) -> None:
    honest = written([*"abcde", "x" * (64 * MEGABYTE)], compression=compression, use_dictionary=False)
    content = with_sizes_of_a_kilobyte(honest)
    assert pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).total_byte_size < MEGABYTE
    assert len(content) < MEGABYTE
    with measured() as pool:
        assert outcome(content) == ["bomb"]
    assert pool.max_memory() < MEGABYTE


def test_a_footer_that_calls_a_large_file_small_is_not_believed() -> None:
    many = [f"{at * 7919 % 1_000_003:07d}" for at in range(1_000)]
    content = with_sizes_of_a_kilobyte(written(many * 200, [0.5] * 200_000, use_dictionary=False))
    rows = RowIndex.build([f"{at}" for at in range(200_000)], None, ["live"] * 200_000)
    with pytest.raises(FileRejected) as rejected:
        parse(io.BytesIO(content), "x.parquet", rows, ParseOptions(max_bytes=MEGABYTE))
    assert [fault.code for fault in rejected.value.faults] == ["too_large"]


def test_ids_of_one_length_are_not_multiplied_by_their_dictionary() -> None:
    rows = 1_000
    one = pa.DictionaryArray.from_arrays([0] * rows, pa.array([b"x" * MEGABYTE], pa.binary(MEGABYTE)))
    content = written(one, [0.5] * rows, compression="none", dictionary_pagesize_limit=4 * MEGABYTE)
    assert len(content) < 2 * MEGABYTE
    with measured() as pool:
        assert outcome(content, 100 * MEGABYTE) == ["too_large"]
    assert pool.max_memory() < MEGABYTE


def test_an_encoding_that_multiplies_is_found_in_the_pages_where_the_footer_hides_it() -> None:
    content = written(use_dictionary=["probability"], column_encoding={"id": "DELTA_BYTE_ARRAY"})
    assert outcome(content) == ["not_a_table"]
    hidden = content.replace(b"\x19\x25\x0e\x06", b"\x19\x25\x00\x06").replace(
        b"\x19\x25\x06\x0e", b"\x19\x25\x06\x00"
    )
    told = pq.ParquetFile(io.BytesIO(hidden)).metadata.row_group(0).column(0).encodings
    assert "DELTA_BYTE_ARRAY" not in told
    assert outcome(hidden) == ["not_a_table"]


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "brotli", "zstd", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_the_pages_of_honest_files_are_all_found(compression: str, version: str, dictionary: bool) -> None:
    ids = [f"row {at}" for at in range(5_000)]
    content = written(
        ids,
        [at / 5_000 for at in range(5_000)],
        compression=compression,
        data_page_version=version,
        use_dictionary=dictionary,
        data_page_size=4_096,
        row_group_size=2_000,
        write_page_index=True,
        write_page_checksum=True,
    )
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    # The footer counts the headers, too: some dozen bytes a page.
    counted = sum(group.total_byte_size for group in groups)
    found = pages.look(content, metadata, WANTED)
    assert 0.9 * counted < found.inflated <= counted
    assert pages.DELTA_BYTE_ARRAY not in found.encodings
    rows = RowIndex.build(ids, None, ["live"] * 5_000)
    assert len(parse(io.BytesIO(content), "x", rows).columns["probability"]) == 5_000


def test_pages_that_lie_outside_of_the_file_or_are_none_are_refused() -> None:
    content = written(compression="none", use_dictionary=False)
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    with pytest.raises(ValueError, match="outside"):
        pages.look(content[:20], metadata, WANTED)
    start = metadata.row_group(0).column(0).data_page_offset
    broken = content[:start] + b"\xff" * 8 + content[start + 8 :]
    with pytest.raises(ValueError, match="header of a page"):
        pages.look(broken, metadata, WANTED)
    assert outcome(broken) == ["not_a_table"]
