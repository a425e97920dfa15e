"""What a race makes of its times, with a clock that stands where the racers put it."""

import time

import pytest

from benchmarks.race import FEW, ROUNDS, Bar, Disagreement, Race, run


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def _takes(clock, seconds, calls=None):
    def act():
        clock[0] += seconds
        if calls is not None:
            calls.append(seconds)
        return seconds

    return act


def test_times_are_of_one_piece_of_work(clock):
    race = Race("w", "p", _takes(clock, 0.5), _takes(clock, 2), Bar(16), ours_parts=10, peer_parts=0.25)
    found = run(race)
    assert found.ours_ms == pytest.approx(50)
    assert found.peer_ms == pytest.approx(8_000)
    assert found.ratio == pytest.approx(160)
    assert found.holds
    assert (found.peer, found.bar) == ("p", "≥ 16× as fast")


@pytest.mark.parametrize(("seconds", "rounds"), [(1, ROUNDS), (4, FEW)])
def test_a_peer_that_takes_long_runs_a_few_times(clock, seconds, rounds):
    calls: list[float] = []
    run(Race("w", "p", _takes(clock, 0.1), _takes(clock, seconds, calls), Bar(1), peer_parts=0.01))
    assert len(calls) == rounds + 1  # the first one warms up


def test_a_bar_is_a_factor_of_speed_or_of_time():
    assert Bar(2).holds(ours=1, peer=2)
    assert not Bar(2).holds(ours=1.1, peer=2)
    assert Bar(2, at_most=True).holds(ours=4, peer=2)
    assert not Bar(2, at_most=True).holds(ours=4.1, peer=2)


def test_racers_that_find_different_things_are_not_timed(clock):
    race = Race("w", "p", _takes(clock, 1), _takes(clock, 2), Bar(1), agree=lambda a, b: a == b)
    with pytest.raises(Disagreement, match="w: ours and p"):
        run(race)
