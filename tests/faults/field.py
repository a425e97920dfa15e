"""What is played with: 144 rows, seven files of five participants, and the labels."""

import io
from dataclasses import dataclass

import numpy as np

SPLITS = ("validation", "test", "live")
ERAS, PER_ERA = 4, 12
PLAYERS = ("ann", "bob", "cyd", "dan", "eve")

IDS = [f"r{i:03d}" for i in range(len(SPLITS) * ERAS * PER_ERA)]
_SPLIT_OF = np.repeat(SPLITS, ERAS * PER_ERA)
_random = np.random.default_rng(2017)
_Y = _random.integers(0, 2, len(IDS))
_Y[::PER_ERA], _Y[1::PER_ERA] = 0, 1
_NOISE = _random.normal(size=(60, len(IDS)))


@dataclass(frozen=True)
class File:
    """One upload: whose, for which forecaster, and its bytes."""

    player: str
    forecaster: str
    content: bytes


def logits(strength: float, noise: int) -> np.ndarray:
    """Return logits that know the labels with `strength`, hidden in the noise of that number."""
    return np.asarray(0.2 * (strength * (2 * _Y - 1) + _NOISE[noise]))


def csv(z: np.ndarray, digits: int = 9) -> bytes:
    """Return a file of predictions; more digits make it as large as one likes and change nothing."""
    out = io.StringIO()
    out.write("id,probability\n")
    for name, p in zip(IDS, 1 / (1 + np.exp(-z)), strict=True):
        out.write(f"{name},{p:.9f}{'0' * (digits - 9)}\n")
    return out.getvalue().encode()


def files() -> list[File]:
    """Return the uploads of a round in their order: honest ones, a copy, a mix, and one that replaces."""
    ann, bob = logits(0.5, 1), logits(0.4, 2)
    return [
        File("ann", "main", csv(ann)),
        File("bob", "main", csv(bob)),
        File("cyd", "main", csv(logits(0.3, 3))),
        File("dan", "main", csv(ann)),
        File("eve", "main", csv((ann + bob) / 2)),
        File("ann", "second", csv(logits(0.2, 4))),
        File("bob", "main", csv(logits(0.45, 5))),
    ]


def tournament_file() -> str:
    """Return the operator's file of rows, in no order."""
    eras = [f"era{i // PER_ERA + 1}" for i in range(len(IDS))]
    order = np.random.default_rng(1).permutation(len(IDS))
    rows = [f"{IDS[i]},{eras[i]},{_SPLIT_OF[i]},{_NOISE[0, i]:.4f}" for i in order]
    return "\n".join(["id,era,data_type,feature1", *rows]) + "\n"


def labels(*splits: str) -> bytes:
    """Return the label file of these splits."""
    lines = [f"{IDS[i]},{_Y[i]}" for i in range(len(IDS)) if _SPLIT_OF[i] in splits]
    return "\n".join(["id,target", *lines]).encode()
