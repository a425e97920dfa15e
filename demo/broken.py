"""Files that a participant might send by mistake or in mischief: one of each common kind."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

HEADER = "id,probability"
BOMB = 50 << 20  # bytes, once inflated
WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"


class BrokenFile(NamedTuple):
    """A file that must be rejected: what is wrong in words, its name and bytes, and the fault's code."""

    what: str
    filename: str
    content: bytes
    code: str


def broken_files(ids: Sequence[str], p: NDArray[np.float64]) -> Iterator[BrokenFile]:
    """Every common kind of rejected file (FORMULAS section 1), from a forecast that would be accepted.

    ids: the round's M ids, at least 20; p: (M,) their probabilities.
    """
    names, good = list(ids), [f"{value:.6f}" for value in p]
    yield BrokenFile(
        "the last ten ids are missing", "missing.csv", csv(names[:-10], good[:-10]), "missing_id"
    )
    extra = csv([*names, "no-such-row"], [*good, "0.5"])
    yield BrokenFile("an id that the round does not have", "unknown.csv", extra, "unknown_id")
    former = csv([blake2b(name.encode(), digest_size=8).hexdigest() for name in names], good)
    yield BrokenFile("the ids of last round", "last_round.csv", former, "unknown_id")
    twice = csv([*names, *names[:5]], [*good, *good[:5]])
    yield BrokenFile("five ids twice", "duplicate.csv", twice, "duplicate_id")
    words = csv(names, ["n/a", "nan", "", *good[3:]])
    yield BrokenFile("words where numbers belong", "words.csv", words, "not_a_number")
    percent = csv(names, [f"{100 * value:.4f}" for value in p])
    yield BrokenFile("percentages instead of probabilities", "percent.csv", percent, "out_of_range")
    yield BrokenFile("one half everywhere", "constant.csv", csv(names, ["0.5"] * len(names)), "constant")
    unnamed = csv(names, good, header="row,guess")
    yield BrokenFile("a header with other names", "header.csv", unnamed, "bad_header")
    yield from _not_tables(csv(names, good))


def _not_tables(table: bytes) -> Iterator[BrokenFile]:
    wide = table.decode().encode("utf-16")
    yield BrokenFile("saved as UTF-16", "utf16.csv", wide, "bad_encoding")
    yield BrokenFile("a header and nothing else", "header_only.csv", f"{HEADER}\n".encode(), "empty")
    yield BrokenFile("an empty file", "empty.csv", b"", "empty")
    yield BrokenFile("a sign-in page saved as CSV", "page.csv", WEB_PAGE, "not_a_table")
    yield BrokenFile("a zip that inflates a thousandfold", "bomb.zip", _bomb(), "bomb")


def file_of_ranks(ids: Sequence[str], p: NDArray[np.float64]) -> tuple[str, bytes]:
    """A file that is accepted with the warning `looks_like_ranks`: its name and bytes.

    It holds ranks of p, (M,), spread over (0, 1), as some score returns: good order, false confidence.
    """
    spread = (rankdata(p) - 0.5) / len(p)
    return "ranks.csv", csv(list(ids), [f"{value:.6f}" for value in spread])


def csv(ids: Sequence[str], values: Sequence[str], header: str = HEADER) -> bytes:
    """The bytes of a file of predictions.

    >>> csv(["a", "b"], ["0.4", "0.6"]).splitlines()
    [b'id,probability', b'a,0.4', b'b,0.6']
    """
    lines = (f"{name},{value}" for name, value in zip(ids, values, strict=True))
    return "\n".join([header, *lines, ""]).encode()


def _bomb() -> bytes:
    # Deflate packs equal bytes about 1,000:1, ten times as tightly as any table of numbers.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("predictions.csv", HEADER.encode() + b"\n" + b"0" * BOMB)
    return packed.getvalue()
