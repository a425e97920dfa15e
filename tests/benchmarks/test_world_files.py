from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.worlds import SMALL, World, market, write_labels, write_tournament, write_training
from benchmarks.worlds.world import even_sample, opaque_ids


@pytest.fixture(scope="module")
def world() -> World:
    return market(0, SMALL)


def test_written_files_read_back_as_they_were(world: World, tmp_path: Path) -> None:
    write_training(world, tmp_path / "training.csv")
    write_tournament(world, tmp_path / "tournament.csv")
    write_labels(world, tmp_path / "labels.csv")
    for name in ("training", "tournament", "labels"):
        read = pd.read_csv(tmp_path / f"{name}.csv", dtype={"t_id": str})
        pd.testing.assert_frame_equal(read, getattr(world, name), check_dtype=False, rtol=0, atol=0)


def test_the_tournament_file_has_no_targets(world: World, tmp_path: Path) -> None:
    write_tournament(world, tmp_path / "tournament.csv")
    header = (tmp_path / "tournament.csv").read_text().splitlines()[0].split(",")
    assert header[:3] == ["t_id", "era", "data_type"]
    assert "target" not in header


def test_labels_can_be_written_for_some_splits_only(world: World, tmp_path: Path) -> None:
    write_labels(world, tmp_path / "labels.csv", splits=("live",))
    written = set(pd.read_csv(tmp_path / "labels.csv", dtype={"t_id": str})["t_id"])
    assert written == set(world.tournament["t_id"][world.tournament["data_type"] == "live"])


def test_a_sample_takes_from_each_group_its_share() -> None:
    groups = np.array([1] * 6 + [2] * 3 + [3] * 1)
    chosen = even_sample(groups, 5, np.random.default_rng(0))
    # Shares 3, 1.5 and 0.5: the first of the equal remainders gets the row that is left.
    assert groups[chosen].tolist() == [1, 1, 1, 2, 2]
    assert len(set(chosen)) == 5


def test_a_sample_of_more_rows_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="4 rows asked for, 3 there are"):
        even_sample(np.zeros(3, dtype=int), 4, np.random.default_rng(0))


def test_opaque_ids_are_distinct_and_seeded() -> None:
    ids = opaque_ids(1000, np.random.default_rng(5))
    assert len(set(ids)) == 1000
    np.testing.assert_array_equal(ids, opaque_ids(1000, np.random.default_rng(5)))
