"""The rows of a round in their canonical order: by split (validation, test, live), then era, then id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tournaments.store.lookup import IdTable

SPLITS = ("validation", "test", "live")
ONLY_ERA = "all"  # the name of the era of a table without eras
MAX_TEXT = 256  # bytes of an id or an era
_FORBIDDEN = r"^\s|\s$|[\x00-\x1f\x7f]"


class RowsError(Exception):
    """The rows of a round cannot be used. `code` is stable; `row` counts the given rows from 1."""

    def __init__(self, code: str, message: str, row: int | None = None, value: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.row, self.value = code, message, row, value


@dataclass(frozen=True, eq=False)
class RowIndex:
    """Ids, eras and splits of M rows in canonical order. Eras are contiguous within a split.

    ids: (M,) Arrow strings. blocks: one (split, era, rows) for each era of each split, in order.

    >>> rows = RowIndex.build(["c", "a", "b"], ["era10", "era2", "era2"], ["live", "live", "test"])
    >>> rows.ids.to_pylist(), rows.starts("live").tolist(), rows.split_slice("live")
    (['b', 'a', 'c'], [0, 1, 2], slice(1, 3, None))
    """

    ids: pa.Array
    blocks: tuple[tuple[str, str, int], ...]

    @classmethod
    def build(cls, ids: Any, eras: Any | None, splits: Any) -> RowIndex:
        """Put rows that come in any order into canonical order.

        ids, eras, splits: sequences, NumPy, pandas or Arrow arrays of one length; integers count as text.
        eras: None means that each split is one era, called "all".
        Raises RowsError: no_rows, different_lengths, bad_id, duplicate_id, bad_era, bad_split.
        """
        names = _text(ids, "id")
        if not len(names):
            raise RowsError("no_rows", "The table has no rows. A round needs at least one.")
        kinds = _text(splits, "split")
        periods = pa.repeat(pa.scalar(ONLY_ERA), len(names)) if eras is None else _text(eras, "era")
        if not len(names) == len(kinds) == len(periods):
            raise RowsError(
                "different_lengths", "Ids, eras and splits must have as many rows as one another."
            )
        _check_text(names, "id")
        _check_text(periods, "era")
        block_of, blocks = _blocks(_split_codes(kinds), periods)
        by_id = pc.sort_indices(names.cast(pa.binary())).to_numpy()
        _check_distinct(names, by_id)
        order = by_id[np.argsort(block_of[by_id], kind="stable")]
        return cls(names.take(pa.array(order)), blocks)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Rows of each split that the round has, in canonical order."""
        sizes: dict[str, int] = {}
        for split, _, rows in self.blocks:
            sizes[split] = sizes.get(split, 0) + rows
        return sizes

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that the round has, in canonical order."""
        return tuple(self.sizes)

    @property
    def split_starts(self) -> np.ndarray:
        """(S+1,) int64: where each split begins, and M."""
        return _bounds(list(self.sizes.values()))

    def split_slice(self, name: str) -> slice:
        """The rows of a split. Raises RowsError no_split where the round does not have it."""
        self._require(name)
        at = self.split_names.index(name)
        return slice(int(self.split_starts[at]), int(self.split_starts[at + 1]))

    def starts(self, split: str | None = None) -> np.ndarray:
        """(E+1,) int64: era boundaries, counted from the beginning of the split; of all rows when None."""
        self._require(split)
        return _bounds([rows for name, _, rows in self.blocks if split in (None, name)])

    def era_names(self, split: str | None = None) -> list[str]:
        """The eras (E,) in the order of `starts(split)`."""
        self._require(split)
        return [era for name, era, _ in self.blocks if split in (None, name)]

    @cached_property
    def eras(self) -> np.ndarray:
        """(M,) the era of each row, as Python strings."""
        return self._spread([era for _, era, _ in self.blocks])

    @cached_property
    def splits(self) -> np.ndarray:
        """(M,) the split of each row, as Python strings."""
        return self._spread([split for split, _, _ in self.blocks])

    def find(self, ids: pa.Array) -> np.ndarray:
        """The canonical position (int64) of each id, −1 where it is not of the round. ids: (n,) binary."""
        return self._table.find(ids)

    def to_bytes(self) -> bytes:
        """Parquet with the columns id, era, split. The same rows give the same bytes."""
        table = pa.table({"id": self.ids, "era": pa.array(self.eras), "split": pa.array(self.splits)})
        sink = pa.BufferOutputStream()
        pq.write_table(
            table, sink, compression="zstd", use_dictionary=["era", "split"], write_page_checksum=True
        )
        return bytes(sink.getvalue())

    @classmethod
    def from_bytes(cls, content: bytes) -> RowIndex:
        """What `to_bytes` wrote. Raises RowsError corrupt where the bytes are damaged."""
        try:
            reader = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
            table = reader.read(columns=["id", "era", "split"]).combine_chunks()
            ids, eras, splits = (
                table[name].cast(pa.string()).combine_chunks() for name in table.column_names
            )
        except (pa.ArrowException, OSError, ValueError) as problem:
            raise RowsError("corrupt", f"The stored rows of the round are damaged: {problem}") from problem
        return cls(ids, _runs(splits, eras))

    @cached_property
    def _table(self) -> IdTable:
        return IdTable(self.ids)

    def _require(self, split: str | None) -> None:
        if split is not None and split not in self.sizes:
            raise RowsError("no_split", f"The round has no rows of the split {split!r}.", value=split)

    def _spread(self, names: list[str]) -> np.ndarray:
        return np.repeat(np.array(names, dtype=object), [rows for _, _, rows in self.blocks])


def natural_key(name: str) -> tuple[Any, ...]:
    """Sort key that puts era2 before era10.

    >>> sorted(["era10", "era2", "eraX"], key=natural_key)
    ['era2', 'era10', 'eraX']
    """
    parts = [part for part in re.split(r"([0-9]+)", name) if part]
    return (
        *((0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts),
        (-1, 0, name),
    )


def _text(values: Any, column: str) -> pa.Array:
    """Any sequence as Arrow strings; floats are refused, because 12.0 is not the id 12."""
    try:
        array = (
            values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
        )
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_floating(array.type) and len(array):
            raise RowsError(
                f"bad_{column}", f"The column of {column}s holds decimal numbers. Store it as text."
            )
        return array.cast(pa.string())
    except (pa.ArrowException, UnicodeError) as problem:
        message = f"The column of {column}s cannot be read as text: {problem}. Store it as UTF-8."
        raise RowsError(f"bad_{column}", message) from problem


def _first(mask: pa.Array) -> int | None:
    """The position of the first true value; a null counts as true."""
    hits = np.flatnonzero(pc.fill_null(mask, True).to_numpy(zero_copy_only=False))
    return int(hits[0]) if len(hits) else None


def _check_text(names: pa.Array, column: str) -> None:
    lengths = pc.binary_length(names)
    length = pc.or_(pc.equal(lengths, 0), pc.greater(lengths, MAX_TEXT))
    at = _first(pc.or_(length, pc.match_substring_regex(names, _FORBIDDEN)))
    if at is not None:
        value = names[at].as_py()
        message = (
            f"Row {at + 1:,}: {'an empty' if not value else 'this'} {column} cannot be used: {value!r:.80}. "
            f"It needs 1 to {MAX_TEXT} bytes, no control characters, and no space at either end."
        )
        raise RowsError(f"bad_{column}", message, at + 1, value)


def _check_distinct(names: pa.Array, by_id: np.ndarray) -> None:
    ordered = names.take(pa.array(by_id))
    at = _first(pc.equal(ordered[1:], ordered[:-1])) if len(names) > 1 else None
    if at is not None:
        value, rows = ordered[at].as_py(), sorted((int(by_id[at]) + 1, int(by_id[at + 1]) + 1))
        message = f"Row {rows[1]:,}: id {value!r} is already in row {rows[0]:,}. Every id must occur once."
        raise RowsError("duplicate_id", message, rows[1], value)


def _split_codes(splits: pa.Array) -> np.ndarray:
    codes = pc.index_in(splits, value_set=pa.array(SPLITS))
    at = _first(pc.is_null(codes))
    if at is not None:
        value = splits[at].as_py()
        message = f"Row {at + 1:,}: the split is {value!r:.80}. It must be one of {', '.join(SPLITS)}."
        raise RowsError("bad_split", message, at + 1, value)
    codes_array: np.ndarray = codes.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes_array


def _blocks(split_codes: np.ndarray, eras: pa.Array) -> tuple[np.ndarray, tuple[tuple[str, str, int], ...]]:
    """The rank (M,) of each row's (split, era), and the blocks in that order."""
    encoded = eras.dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=lambda at: natural_key(names[at]))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    era_codes = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    block_of = split_codes * len(names) + era_codes
    present, counts = np.unique(block_of, return_counts=True)
    blocks = (
        (SPLITS[int(code) // len(names)], names[order[int(code) % len(names)]], int(count))
        for code, count in zip(present, counts, strict=True)
    )
    return block_of, tuple(blocks)


def _runs(splits: pa.Array, eras: pa.Array) -> tuple[tuple[str, str, int], ...]:
    """Blocks of rows that are already in canonical order."""
    change = np.zeros(len(eras), dtype=bool)
    change[:1] = True
    for column in (splits, eras):
        change[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    begins = np.flatnonzero(change)
    counts: Sequence[int] = np.diff(np.append(begins, len(eras))).tolist()
    picked = pa.array(begins)
    return tuple(zip(splits.take(picked).to_pylist(), eras.take(picked).to_pylist(), counts, strict=True))


def _bounds(counts: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
