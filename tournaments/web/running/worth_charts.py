"""The charts of what a meta-model is worth."""

from collections.abc import Sequence
from typing import Any

from tournaments.services.reading.worth import Report
from tournaments.web.charts import BARS, CROWD, MANY, Axis, Chart, Reference, Series
from tournaments.web.formats import NATS, figure_text
from tournaments.web.running.worth_lines import kelly_words

ENOUGH = 0.9
PARTICIPANTS = Axis("Participants")


def of(report: Report) -> list[Chart]:
    """Return every chart of a report, the crowd's size first where it is known."""
    sizes = [crowd_size(report), order_by_size(report)] if report.curve else []
    return [*sizes, by_cost(report), by_era(report)]


def crowd_size(report: Report) -> Chart:
    """Draw the gain of the meta-model restricted to some of its participants, by how many they are."""
    curve, singles = report.curve, report.singles
    lines = {"best single": singles.best, "mean single": singles.mean}
    return Chart(
        size_finding(curve),
        x=PARTICIPANTS,
        y=Axis("Gain", "1e-4 nats per row", digits=1, signed=True),
        series=[_by_size(curve, "gain", NATS, "blend")],
        references=[
            *(Reference(gain * NATS, name) for name, gain in lines.items() if gain is not None),
            Reference(0.0, "a coin"),
        ],
        note="The mean over blends of randomly drawn participants, up to 50 draws of each size; the band has "
        "the middle 80% of them. A blend of few speaks as boldly as the whole meta-model does, which is too "
        "bold for few, and participants without any weight are a coin; the next chart depends on neither.",
        head=("Participants", "Blends", "Gain, 1e-4", "10%", "90%", "Hit rate", "IC"),
        rows=[_size_row(one) for one in curve],
    )


def size_finding(curve: Sequence[dict[str, Any]]) -> str:
    """Say how many participants bring most of the gain, or how the gain goes where there is none.

    >>> def rung(n, gain):
    ...     return {"participants": n, "gain": gain}
    >>> size_finding([rung(1, 1e-4), rung(5, 9.5e-4), rung(10, 1e-3)])
    '5 of 10 participants bring nine tenths of the gain'
    >>> size_finding([rung(1, -5e-4), rung(3, -1e-4)])
    'The gain goes from −5.0 with one participant to −1.0 with all 3'
    """
    first, last = curve[0], curve[-1]
    everyone = last["participants"]
    if everyone == 1:
        return "One participant is the whole crowd"
    enough = next((one["participants"] for one in curve if one["gain"] >= ENOUGH * last["gain"]), everyone)
    if last["gain"] > 0.0 and enough < everyone:
        return f"{enough:,} of {everyone:,} participants bring nine tenths of the gain"
    ends = [figure_text("gain", one["gain"]) for one in (first, last)]
    return f"The gain goes from {ends[0]} with one participant to {ends[1]} with all {everyone:,}"


def order_by_size(report: Report) -> Chart:
    """Draw the information coefficient by the number of participants."""
    first, last = report.curve[0]["ic"], report.curve[-1]["ic"]
    told = first is not None and last is not None
    return Chart(
        f"The information coefficient goes from {_short(first)} to {_short(last)} as participants join"
        if told
        else "There is no information coefficient: nothing here has an order",
        x=PARTICIPANTS,
        y=Axis("Information coefficient", digits=4),
        series=[_by_size(report.curve, "ic", 1.0, "blend")],
        references=[Reference(0.0, "no skill")],
        note="Rank correlation with the outcomes, mean over eras: how good the order is, however bold.",
        height="low",
    )


def by_cost(report: Report) -> Chart:
    """Draw Kelly growth against the cost of a trade."""
    measured = report.measured
    costs = [100.0 * cost for cost in measured.costs]
    part = Series(
        kelly_words(report.kelly),
        costs,
        [one.row * NATS for one in measured.part],
        role=CROWD,
        low=[_nats(one.row_low) for one in measured.part] if measured.worth.eras > 1 else (),
        high=[_nats(one.row_high) for one in measured.part] if measured.worth.eras > 1 else (),
    )
    whole = Series(kelly_words(1.0), costs, [one.row * NATS for one in measured.whole], role=MANY)
    return Chart(
        cost_finding(measured.half_cost, measured.whole[0].row),
        x=Axis("Cost of a trade", "% of the stake", digits=2),
        y=Axis("Growth", "1e-4 nats per row", digits=2, signed=True),
        series=[part] if report.kelly == 1.0 else [whole, part],
        references=[Reference(100.0 * report.cost, f"at {100.0 * report.cost:.4g}%", "x")],
        note="Log-growth of capital at even odds, each row settled before the next is bet on. Only rows "
        "whose edge is above the cost are bet on. The band is a 95% interval over eras.",
    )


def cost_finding(half: float | None, free: float) -> str:
    """Say what costs the growth bears.

    >>> cost_finding(0.0123, 5e-4), cost_finding(None, -1e-4)
    ('Half of the growth is left at a cost of 1.23% of the stake', 'Nothing grows, even without costs')
    """
    if free <= 0.0:
        return "Nothing grows, even without costs"
    if half is None:
        return "More than half of the growth is left at every cost shown"
    return f"Half of the growth is left at a cost of {half:.2%} of the stake"


def by_era(report: Report) -> Chart:
    """Draw the information coefficient of each era."""
    found = report.measured.worth.information
    known = [ic for ic in found.eras if ic is not None]
    right = sum(ic > 0.0 for ic in known)
    return Chart(
        f"The order was right more often than wrong in {right:,} of {len(known):,} eras"
        if len(known) > 1
        else "One era cannot tell skill from luck",
        x=Axis("Era"),
        y=Axis("Information coefficient", digits=4),
        series=[Series("information coefficient", report.eras, found.eras, kind=BARS, label="")],
        references=[]
        if found.ic is None or len(known) < 2
        else [Reference(found.ic, f"mean {found.ic:.3f}")],
        note="Spearman’s rank correlation of the probabilities with the outcomes of each era.",
    )


def _by_size(curve: Sequence[dict[str, Any]], name: str, unit: float, title: str) -> Series:
    # As words: the sizes are Fibonacci's numbers, and stand at equal steps.
    places = [f"{one['participants']:,}" for one in curve]
    mean, low, high = (
        [None if one[key] is None else one[key] * unit for one in curve]
        for key in (name, f"{name}_low", f"{name}_high")
    )
    return Series(title, places, mean, low=low, high=high)


def _size_row(one: dict[str, Any]) -> list[str]:
    gains = [figure_text("gain", one[key]) for key in ("gain", "gain_low", "gain_high")]
    hits = "–" if one["hit_rate"] is None else f"{one['hit_rate']:.2%}"
    return [f"{one['participants']:,}", f"{one['subsets']:,}", *gains, hits, _short(one["ic"])]


def _short(ic: float | None) -> str:
    return "–" if ic is None else figure_text("ic", ic)


def _nats(value: float | None) -> float | None:
    return None if value is None else value * NATS
