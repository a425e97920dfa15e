"""The prediction matrix: what is read was written whole, or is reported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.store.damage import flip
from tournaments.store.matrix import PAGE, Matrix, MatrixError, MatrixMiss

ROWS = 3000  # three pages of 4 KiB a slot, the last one partly filled
RECORD = 64  # a head of 24 bytes and three sums of 4, aligned


def vector(slot: int) -> np.ndarray:
    return np.random.default_rng(slot).uniform(size=ROWS).astype(np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "round.matrix"


def test_vectors_read_back_in_the_order_asked(path: Path) -> None:
    matrix = Matrix(path, ROWS)
    for slot in (2, 0, 70_000):
        matrix.append(slot, vector(slot).astype(np.float64))
    read = Matrix(path, ROWS).read([70_000, 2, 2])
    assert read.dtype == np.float32
    assert np.array_equal(read, np.stack([vector(70_000), vector(2), vector(2)]))
    assert matrix.slots() == [0, 2, 70_000]
    assert matrix.read([]).shape == (0, ROWS)
    assert os.stat(path).st_size == 70_000 * 3 * PAGE + 4 * ROWS


def test_slots_that_were_never_written_are_missing(path: Path) -> None:
    matrix = Matrix(path, ROWS)
    assert matrix.slots() == []
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([3, 1])
    assert (miss.value.slots, miss.value.missing, miss.value.corrupt) == ([1, 3], [3, 1], [])


@pytest.mark.parametrize("byte", [0, 5000, 4 * ROWS - 1])
def test_a_changed_bit_is_noticed_and_repaired(path: Path, byte: int) -> None:
    matrix = Matrix(path, ROWS)
    matrix.rebuild((slot, vector(slot)) for slot in range(3))
    flip(path, 3 * PAGE + byte)
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1, 2])
    assert (miss.value.missing, miss.value.corrupt) == ([], [1])
    assert matrix.rebuild([(1, vector(1))]) == 1
    assert np.array_equal(matrix.read([0, 1, 2]), np.stack([vector(0), vector(1), vector(2)]))


@pytest.mark.parametrize("byte", range(36))
def test_a_changed_commit_record_makes_the_slot_absent(path: Path, byte: int) -> None:
    matrix = Matrix(path, ROWS)
    matrix.rebuild((slot, vector(slot)) for slot in range(3))
    flip(Path(f"{path}.commits"), RECORD + byte)
    assert matrix.slots() == [0, 2]
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1, 2])
    assert miss.value.missing == [1]


def test_files_that_were_cut_off_or_lost_only_lose_slots(path: Path) -> None:
    matrix = Matrix(path, ROWS)
    matrix.rebuild((slot, vector(slot)) for slot in range(3))
    os.truncate(path, 2 * 3 * PAGE + 100)
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1, 2])
    assert miss.value.corrupt == [2]
    os.truncate(f"{path}.commits", 50)
    assert matrix.slots() == [0]
    path.unlink()
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1])
    assert (miss.value.missing, miss.value.corrupt) == ([1], [0])


def test_data_of_one_slot_do_not_pass_for_those_of_another(path: Path) -> None:
    matrix = Matrix(path, ROWS)
    matrix.rebuild((slot, vector(slot)) for slot in range(2))
    content = bytearray(path.read_bytes())
    content[3 * PAGE : 3 * PAGE + 4 * ROWS] = content[: 4 * ROWS]
    path.write_bytes(content)
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1])
    assert miss.value.corrupt == [1]
    commits = bytearray(Path(f"{path}.commits").read_bytes())
    commits[RECORD : RECORD + 36] = commits[:36]
    Path(f"{path}.commits").write_bytes(commits)
    with pytest.raises(MatrixMiss) as miss:
        matrix.read([0, 1])
    assert miss.value.missing == [1]


def test_a_matrix_of_other_rows_or_of_other_numbers_is_absent(path: Path) -> None:
    Matrix(path, ROWS).append(0, vector(0))
    assert Matrix(path, ROWS).slots() == [0]
    assert Matrix(path, ROWS - 1).slots() == []
    other = Matrix(path, ROWS, "<u4")
    assert other.slots() == []
    for read in (
        other.read,
        lambda slots: other.read_columns(slots, 0, 1),
        lambda slots: other.blocks(slots, 8),
    ):
        with pytest.raises(MatrixMiss) as miss:
            read([0])
        assert miss.value.missing == [0]


def test_whole_numbers_are_kept_exactly_or_refused(path: Path) -> None:
    matrix = Matrix(path, 512, "<u4")
    counts = np.arange(512) * 8_388_607
    matrix.append(3, counts)
    assert matrix.read([3]).dtype == np.uint32
    assert np.array_equal(matrix.read_columns([3], 0, 512)[0], counts)
    for wrong in (np.full(512, -1), np.full(512, 0.5), np.full(512, 2**32)):
        with pytest.raises(MatrixError) as error:
            matrix.append(3, wrong)
        assert error.value.code == "not_exact"
    assert np.array_equal(matrix.read([3])[0], counts)


@pytest.mark.parametrize(
    ("slot", "given", "code"),
    [
        (0, np.zeros(ROWS - 1), "wrong_shape"),
        (0, np.zeros((1, ROWS)), "wrong_shape"),
        (0, np.full(ROWS, np.nan), "not_finite"),
        (0, np.full(ROWS, np.inf), "not_finite"),
        (-1, np.zeros(ROWS), "bad_slot"),
        (1 << 24, np.zeros(ROWS), "bad_slot"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_written(
    path: Path, slot: int, given: np.ndarray, code: str
) -> None:
    with pytest.raises(MatrixError) as error:
        Matrix(path, ROWS).append(slot, given)
    assert error.value.code == code
    assert not path.exists()


def test_four_processes_write_at_once_and_no_row_is_bad(path: Path) -> None:
    script = (
        "import numpy as np, sys; from tournaments.store.matrix import Matrix\n"
        f"matrix = Matrix(sys.argv[1], {ROWS})\n"
        "for slot in range(int(sys.argv[2]), 200, 4):\n"
        f"    matrix.append(slot, np.random.default_rng(slot).uniform(size={ROWS}))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(path), str(first)]) for first in range(4)]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert np.array_equal(
        Matrix(path, ROWS).read(range(200)), np.stack([vector(slot) for slot in range(200)])
    )


def test_a_killed_writer_leaves_its_slot_whole_or_absent(path: Path) -> None:
    script = (
        "import itertools, numpy as np, sys; from tournaments.store.matrix import Matrix\n"
        f"matrix = Matrix(sys.argv[1], {ROWS})\n"
        "for turn in itertools.count():\n"
        f"    matrix.append(turn % 5, np.full({ROWS}, turn % 97, dtype=np.float32))\n"
        "    if turn == 20: print('writing', flush=True)\n"
    )
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        matrix, bad = Matrix(path, ROWS), []
        for slot in range(5):
            try:
                row = matrix.read([slot])[0]
            except MatrixMiss:
                bad.append(slot)
            else:
                assert (row == row[0]).all()
        assert len(bad) <= 1
