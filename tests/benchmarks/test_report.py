"""The page of figures says everything that was measured, and only of whole runs."""

import pytest

from benchmarks import machine, measures, report
from benchmarks.report import NotWhole, extrapolated, page_of

ONE = {"ours_ms": 2.0, "peer": "a peer", "peer_ms": 8.0, "ratio": 4.0, "bar": "≥ 3× as fast", "holds": True}
SECONDS = {
    "1000": {"alone": 0.1, "batched": 0.01, "losses": 0.2, "append": 0.001, "close": 30.0},
    "20000": {"alone": 2.0, "batched": 0.2, "losses": 4.0, "append": 0.001},
}
MEMORY = {"scoring": {"what": "added", "mb": 114.0, "bar_mb": 300.0, "holds": True}}


THROUGHPUT = {
    "machine": machine.describe(), "submissions": 200, "rows": 12_000, "ratio": 1.8,
    "seconds": {"1": [21.0, 20.0, 19.0], "2": [11.0, 11.0]}, "per_second": {"1": 10.0, "2": 18.2},
}  # fmt: skip


def _bench():
    return {begin: ONE for row in report.ROWS for begin in row.begins}


def _run(**changes):
    return {"quick": False, "words": [], **machine.describe(), **changes}


def _page(bench, run):
    growth = {"machine": machine.describe(), "seconds": SECONDS, "memory": MEMORY}
    return page_of(bench, run, growth, THROUGHPUT)


def test_the_page_names_every_row_and_machine_and_no_path():
    page = _page(_bench(), _run(cpu="A processor", date="2026-01-02"))
    for row in report.ROWS:
        assert f"* Row {row.number}: {row.timed}." in page
        for begin in row.begins:
            assert f"| {row.number} | {begin} | a peer | 2.00 | 8.00 | 4.00 | ≥ 3× as fast | yes |" in page
    assert "2026-01-02, A processor, " in page
    assert all(f"{name} " in page for name in ("python", *machine.PACKAGES))
    assert "| 20,000 × 36,072 | 2 | 0.2 | 4 | 1 | not measured |" in page
    assert "| scoring | 114 | 300 | yes |" in page
    assert "| 1 | 20.00 | 10.0 |" in page
    assert "Two do 1.8 times as much as one." in page


def test_a_bar_that_does_not_hold_is_shown_as_such():
    bench = {**_bench(), "HTTP": {**ONE, "holds": False}}
    assert "| ≥ 3× as fast | **no** |" in _page(bench, _run())


@pytest.mark.parametrize("changes", [{"quick": True}, {"words": ["CORR"]}])
def test_a_part_of_the_races_is_not_published(changes):
    with pytest.raises(NotWhole):
        _page(_bench(), _run(**changes))


def test_a_row_without_a_race_and_a_race_without_a_row_are_refused():
    bench = _bench()
    del bench["HTTP"]
    with pytest.raises(NotWhole, match="Row 13"):
        _page(bench, _run())
    with pytest.raises(NotWhole, match="something else"):
        _page({**_bench(), "something else": ONE}, _run())


def test_what_is_extrapolated_comes_from_the_largest_crowd_that_has_it():
    rows = 1_000_000 / 36_072
    found = extrapolated(SECONDS)
    assert found["alone"] == pytest.approx(1.0 * rows)
    assert found["append"] == pytest.approx(0.001 * rows)
    assert found["close"] == pytest.approx(30.0 * 100 * rows)


def test_a_process_knows_its_memory_now_and_at_most():
    assert 10 < measures.memory("VmRSS") <= measures.memory("VmHWM") < 100_000
