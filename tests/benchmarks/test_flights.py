import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from benchmarks.worlds import SMALL, World, flights
from benchmarks.worlds.flights import (
    EMBARGO,
    RAW,
    TRAILS,
    is_late,
    rank_within_day,
    raw_features,
    read_flights,
    splits_of_days,
    trailing,
)
from benchmarks.worlds.world import FEATURES, SPLITS, era_numbers

OUTCOMES = ["arr_delay", "dep_delay", "dep_time", "arr_time", "air_time"]


@pytest.fixture(scope="module")
def world() -> World:
    return flights(0)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return read_flights()


def test_the_world_has_the_originals_shape(world: World) -> None:
    assert world.training.columns.tolist() == ["t_id", "era", "target", *FEATURES]
    assert world.tournament.columns.tolist() == ["t_id", "era", "data_type", *FEATURES]
    assert world.labels.columns.tolist() == ["t_id", "target"]
    assert (len(world.training), len(world.tournament)) == (96_320, 36_072)
    sizes = world.tournament["data_type"].value_counts().to_dict()
    assert sizes == {"validation": 12_000, "test": 12_000, "live": 12_072}
    assert world.labels["t_id"].tolist() == world.tournament["t_id"].tolist()
    assert set(world.labels["target"]) == {0, 1}


def test_features_are_spread_over_zero_to_one_without_gaps(world: World) -> None:
    for rows in (world.training, world.tournament):
        values = rows[list(FEATURES)].to_numpy()
        assert values.min() >= 0
        assert values.max() <= 1
        assert not np.isnan(values).any()
    assert world.training[list(FEATURES)].std().min() > 0.1


def test_splits_are_blocks_of_days_in_time_after_an_embargo(world: World) -> None:
    era = era_numbers(world.tournament["era"])
    blocks = [era[world.tournament["data_type"] == split] for split in SPLITS]
    ends = [era_numbers(world.training["era"]).max(), *(block.max() for block in blocks)]
    assert [block.min() for block in blocks] == [end + 1 for end in ends[:-1]]
    days = splits_of_days()
    gap = np.flatnonzero(days == "validation")[0] - np.flatnonzero(days == "training")[-1] - 1
    assert gap == EMBARGO == 7


def test_ids_and_the_order_of_rows_tell_nothing(world: World) -> None:
    ids = pd.concat([world.training["t_id"], world.tournament["t_id"]])
    assert ids.is_unique
    assert ids.str.fullmatch("[0-9a-f]{16}").all()
    era = pd.Series(era_numbers(world.tournament["era"]))
    by_id = era[np.argsort(world.tournament["t_id"].to_numpy())].reset_index(drop=True)
    target, place = world.training["target"], world.training.groupby("era").cumcount()
    for first, second in [
        (era, pd.Series(np.arange(len(era)))),
        (by_id, pd.Series(np.arange(len(era)))),
        (target, place),
    ]:
        # Four standard errors; in the package's own order of actual departure the last one is 0.1.
        assert abs(first.corr(second, method="spearman")) < 4 / np.sqrt(len(first))


def test_each_day_gives_its_share_of_rows(world: World, table: pd.DataFrame) -> None:
    days = np.flatnonzero(splits_of_days() == "live")
    there = table[table["arr_delay"].notna()].groupby("date").size()[days].to_numpy()
    live = world.tournament[world.tournament["data_type"] == "live"]
    taken = live.groupby(era_numbers(live["era"])).size().to_numpy()
    assert np.abs(taken - there * 12_072 / there.sum()).max() < 1


def test_an_ordinary_model_lands_where_such_data_lets_it(world: World) -> None:
    model = LogisticRegression().fit(world.training[list(FEATURES)], world.training["target"])
    p = model.predict_proba(world.tournament[list(FEATURES)])[:, 1]
    for split in SPLITS:
        rows = (world.tournament["data_type"] == split).to_numpy()
        assert 0.655 < log_loss(world.labels["target"][rows], p[rows]) < 0.688


def test_features_of_a_day_do_not_know_its_outcomes_nor_later_ones(table: pd.DataFrame) -> None:
    day = 200
    changed = table.copy()
    later = (changed["date"] >= day).to_numpy()
    rng = np.random.default_rng(0)
    changed.loc[later, OUTCOMES] = changed.loc[later, OUTCOMES].to_numpy()[rng.permutation(later.sum())]
    dates = table["date"].to_numpy()
    before, after = raw_features(table), raw_features(changed)
    upto = dates <= day
    np.testing.assert_array_equal(before[upto], after[upto])
    ranked = rank_within_day(before[upto], dates[upto]), rank_within_day(after[upto], dates[upto])
    np.testing.assert_array_equal(*ranked)
    trails = [RAW.index(name) for name in [*TRAILS, "padding"]]
    # A week on, all have heard of it, the average by weekday too.
    week_on = dates == day + 7
    assert (before[week_on][:, trails] != after[week_on][:, trails]).any(axis=0).all()


def test_the_target_is_later_than_the_median_flight_of_the_day() -> None:
    table = pd.DataFrame({"date": [0, 0, 0, 1, 1], "arr_delay": [-5.0, 3.0, 40.0, 7.0, np.nan]})
    np.testing.assert_array_equal(is_late(table), [0, 0, 1, 0, np.nan])


def test_a_trailing_average_halves_the_weight_of_three_weeks_ago() -> None:
    key, day = np.zeros(3, dtype=int), np.array([0, 21, 22])
    value = np.array([3.0, 9.0, 0.0])
    # On day 22: (3·½·k + 9·k) / (½·k + k) = 7, whatever one more day's k is.
    np.testing.assert_allclose(trailing(key, day, value, prior=0.0), [np.nan, 3.0, 7.0])
    k = 0.5 ** (1 / 21)
    np.testing.assert_allclose(trailing(key, day, value, prior=1.0)[2], 10.5 * k / (1.5 * k + 1))


def test_a_missing_key_has_no_trailing_average() -> None:
    average = trailing(np.array([0, -1]), np.array([0, 1]), np.array([3.0, 9.0]), prior=0.0)
    assert np.isnan(average).all()


def test_ranks_share_ties_and_put_the_unknown_in_the_middle() -> None:
    raw = np.array([[10.0], [20.0], [20.0], [np.nan], [5.0]])
    ranked = rank_within_day(raw, np.array([0, 0, 0, 0, 1]))
    np.testing.assert_allclose(ranked.ravel(), [0.5 / 3, 2 / 3, 2 / 3, 0.5, 0.5])


def test_one_seed_gives_one_world_and_another_seed_other_rows() -> None:
    one, same, other = flights(1, SMALL), flights(1, SMALL), flights(2, SMALL)
    pd.testing.assert_frame_equal(one.tournament, same.tournament)
    pd.testing.assert_frame_equal(one.training, same.training)
    assert not set(one.tournament["t_id"]) & set(other.tournament["t_id"])
    assert (len(one.training), len(one.tournament)) == (SMALL.training, SMALL.tournament)
