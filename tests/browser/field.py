"""What is played with: 960 rows in twelve eras a split, labels, files of many qualities, and broken ones."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

SPLITS = ("validation", "test", "live")
ERAS, PER_ERA = 12, 30
IDS = [f"w{i * 7_919 % 100_003:05x}" for i in range(1, len(SPLITS) * ERAS * PER_ERA + 1)]
ROWS = len(IDS)
SPLIT_OF = np.repeat(SPLITS, ERAS * PER_ERA)
ERA_OF = np.array([f"week {i // PER_ERA + 1:02d}" for i in range(ROWS)])
_random = np.random.default_rng(2026)
_FEATURES = _random.normal(size=(4, ROWS))
_SIGNAL = _FEATURES.sum(axis=0) / 2
_Y = (_random.random(ROWS) < 1 / (1 + np.exp(-0.5 * _SIGNAL))).astype(int)
NOISE = _random.normal(size=(80, ROWS))


def predictions(strength: float, noise: int) -> np.ndarray:
    """Return probabilities that know the signal with `strength`, and add the noise of that number."""
    z = 0.45 * (strength * _SIGNAL + (1 - strength) * NOISE[noise])
    return np.asarray(1 / (1 + np.exp(-z)))


def csv(p: np.ndarray, digits: int = 6, ids: Iterable[str] = IDS) -> bytes:
    """Return a file of predictions; more digits make it as large as one likes and change nothing."""
    out = io.StringIO()
    out.write("id,probability\n")
    for name, value in zip(ids, p, strict=True):
        out.write(f"{name},{value:.6f}{'0' * (digits - 6)}\n")
    return out.getvalue().encode()


def broken() -> bytes:
    """Return a file with four kinds of faults: a stranger's id, a word, a number above 1, and a row twice."""
    lines = csv(predictions(0.5, 0)).decode().splitlines()
    lines[4] = "nobody," + lines[4].split(",")[1]
    lines[9] = lines[9].split(",")[0] + ",maybe"
    lines[14] = lines[14].split(",")[0] + ",1.5"
    lines[19] = lines[18]
    return ("\n".join(lines) + "\n").encode()


def rows_file() -> bytes:
    """Return the operator's file of rows, in no order, with what is known of the target in its own column."""
    order = np.random.default_rng(1).permutation(ROWS)
    lines = [
        ",".join((IDS[i], ERA_OF[i], SPLIT_OF[i], *(f"{f:.4f}" for f in _FEATURES[:, i]), _known(i)))
        for i in order
    ]
    return ("\n".join(["id,era,data_type,wind,rain,sun,tide,target", *lines]) + "\n").encode()


def _known(i: int) -> str:
    return "" if SPLIT_OF[i] == "live" else str(_Y[i])


def labels(*splits: str) -> bytes:
    """Return the label file of these splits."""
    lines = [f"{IDS[i]},{_Y[i]}" for i in range(ROWS) if SPLIT_OF[i] in splits]
    return "\n".join(["id,target", *lines]).encode()


def faulty_labels() -> bytes:
    """Return live labels with a value that is none, and an id of nobody."""
    lines = labels("live").decode().splitlines()
    lines[5] = lines[5].split(",")[0] + ",2"
    lines[6] = "nobody,1"
    return "\n".join(lines).encode()


def write(folder: Path) -> Path:
    """Write the rows and the labels that are known when the round opens; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_bytes(rows_file())
    (folder / "known.csv").write_bytes(labels("validation", "test"))
    (folder / "live.csv").write_bytes(labels("live"))
    return folder
