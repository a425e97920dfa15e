import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from benchmarks.worlds import SMALL, World, market
from benchmarks.worlds.market import BEST_LOG_LOSS, entropy, scaled
from benchmarks.worlds.world import FEATURES, SPLITS, era_numbers


@pytest.fixture(scope="module")
def world() -> World:
    return market(2)


def test_the_world_has_the_originals_shape(world: World) -> None:
    assert world.training.columns.tolist() == ["t_id", "era", "target", *FEATURES]
    assert world.tournament.columns.tolist() == ["t_id", "era", "data_type", *FEATURES]
    assert (len(world.training), len(world.tournament)) == (96_320, 36_072)
    sizes = world.tournament["data_type"].value_counts().to_dict()
    assert sizes == {"validation": 12_000, "test": 12_000, "live": 12_072}
    assert world.training["era"].nunique() + world.tournament["era"].nunique() == 120


def test_eras_run_on_from_training_through_the_splits(world: World) -> None:
    era = era_numbers(world.tournament["era"])
    blocks = [era[world.tournament["data_type"] == split] for split in SPLITS]
    ends = [era_numbers(world.training["era"]).max(), *(block.max() for block in blocks)]
    assert [block.min() for block in blocks] == [end + 1 for end in ends[:-1]]


def test_features_are_spread_evenly_over_zero_to_one_within_each_era(world: World) -> None:
    by_era = world.training.groupby("era")[list(FEATURES)]
    assert by_era.min().min().min() > 0
    assert by_era.max().max().max() < 1
    np.testing.assert_allclose(by_era.mean(), 0.5, atol=1e-6)


def test_the_best_attainable_loss_is_what_it_says() -> None:
    signal = np.random.default_rng(0).standard_normal(50_000)
    assert entropy(scaled(signal)) == pytest.approx(BEST_LOG_LOSS, abs=1e-9)
    # A signal of sd s costs about s²/8 less than ln 2.
    assert np.std(scaled(signal)) == pytest.approx(np.sqrt(8 * (np.log(2) - BEST_LOG_LOSS)), rel=0.02)


def test_the_entropy_of_a_coin_is_ln_2() -> None:
    assert entropy(np.zeros(3)) == pytest.approx(np.log(2))


def test_an_ordinary_model_gains_little_and_not_all(world: World) -> None:
    model = LogisticRegression().fit(world.training[list(FEATURES)], world.training["target"])
    p = model.predict_proba(world.tournament[list(FEATURES)])[:, 1]
    loss = log_loss(world.labels["target"], p)
    assert 0.6918 < loss < np.log(2)


def test_one_seed_gives_one_world_and_another_seed_another() -> None:
    one, same, other = market(1, SMALL), market(1, SMALL), market(2, SMALL)
    pd.testing.assert_frame_equal(one.training, same.training)
    pd.testing.assert_frame_equal(one.labels, same.labels)
    assert not set(one.tournament["t_id"]) & set(other.tournament["t_id"])
    assert (len(one.training), len(one.tournament)) == (SMALL.training, SMALL.tournament)
