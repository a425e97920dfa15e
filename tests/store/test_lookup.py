"""The hash table over ids, against pyarrow's own look-up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.store.lookup import IdTable

IDS = st.lists(st.binary(min_size=1, max_size=20).filter(lambda id_: 0 not in id_), min_size=1, unique=True)


def plain(ids: pa.Array, asked: pa.Array) -> list[int]:
    found: list[int] = pc.fill_null(pc.index_in(asked, value_set=ids), -1).to_pylist()
    return found


@settings(derandomize=True, deadline=None)
@given(IDS, st.lists(st.binary(max_size=24)), st.integers(0, 3))
def test_finds_what_pyarrow_finds(known: list[bytes], others: list[bytes], skipped: int) -> None:
    ids = pa.array(known, pa.binary())
    padded = [id_ + b"\0" for id_ in known]
    asked = pa.array(["-" * 9] * skipped + known[::-1] + others + padded, pa.binary())[skipped:]
    assert IdTable(ids).find(asked).tolist() == plain(ids, asked)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 16, 24, 40, 64, 65, 200])
def test_finds_ids_of_every_width_and_none_that_differ_in_one_byte(width: int) -> None:
    rng = np.random.default_rng(width)
    known = sorted({rng.integers(97, 123, width, dtype=np.uint8).tobytes() for _ in range(300)})
    changed = [id_[:-1] + b"!" for id_ in known] + [b"!" + id_[1:] for id_ in known]
    ids = pa.array(known, pa.binary())
    table = IdTable(ids)
    asked = pa.array([known[at] for at in rng.permutation(len(known))] + changed, pa.binary())
    assert table.find(asked).tolist() == plain(ids, asked)
    assert (table.find(asked) >= 0).sum() == len(known)


def test_nothing_is_found_in_nothing() -> None:
    assert IdTable(pa.array([], pa.binary())).find(pa.array([b"a"])).tolist() == [-1]
    assert IdTable(pa.array([b"a"])).find(pa.array([], pa.binary())).tolist() == []
