"""The charts of a submission: its eras against a coin, its calibration, and its spread."""

from typing import Any

from tournaments.numerics.units import LN2
from tournaments.services.reading.closeups import Closeup
from tournaments.web.charts import BARS, DOTS, SQUARE, Axis, Chart, Mark, Reference, Series
from tournaments.web.playing import metrics

BOLD, TIMID = 0.9, 1.1
"""Slopes between these are called close to perfect; they are estimates."""


def of(closeup: Closeup) -> list[Chart]:
    """Return the charts of a submission on a split; none where no more than the figures may be told."""
    shape = closeup.figures.get("calibration")
    if not shape or not closeup.eras:
        return []
    return [eras(closeup), calibration(shape), spread(closeup.figures["histogram"])]


def eras(closeup: Closeup) -> Chart:
    """Show the log loss of each era from the coin's on, the worst era named."""
    names = [one.era for one in closeup.eras]
    losses = [one.log_loss for one in closeup.eras]
    better = sum(round(loss * 1e9) < round(LN2 * 1e9) for loss in losses)
    worst = max(range(len(losses)), key=losses.__getitem__)
    said = f"Better than a coin in {better:,} of {len(losses):,} eras"
    return Chart(
        said if len(losses) > 1 else "One era, and the coin",
        x=Axis("Era"),
        y=Axis("Log loss", digits=5),
        series=[Series("log loss", names, losses, kind=BARS, base=LN2, label="")],
        references=[Reference(LN2, "a coin, ln 2")],
        marks=[Mark(names[worst], losses[worst], f"worst: {names[worst]}")] if len(losses) > 1 else [],
        note="Bars below the line are eras in which the file was better than a coin.",
        head=metrics.TITLES,
        rows=metrics.eras(closeup.eras),
    )


def calibration(shape: dict[str, Any]) -> Chart:
    """Show what came of rows that were given like probabilities, and what perfect would be."""
    bins = shape["bins"]
    ends = [one[key] for one in bins for key in ("mean_p", "rate_low", "rate_high")]
    low, high = min(ends), max(ends)
    room = max(0.01, (high - low) * 0.06)
    span = (max(0.0, low - room), min(1.0, high + room))
    columns = {key: [one[key] for one in bins] for key in ("mean_p", "rate", "rate_low", "rate_high", "rows")}
    percent = {key: [f"{value:.1%}" for value in columns[key]] for key in ("rate", "rate_low", "rate_high")}
    told = [f"{p:.4f}" for p in columns["mean_p"]]
    return Chart(
        "Do the probabilities mean what they say?",
        x=Axis("Mean probability of ten equal groups", digits=4, range=span),
        y=Axis("Share of ones", percent=True, range=span),
        series=[
            Series(
                "share of ones",
                columns["mean_p"],
                columns["rate"],
                kind=DOTS,
                low=columns["rate_low"],
                high=columns["rate_high"],
                hover=[
                    f"said {p}, came {rate} ({low} to {high}), {rows:,} rows"
                    for p, rate, low, high, rows in zip(told, *percent.values(), columns["rows"], strict=True)
                ],
                label="",
            )
        ],
        references=[Reference(0, "perfect", "xy")],
        note=_recalibration(shape),
        height=SQUARE,
        head=["Mean probability", "Share of ones", "From", "To", "Rows"],
        rows=[
            [p, rate, low, high, f"{rows:,}"]
            for p, rate, low, high, rows in zip(told, *percent.values(), columns["rows"], strict=True)
        ],
    )


def _recalibration(shape: dict[str, Any]) -> str:
    lines = "Lines are 95% intervals, as if rows were independent."
    slope, intercept = shape["slope"], shape["intercept"]
    if slope is None:
        return f"No slope can be fitted here. {lines}"
    if slope < 0:
        said = "what was called likely came less often"
    elif slope < TIMID:
        said = "the file is bolder than the outcomes" if slope < BOLD else "it is close to that"
    else:
        said = "the outcomes are bolder than the file"
    # Zero is added to what rounding may leave as −0.
    figures = f"Slope {slope:.2f}, intercept {round(intercept, 2) + 0.0:.2f}".replace("-", "−")
    return f"{figures}: 1 and 0 would be perfect, and here {said}. {lines}"


def spread(counts: list[int]) -> Chart:
    """Show how many rows were given which probability."""
    width = 1 / len(counts)
    middles = [round((cell + 0.5) * width, 6) for cell in range(len(counts))]
    spans = [f"{cell * width:.2f} to {(cell + 1) * width:.2f}" for cell in range(len(counts))]
    return Chart(
        "How far from 0.5 does it dare to go?",
        x=Axis("Probability", range=(0.0, 1.0)),
        y=Axis("Rows"),
        series=[
            Series(
                "rows",
                middles,
                [float(n) for n in counts],
                kind=BARS,
                hover=[f"{n:,} rows from {span}" for n, span in zip(counts, spans, strict=True)],
                label="",
            )
        ],
        references=[Reference(0.5, "0.5", "x")],
        height=SQUARE,
        head=["Probability", "Rows"],
        rows=[[span, f"{n:,}"] for span, n in zip(spans, counts, strict=True)],
    )
