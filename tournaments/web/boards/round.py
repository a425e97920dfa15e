"""A round: its phase, its board, its crowd, its payouts, its log."""

import csv
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from tournaments.models import Participant, Round, Settlement
from tournaments.services import settlement, stakes
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.services.reading import blends, desk, exports, histories, reports, status
from tournaments.services.reading.feedback import splits_of
from tournaments.web import gates, pays
from tournaments.web.boards import blends as blended
from tournaments.web.boards import board as boards
from tournaments.web.boards import crowd, lists
from tournaments.web.door import only_part, page, show

State = Round.State
SPLITS = ("validation", "test", "live")
PAYOUTS_HERE = 50
PHASES = (
    (State.OPEN, "Open", "opened_at"),
    (State.CLOSED, "Closed", "closed_at"),
    (State.RESOLVED, "Labels", "resolved_at"),
    (State.SETTLED, "Settled", "settled_at"),
)


@dataclass(frozen=True)
class Phase:
    """One stop of the phase line: `done`, `now` or `ahead`, and since when."""

    title: str
    state: str
    at: object


def phases_of(round_: Round, rewarded: bool) -> list[Phase]:
    """Return the phase line. Without rewards the last stop is called final: nothing is settled then."""
    order = [state for state, _, _ in PHASES]
    here = order.index(State(round_.state)) if round_.state in order else -1
    found = []
    for i, (_, title, field) in enumerate(PHASES):
        last = i == len(PHASES) - 1
        state = "done" if i < here or (i == here and last) else "now" if i == here else "ahead"
        name = "Final" if last and not rewarded else title
        found.append(Phase(name, state, getattr(round_, field)))
    return found


@dataclass(frozen=True)
class _Board:
    """A part of a round's board as the reader asked for it, with what was paid."""

    board: reports.Board
    page: reports.Page
    query: lists.Query
    columns: list[lists.Column]
    settlement: Settlement | None


def _board(request: HttpRequest, actor: Actor, round_: Round, size: int | None) -> _Board:
    rules = round_.read_rules()
    paid_for = rules.rewards != "none" and round_.state == State.SETTLED
    settled = settlement.effective(round_) if paid_for else None
    asked = lists.Query.read(request.GET, boards.WHO)
    board = reports.leaderboard(actor, round_, asked.split).of(settled.pk if settled else None)
    columns = boards.columns_of(board.public, round_.state, settled is not None)
    asked = asked.among(columns)
    found = boards.look(board, asked, size)
    shown = [*found.rows, *found.own]
    paid = [row["alias"] for row in shown if row.get("paid_place")]
    boards.dress(shown, rules, settlement.amounts_of(settled, paid) if settled and paid else {})
    return _Board(board, found, asked, columns, settled)


def _board_context(actor: Actor, round_: Round, found: _Board) -> dict[str, Any]:
    rules = round_.read_rules()
    return {
        "round": round_,
        "rules": rules,
        "rewarded": rules.rewards != "none",
        "me": participant_of(actor, round_.tournament),
        "view": boards.view_of(found.board, found.query, found.page, found.columns),
        "board": found.board,
        "splits": _splits(round_, found),
        "settlement": found.settlement,
        "staked": stakes.taken(rules),
        "oversees": stakes.taken(rules) and actor.oversees(round_.tournament),
    }


@page
def show_round(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show everything of a round that the reader may see at this moment, or its board alone."""
    round_ = find_round(actor, slug, number)
    found = _board(request, actor, round_, lists.PAGE)
    context = _board_context(actor, round_, found)
    if only_part(request, "board"):
        return show(request, "web/_board.html", context)
    me, rewarded = context["me"], context["rewarded"]
    after = round_.state in Round.CLOSED_STATES
    portrait = reports.portrait(round_, found.board.split) if after else None
    made = blends.of_round(round_)
    lines = blended.dots(made, found.board.split) if made else []
    context |= {
        "phases": phases_of(round_, rewarded),
        "mine": _mine(me, round_),
        "own": [row for row in found.page.own if row.get("rank")] if after else [],
        "ranked": len(portrait.ranked) if portrait else 0,
        "picture": crowd.picture(portrait, me.pk if me else None, lines) if portrait else None,
        "blends": blended.shown(made) if made else None,
        "export": exports.offered(actor, round_),
        "last": histories.last_before(round_, me) if me and round_.state == State.OPEN else None,
        "payouts": _payouts(round_, found.settlement),
        "pays": pays.of(round_.read_rules()),
        "sizes": [(split, round_.split_rows[split]) for split in SPLITS if split in round_.split_rows],
        "datasets": round_.datasets.order_by("pk"),
        "log": round_.log.order_by("-pk"),
        "desk": desk.of_round(actor, round_) if actor.operates(round_.tournament) else None,
    }
    return show(request, "web/round.html", context)


def _payouts(round_: Round, settled: Settlement | None) -> Any:
    """Return the lines of a settlement where they are few enough to stand on the round's page."""
    if settled is None or settled.payouts.count() > PAYOUTS_HERE:
        return None
    return gates.told(round_, settlement.payouts_of(settled))


def _splits(round_: Round, found: _Board) -> list[tuple[str, str, bool]]:
    """Return the splits to choose from: name, address, chosen."""
    return [
        (split, found.query.address(split=split, page=1), split == found.board.split)
        for split in splits_of(round_)
    ]


def _mine(me: Participant | None, round_: Round) -> dict[str, Any] | None:
    """Return the reader's forecasters in this round while it is open."""
    if me is None or round_.state != State.OPEN:
        return None
    return status.in_round(me, round_)


@page
def board_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return the board of the same address as a CSV file: its split, filter and order, on one page."""
    round_ = find_round(actor, slug, number)
    found = _board(request, actor, round_, None)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{round_.tournament.slug}-{round_.number}-{found.board.split}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(boards.csv_rows(found.page.rows, found.settlement is not None))
    return response
