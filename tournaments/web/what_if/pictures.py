"""How unequally payments are shared out: Lorenz curves, side by side."""

from collections.abc import Sequence
from itertools import accumulate

from tournaments.web import charts
from tournaments.web.charts import Axis, Chart, Mark, Reference, Series
from tournaments.web.what_if.figures import Side

ROLES = (charts.MANY, charts.OWN, charts.ONE, charts.BENCHMARK)
POINTS = 200
"""A curve needs no more to look the same."""


def lorenz(sides: Sequence[Side]) -> Chart | None:
    """Draw what share of all that is paid those with least have together; None where nobody gets anything.

    Source: Lorenz 1905. Twice the area between a curve and the diagonal is its Gini coefficient, up to 1/n.
    """
    drawn = [(side, role) for side, role in zip(sides, ROLES, strict=False) if side.paid.gains.total()]
    if not drawn:
        return None
    curves = [(side, role, *_curve(list(side.paid.gains.values()))) for side, role in drawn]
    series = [
        Series(side.name, xs, ys, role=role, label="", hover=_hover(side, xs, ys))
        for side, role, xs, ys in curves
    ]
    marks = [_mark(xs, ys, side.brief, role, place) for place, (side, role, xs, ys) in enumerate(curves)]
    ginis = [f"{side.brief} {float(side.unequal.gini or 0):.3f}" for side, _ in drawn]
    return Chart(
        _title(sides),
        x=Axis("Participants, those who get least first", percent=True, range=(0, 1)),
        y=Axis("Share of all that is paid", percent=True, range=(0, 1)),
        series=series,
        references=[Reference(0.0, "all get the same", "xy")],
        marks=marks,
        height=charts.SQUARE,
        note=f"The further below the diagonal, the more unequal. Gini: {'; '.join(ginis)}.",
    )


def _curve(amounts: list[int]) -> tuple[list[float], list[float]]:
    """Return the shares of participants and of amounts, from 0 to 1, thinned to `POINTS`."""
    rising = sorted(amounts)
    sums, size = [0, *accumulate(rising)], len(rising)
    places = sorted(
        {round(i * size / POINTS) for i in range(POINTS + 1)} if size > POINTS else range(size + 1)
    )
    return [i / size for i in places], [sums[i] / sums[-1] for i in places]


def _mark(xs: list[float], ys: list[float], name: str, role: str, place: int) -> Mark:
    """Return a name where its curve reaches a height of its own, so that names do not lie on each other."""
    height = 0.15 + 0.2 * place
    at = next(i for i, y in enumerate(ys) if y >= height)
    x0, x1, y0, y1 = xs[at - 1], xs[at], ys[at - 1], ys[at]
    return Mark(x0 + (x1 - x0) * (height - y0) / (y1 - y0), height, name, role)


def _hover(side: Side, xs: Sequence[float], ys: Sequence[float]) -> list[str]:
    return [f"{side.name}: the lower {x:.1%} get {y:.1%}" for x, y in zip(xs, ys, strict=True)]


def _title(sides: Sequence[Side]) -> str:
    """Say which of two is more equal; of more, ask."""
    first, last = sides[0].unequal.gini, sides[-1].unequal.gini
    if len(sides) != 2 or first is None or last is None:
        return "How unequally is it shared out?"
    if f"{float(first):.3f}" == f"{float(last):.3f}":
        return "It would be shared out as unequally as now"
    return f"It would be shared out {'more' if last < first else 'less'} equally than now"
