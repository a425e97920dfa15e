"""The matrix store at 10,000 submissions × 36,072 rows, 1.4 GB: how fast, how much memory, and what survives.

    python -m benchmarks.matrix_scale [submissions]

Works in a folder under `var/` and removes it. Exits with 1 when anything committed is lost or wrong.
"""

import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tournaments.store import mapped
from tournaments.store.matrix import Matrix, MatrixMiss

ROWS, ERA, BLOCK, WRITERS, KILLS = 36_072, 300, 256, 4, 5
FOLDER = Path("var/matrix_scale")
WRITER = "from benchmarks.matrix_scale import write; import sys; write(*sys.argv[1:])"
_BASE = np.random.default_rng(1).standard_normal(ROWS).astype(np.float32)


def vector(slot: int) -> np.ndarray:
    """Return the numbers of a slot: cheap to make, different for each."""
    return np.roll(_BASE, slot)


def write(path: str, first: str, last: str, step: str) -> None:
    """Append slots, and say after each that it is committed; what a writer process does."""
    matrix = Matrix(path, ROWS)
    for slot in range(int(first), int(last), int(step)):
        matrix.append(slot, vector(slot))
        sys.stdout.write(f"{slot}\n")
        sys.stdout.flush()


def main(submissions: int) -> int:
    """Measure and try to break it; returns 1 when something committed is lost or wrong."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        one = _append(FOLDER / "one.f32", submissions)
        four = _four_writers(FOLDER / "four.f32", submissions)
        _scan(four, submissions)
        _eras(one, submissions)
        sound = [_whole(four, range(submissions)), _killed(one, submissions), _flipped(four, submissions)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say("memory", f"peak {peak:,.0f} MB, of which now {_memory('RssAnon'):,.0f} MB of its own, "
             f"{_memory('RssFile'):,.0f} MB mapped files that the system may drop")  # fmt: skip
    finally:
        shutil.rmtree(FOLDER)
    return 0 if all(sound) else 1


def _append(path: Path, submissions: int) -> Matrix:
    matrix = Matrix(path, ROWS)
    seconds = _timed(lambda: matrix.rebuild((slot, vector(slot)) for slot in range(submissions)))
    _say("append", _rate(submissions, seconds))
    return matrix


def _four_writers(path: Path, submissions: int) -> Matrix:
    def all_write() -> None:
        writers = [_writer(path, first, submissions, WRITERS) for first in range(WRITERS)]
        for one in writers:
            one.communicate()

    _say(f"append, {WRITERS} processes", _rate(submissions, _timed(all_write)))
    return Matrix(path, ROWS)


def _scan(matrix: Matrix, submissions: int) -> None:
    x = vector(0)

    def scan() -> None:
        for block in matrix.blocks(range(submissions), BLOCK):
            block @ x

    some = np.stack([vector(slot) for slot in range(min(1_000, submissions))])
    product = statistics.median(_timed(lambda: some @ x) for _ in range(5)) * submissions / len(some)
    _say("scan, sums checked", _rate(submissions, _timed(scan)))
    again = statistics.median(_timed(scan) for _ in range(5))
    _say("scan, checked before", f"{_rate(submissions, again)}; the product alone in memory {product:.3f} s")


def _eras(matrix: Matrix, submissions: int) -> None:
    starts = range(0, ROWS - ERA, ERA)

    def sweep() -> list[float]:
        return [
            _timed(partial(matrix.read_columns, range(submissions), start, start + ERA)) for start in starts
        ]

    mapped.forget()
    first, again = sweep(), sweep()
    for name, times in (("one era of all, sums checked", first), ("one era of all, checked before", again)):
        _say(name, f"median {1e3 * statistics.median(times):.1f} ms, longest {1e3 * max(times):.1f} ms")


def _killed(matrix: Matrix, submissions: int) -> bool:
    """Kill writers with SIGKILL at any moment: what they said was committed is whole, the rest is absent."""
    said, torn, first = 0, 0, submissions
    for turn in range(KILLS):
        writer = _writer(matrix.path, first, first + 10_000, 1)
        assert writer.stdout is not None
        committed = [int(writer.stdout.readline()) for _ in range(40 + turn)]
        time.sleep(0.0003 * turn)
        writer.send_signal(signal.SIGKILL)
        committed += [int(line) for line in writer.communicate()[0].split()]
        last, said = committed[-1], said + len(committed)
        after = os.path.getsize(matrix.path) > (last + 1) * -(-4 * ROWS // 4096) * 4096
        torn += after and last + 1 not in matrix.slots()
        if not _whole(matrix, range(first, last + 1)):
            return False
        first = last + 1
    _say("kill -9 of a writer", f"{KILLS} times; {said:,} committed and whole; {torn} torn, read as missing")
    return _whole(matrix, range(submissions))


def _flipped(matrix: Matrix, submissions: int) -> bool:
    slot = submissions // 2
    with matrix.path.open("r+b") as file:
        file.seek(slot * -(-4 * ROWS // 4096) * 4096 + 70_000)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 16]))
    mapped.forget()
    try:
        matrix.blocks(range(submissions), BLOCK)
    except MatrixMiss as miss:
        matrix.rebuild((one, vector(one)) for one in miss.slots)
        healed = _whole(matrix, range(submissions))
        _say("a flipped bit", f"found in slot {miss.slots}, and healed: {healed}")
        return healed and miss.corrupt == [slot]
    return False


def _whole(matrix: Matrix, slots: Sequence[int]) -> bool:
    numbers = iter(slots)
    return all(
        np.array_equal(row, vector(next(numbers))) for block in matrix.blocks(slots, BLOCK) for row in block
    )


def _writer(path: Path, first: int, last: int, step: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", WRITER, str(path), str(first), str(last), str(step)]
    return subprocess.Popen(words, stdout=subprocess.PIPE)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _rate(submissions: int, seconds: float) -> str:
    size = submissions * 4 * ROWS / 1e6
    return f"{seconds:.3f} s, {submissions / seconds:,.0f} submissions/s, {size / seconds:,.0f} MB/s"


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _say(what: str, result: str) -> None:
    sys.stdout.write(f"{what:32} {result}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
