import io

import numpy as np
import pytest

from demo.broken import BrokenFile, broken_files, csv, file_of_ranks
from tournaments.numerics.warnings import looks_like_ranks
from tournaments.store.formats import FileRejected, ParseOptions, parse
from tournaments.store.rows import RowIndex

IDS = [f"{number:016x}" for number in range(60)]
ROWS = RowIndex.build(IDS, ["era1", "era2"] * 30, ["validation"] * 20 + ["test"] * 20 + ["live"] * 20)
CANONICAL = [IDS.index(name) for name in ROWS.ids.to_pylist()]
P = np.random.default_rng(0).uniform(0.4, 0.6, len(IDS))


@pytest.mark.parametrize("broken", list(broken_files(IDS, P)), ids=lambda broken: broken.filename)
def test_each_broken_file_is_rejected_for_its_fault(broken: BrokenFile) -> None:
    with pytest.raises(FileRejected) as rejection:
        parse(io.BytesIO(broken.content), broken.filename, ROWS, ParseOptions())
    assert broken.code in [fault.code for fault in rejection.value.faults]


def test_every_common_kind_is_there() -> None:
    codes = {broken.code for broken in broken_files(IDS, P)}
    assert codes == {
        *("missing_id", "unknown_id", "duplicate_id", "not_a_number", "out_of_range", "constant"),
        *("bad_header", "bad_encoding", "empty", "not_a_table", "bomb"),
    }


def test_the_file_they_are_made_from_is_accepted() -> None:
    good = csv(IDS, [f"{value:.6f}" for value in P])
    parsed = parse(io.BytesIO(good), "good.csv", ROWS, ParseOptions())
    np.testing.assert_allclose(parsed.columns["probability"], P[CANONICAL], atol=5e-7)


def test_the_file_of_ranks_is_accepted_and_looks_like_ranks() -> None:
    filename, content = file_of_ranks(IDS, P)
    parsed = parse(io.BytesIO(content), filename, ROWS, ParseOptions())
    ranks = parsed.columns["probability"]
    assert looks_like_ranks(ranks)
    assert not looks_like_ranks(P)
    np.testing.assert_array_equal(np.argsort(ranks), np.argsort(P[CANONICAL]))


def test_a_bomb_is_small_on_the_wire() -> None:
    (bomb,) = [broken for broken in broken_files(IDS, P) if broken.code == "bomb"]
    assert len(bomb.content) < 200_000
