"""A participant in the crowd, round by round, as its page shows it: weights, what was added, why it moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tournaments.services.reading.moves import SEEN
from tournaments.services.reading.weights import Line, Report
from tournaments.web.boards.moving import sentences
from tournaments.web.charts import LINE, LOW, MANY, OTHER, OWN, Axis, Chart, Series
from tournaments.web.formats import MINUS, figure, null, share

CELL = '<td class="num">{}</td>'
FIGURES = ("loo", "mmc", "cwmm")


@dataclass(frozen=True)
class Move:
    """Why the weight moved in one round, as sentences."""

    round: int
    title: str
    sentences: list[str]


@dataclass(frozen=True)
class Shown:
    """The section: the newest move, those before it, a chart from the second round on, and the table."""

    newest: Move
    moves: list[Move]
    chart: Chart | None
    rows: list[SafeString]


def shown(report: Report, slug: str) -> Shown | None:
    """Return what the page shows; None of those who have been in no crowd yet."""
    lines = report.lines
    if not lines:
        return None
    moves = [_move(one) for one in lines]
    chart = _chart(lines[::-1]) if len(lines) > 1 else None
    return Shown(moves[0], moves[1:], chart, [_row(one, slug) for one in lines])


def _move(line: Line) -> Move:
    return Move(line.round.number, _title(line), sentences(line.reasons))


def _title(line: Line) -> str:
    """Say what the weight is and how far it moved."""
    weight = share(line.weight)
    if line.moved is None:
        return f"It weighs {weight} in round {line.round.number}"
    if abs(line.moved) < SEEN:
        return f"It weighs {weight} in round {line.round.number}, as before"
    way = "up" if line.moved > 0 else "down"
    return f"It weighs {weight} in round {line.round.number}, {way} from {share(line.weight - line.moved)}"


def _row(line: Line, slug: str) -> SafeString:
    return format_html(
        '<tr><th scope="row"><a href="{}">Round {}</a></th><td>{}</td>{}{}{}{}<td>{}</td></tr>',
        reverse("round", args=[slug, line.round.number]),
        line.round.number,
        line.blend.capitalize(),
        format_html(CELL, share(line.weight)),
        format_html(CELL, _moved(line)),
        format_html(CELL, share(line.equal)),
        format_html(CELL * len(FIGURES), *(_figure(line.added, name) for name in FIGURES)),
        line.added["split"].capitalize() if line.added else null("not_resolved"),
    )


def _moved(line: Line) -> str:
    """Return the move in points of a percent, or an en dash of what is there for the first time."""
    if line.moved is None:
        return null("first_time")
    text = f"{line.moved * 100:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", MINUS)


def _figure(added: dict[str, Any] | None, name: str) -> SafeString:
    return null("not_resolved") if added is None else figure(added, name)


def _chart(lines: Sequence[Line]) -> Chart:
    """Draw the weight in the meta-model beside what each would weigh alike, and in the other blends."""
    rounds = [line.round.number for line in lines]
    return Chart(
        _finding(lines),
        x=Axis("Round", whole=True),
        y=Axis("Weight", percent=True, digits=2),
        series=[
            Series("meta-model", rounds, [line.weight for line in lines], kind=LINE, role=OWN),
            Series("all alike", rounds, [line.equal for line in lines], kind=LINE, role=MANY),
            *(
                Series(name, rounds, [line.weights.get(name) for line in lines], kind=LINE, role=OTHER)
                for name in _telling(lines)
            ),
        ],
        height=LOW,
        note="The weight in the meta-model of each round, and in the other blends that weigh people "
        "differently. “All alike” is one over the number of participants.",
    )


def _telling(lines: Sequence[Line]) -> list[str]:
    """Return the blends whose line would lie neither on that of all alike nor on the meta-model's."""
    names = sorted({name for line in lines for name in line.weights})

    def apart(name: str, from_: Callable[[Line], float]) -> bool:
        there = [line for line in lines if name in line.weights]
        return any(abs(line.weights[name] - from_(line)) >= SEEN for line in there)

    return [
        name
        for name in names
        if apart(name, lambda line: line.equal) and apart(name, lambda line: line.weight)
    ]


def _finding(lines: Sequence[Line]) -> str:
    """Say how often it weighed more than all alike."""
    more = sum(line.weight - line.equal >= SEEN for line in lines)
    if not more and all(abs(line.weight - line.equal) < SEEN for line in lines):
        return f"In all {len(lines)} rounds it weighed what everyone weighed"
    return f"It weighed more than its equal share in {more} of {len(lines)} rounds"
