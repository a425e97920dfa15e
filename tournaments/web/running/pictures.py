"""The charts of the operators' pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tournaments.services.reading.advantage import Line
from tournaments.services.reading.pairs import Pairs
from tournaments.services.reading.workload import Arrivals
from tournaments.web import charts
from tournaments.web.charts import Axis, Chart, Reference, Series
from tournaments.web.formats import NATS


def arrivals(found: Arrivals, began: datetime, until: datetime) -> Chart:
    """Draw how many submissions there were over time, from the opening to the close or now."""
    step = timedelta(hours=1) if found.unit == "hour" else timedelta(days=1)
    at = [began, *(min(until, moment + step) for moment, _, _ in found.rows)]
    total = [0.0, *(float(total) for _, _, total in found.rows)]
    if until > at[-1]:
        at, total = [*at, until], [*total, total[-1]]
    return Chart(
        "How many submissions came in so far?",
        x=Axis("Time", time=True),
        y=Axis("Submissions", whole=True),
        series=[Series("submissions", at, total, label="")],
        height=charts.LOW,
        note=f"All accepted files of the round, replaced ones too, summed at the end of each {found.unit}.",
        head=(f"From this {found.unit} on, UTC", "Came in", "Until its end"),
        rows=[(f"{when:%Y-%m-%d %H:%M}", f"{came:,}", f"{all_:,}") for when, came, all_ in found.rows],
    )


def nearness(found: Pairs, gate: float | None) -> Chart:
    """Draw how near the submissions of a round are to earlier ones, with the threshold."""
    bins = len(found.bins)
    middles = [(i + 0.5) / bins for i in range(bins)]
    spans = [f"{i / bins:.2f} to {(i + 1) / bins:.2f}" for i in range(bins)]
    lines = [] if found.threshold is None else [Reference(found.threshold, f"at {found.threshold:.2f}", "x")]
    if gate is not None and gate != found.threshold:
        lines.append(Reference(gate, f"rule {gate:.2f}", "x"))
    return Chart(
        "How near is each submission to an earlier one?",
        x=Axis("Largest |ρ| with an earlier one", range=(0, 1)),
        y=Axis("Submissions", whole=True),
        series=[
            Series(
                "submissions",
                middles,
                found.bins,
                kind=charts.BARS,
                role=charts.MANY,
                label="",
                hover=[f"{n:,} submissions, |ρ| {span}" for n, span in zip(found.bins, spans, strict=True)],
            )
        ],
        references=lines,
        height=charts.LOW,
        head=("|ρ|", "Submissions"),
        rows=[(span, f"{n:,}") for n, span in zip(found.bins, spans, strict=True) if n],
    )


def advantage(lines: Sequence[Line]) -> Chart:
    """Draw the gains of the crowd, the benchmark and the members over the rounds of a season."""
    rounds = [f"{line.number}" for line in lines]
    series = [
        _gains("median forecaster", rounds, [line.median for line in lines], charts.MANY),
        _gains("best forecaster", rounds, [line.best for line in lines], charts.ONE),
        _gains("benchmark", rounds, [line.benchmark for line in lines], charts.BENCHMARK),
        Series(
            "crowd",
            rounds,
            _nats([line.crowd for line in lines]),
            role=charts.CROWD,
            low=_nats([line.crowd_low for line in lines]),
            high=_nats([line.crowd_high for line in lines]),
        ),
    ]
    return Chart(
        "Gain per resolved round",
        x=Axis("Round", whole=True),
        y=Axis("Gain", "1e-4 nats per row", digits=1, signed=True),
        series=[one for one in series if any(value is not None for value in one.y)],
        references=[Reference(0, "a coin")],
        note="Further up is better. The band is the crowd's 95% interval over eras.",
    )


def _gains(name: str, rounds: list[str], values: list[float | None], role: str) -> Series:
    return Series(name, rounds, _nats(values), role=role)


def _nats(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else value * NATS for value in values]
