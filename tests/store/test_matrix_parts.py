"""Parts of the matrix: columns of all slots and blocks of slots, never a number that was not checked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.store.damage import flip
from tournaments.store import mapped
from tournaments.store.matrix import Matrix, MatrixError, MatrixMiss

ROWS, SLOTS = 36_072, 300  # the original game's size: 36 pages a slot
STRIDE, SIZE = 36 * 4096, 4 * ROWS


def vector(slot: int) -> np.ndarray:
    return np.random.default_rng(slot).uniform(size=ROWS).astype(np.float32)


@pytest.fixture(scope="module")
def crowd() -> np.ndarray:
    return np.stack([vector(slot) for slot in range(SLOTS)])


@pytest.fixture
def matrix(tmp_path: Path, crowd: np.ndarray) -> Matrix:
    made = Matrix(tmp_path / "round.matrix", ROWS)
    made.rebuild(enumerate(crowd))
    return made


@pytest.mark.parametrize(("start", "stop"), [(0, 300), (1000, 1049), (35_772, ROWS), (0, ROWS), (7, 7)])
def test_columns_are_those_of_the_whole_vectors(
    matrix: Matrix, crowd: np.ndarray, start: int, stop: int
) -> None:
    for slots in (list(range(SLOTS)), [299, 0, 7, 7], []):
        assert np.array_equal(matrix.read_columns(slots, start, stop), crowd[slots, start:stop])


def test_columns_that_there_are_not_are_refused(matrix: Matrix) -> None:
    for start, stop in ((-1, 3), (5, 4), (0, ROWS + 1)):
        with pytest.raises(MatrixError, match="no rows"):
            matrix.read_columns([0], start, stop)
    with pytest.raises(MatrixError) as error:
        matrix.read_columns([1 << 24], 0, 1)
    assert error.value.code == "bad_slot"


@pytest.mark.parametrize("size", [1, 64, 1000])
def test_blocks_are_the_vectors_in_the_order_asked(matrix: Matrix, crowd: np.ndarray, size: int) -> None:
    random = np.random.default_rng(size).permutation(SLOTS).tolist()
    gaps = [*range(0, 100), *range(101, 160, 3), *range(200, 290), 299]
    for slots in (list(range(SLOTS)), random, gaps, [5], []):
        blocks = [block.copy() for block in matrix.blocks(slots, size)]
        assert all(len(block) <= size for block in blocks)
        assert np.array_equal(np.concatenate([np.empty((0, ROWS)), *blocks]), crowd[slots])


def test_slots_that_follow_each_other_are_not_copied_and_cannot_be_written(matrix: Matrix) -> None:
    first, second = list(matrix.blocks(range(2, 100), 64))
    assert (len(first), len(second)) == (64, 34)
    assert first.strides == (STRIDE, 4)
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


@pytest.mark.parametrize("byte", [0, 4095, 4096, 70_000, SIZE - 1])
def test_a_flipped_bit_is_found_before_a_number_of_its_page_is_used(matrix: Matrix, byte: int) -> None:
    flip(matrix.path, 17 * STRIDE + byte)
    near = slice(max(0, byte // 4 - 10), byte // 4 + 1)
    for ask in (
        lambda: matrix.read(range(SLOTS)),
        lambda: matrix.blocks(range(SLOTS), 64),
        lambda: matrix.read_columns(range(SLOTS), near.start, near.stop),
    ):
        with pytest.raises(MatrixMiss) as miss:
            ask()
        assert (miss.value.missing, miss.value.corrupt) == ([], [17])
    elsewhere = (near.start + ROWS // 2) % (ROWS - 300)
    assert matrix.read_columns([17], elsewhere, elsewhere + 300).shape == (1, 300)
    matrix.append(17, vector(17))
    assert sum(len(block) for block in matrix.blocks(range(SLOTS), 64)) == SLOTS


def test_a_page_found_whole_is_checked_again_when_someone_wrote_without_a_commit(matrix: Matrix) -> None:
    assert matrix.read_columns(range(SLOTS), 0, 300).shape == (SLOTS, 300)
    flip(matrix.path, 5 * STRIDE)
    os.utime(matrix.path, ns=(1, 1))  # at least one tick of the file system's clock
    with pytest.raises(MatrixMiss) as miss:
        matrix.read_columns(range(SLOTS), 0, 300)
    assert miss.value.corrupt == [5]


def test_a_page_found_whole_is_checked_again_after_a_while(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert matrix.read_columns(range(SLOTS), 0, 300).shape == (SLOTS, 300)
    before = os.stat(matrix.path)
    flip(matrix.path, 5 * STRIDE)
    os.utime(matrix.path, ns=(before.st_atime_ns, before.st_mtime_ns))  # the disk tells nobody
    now = time.monotonic()
    monkeypatch.setattr(mapped.time, "monotonic", lambda: now + mapped.TRUST_SECONDS + 1)
    with pytest.raises(MatrixMiss) as miss:
        matrix.read_columns(range(SLOTS), 0, 300)
    assert miss.value.corrupt == [5]


def test_what_others_append_and_change_is_seen(matrix: Matrix, crowd: np.ndarray) -> None:
    assert len(list(matrix.blocks(range(SLOTS), SLOTS))) == 1
    script = (
        "import numpy as np, sys; from tournaments.store.matrix import Matrix\n"
        f"matrix = Matrix(sys.argv[1], {ROWS})\n"
        f"matrix.append(400, np.ones({ROWS})); matrix.append(7, np.zeros({ROWS}))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(matrix.path)], check=True)
    assert (matrix.read_columns([400], 0, 300) == 1).all()
    assert (next(matrix.blocks([7], 1)) == 0).all()
    assert np.array_equal(next(matrix.blocks([6], 1))[0], crowd[6])
    with pytest.raises(MatrixMiss) as miss:
        matrix.blocks([6, 399, 401], 64)
    assert miss.value.missing == [399, 401]


def test_a_slot_that_changes_while_it_is_scanned_is_reported(matrix: Matrix) -> None:
    blocks = matrix.blocks(range(SLOTS), 100)
    next(blocks)
    matrix.append(3, vector(3))  # healed: the same numbers
    next(blocks)
    matrix.append(150, vector(0))
    with pytest.raises(MatrixMiss) as miss:
        next(blocks)
    assert miss.value.slots == [150]


def test_a_file_that_was_cut_off_gone_or_made_again_is_noticed(matrix: Matrix, crowd: np.ndarray) -> None:
    assert len(list(matrix.blocks(range(SLOTS), SLOTS))) == 1
    os.truncate(matrix.path, 298 * STRIDE + 100)
    with pytest.raises(MatrixMiss) as miss:
        matrix.blocks(range(SLOTS), 64)
    assert miss.value.corrupt == [298, 299]
    matrix.path.unlink()
    with pytest.raises(MatrixMiss) as miss:
        matrix.read_columns([1, 999], 0, 3)
    assert (miss.value.missing, miss.value.corrupt) == ([999], [1])
    matrix.append(1, crowd[1])
    assert np.array_equal(matrix.read_columns([1], 0, 3), crowd[[1], :3])
    Path(f"{matrix.path}.commits").unlink()
    with pytest.raises(MatrixMiss) as miss:
        matrix.read_columns([1], 0, 3)
    assert miss.value.missing == [1]


def test_a_writer_killed_in_the_middle_leaves_the_committed_whole_and_its_own_slot_missing(
    matrix: Matrix, crowd: np.ndarray
) -> None:
    stops = (
        "import os, signal, numpy as np, sys; from tournaments.store import matrix as room\n"
        "write = room._write\n"
        "def torn(handle, content, offset):\n"
        f"    if len(content) != {SIZE}: return write(handle, content, offset)\n"
        "    write(handle, memoryview(content)[:60_000], offset); os.kill(os.getpid(), signal.SIGKILL)\n"
        "room._write = torn\n"
        f"room.Matrix(sys.argv[1], {ROWS}).append(int(sys.argv[2]), np.ones({ROWS}))\n"
    )
    for slot in (SLOTS, 12):  # a new one, and one that gets other numbers
        dead = subprocess.run([sys.executable, "-c", stops, str(matrix.path), str(slot)], check=False)
        assert dead.returncode == -signal.SIGKILL
        with pytest.raises(MatrixMiss) as miss:
            matrix.blocks([11, slot], 64)
        assert (miss.value.missing, miss.value.corrupt) == ([slot], [])
    left = [slot for slot in range(SLOTS) if slot != 12]
    assert np.array_equal(matrix.read(left), crowd[left])
    assert matrix.slots() == left
