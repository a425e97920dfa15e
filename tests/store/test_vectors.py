"""Vectors as bytes and as CSV."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tournaments.store import vectors
from tournaments.store.formats import parse
from tournaments.store.rows import RowIndex
from tournaments.store.vectors import VectorError

VALUES = np.array([0.1 + 0.2, 1 / 3, 5e-324, 1.0, 0.0, 0.7])


def test_a_vector_reads_back_bit_for_bit_and_always_has_the_same_bytes() -> None:
    content = vectors.encode(VALUES)
    assert vectors.decode(content, 6).tobytes() == VALUES.tobytes()
    assert vectors.encode(VALUES.copy()[::1]) == content


def test_every_changed_bit_is_noticed() -> None:
    content = vectors.encode(VALUES)
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 4
        with pytest.raises(VectorError) as error:
            vectors.decode(bytes(damaged), 6)
        assert error.value.code == "corrupt"


@pytest.mark.parametrize("length", [0, 10, 20, 30])
def test_a_vector_that_was_cut_off_is_corrupt(length: int) -> None:
    with pytest.raises(VectorError, match="damaged"):
        vectors.decode(vectors.encode(VALUES)[:length], 6)


def test_a_vector_of_other_rows_or_of_another_type_is_refused() -> None:
    with pytest.raises(VectorError) as error:
        vectors.decode(vectors.encode(VALUES), 7)
    assert error.value.code == "wrong_length"
    with pytest.raises(VectorError) as error:
        vectors.decode(vectors.encode(VALUES), 6, "|i1")
    assert error.value.code == "corrupt"


def test_what_is_written_as_csv_is_accepted_as_a_submission_and_reads_back_bit_for_bit() -> None:
    rows = RowIndex.build(['q"1', "a,b", "c", "d", "e", "f"], None, ["live"] * 6)
    content = vectors.csv_bytes(rows, VALUES)
    assert content.splitlines()[:2] == [b"id,probability", b'"a,b",0.30000000000000004']
    assert parse(io.BytesIO(content), "x.csv", rows).columns["probability"].tobytes() == VALUES.tobytes()
    with pytest.raises(VectorError):
        vectors.csv_bytes(rows, VALUES[1:])
