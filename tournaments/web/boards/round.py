"""A round: its phase, its board, its crowd, its payouts, its log."""

import csv
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from tournaments.models import Participant, Payout, Round, Settlement
from tournaments.services import operations, settlement
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.services.reading import reports, status
from tournaments.services.reading.feedback import splits_of
from tournaments.web.boards import board as boards
from tournaments.web.boards import crowd
from tournaments.web.door import page, show

State = Round.State
SPLITS = ("validation", "test", "live")
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
    """A round's board as the reader asked for it, with what was paid."""

    board: reports.Board
    rows: list[boards.Row]
    query: boards.Query
    settlement: Settlement | None
    payouts: list[Payout]
    early: bool

    def view(self, **options: Any) -> boards.View:
        """Return what is on the screen, or in the file."""
        columns = boards.columns_of(self.board.public, self.early, self.paid)
        if not any(row.get("tied_with") for row in self.rows):
            columns = [column for column in columns if column != boards.TIES]
        return boards.view_of(self.board, self.query, self.rows, columns, **options)

    @property
    def paid(self) -> bool:
        """Say whether the board has a column of payouts: after a settlement with rewards."""
        return self.settlement is not None


def _board(request: HttpRequest, actor: Actor, round_: Round) -> _Board:
    rules = round_.read_rules()
    query = boards.Query.read(request.GET)
    board = reports.leaderboard(actor, round_, query.split)
    settled = settlement.effective(round_) if rules.rewards != "none" else None
    payouts = settlement.payouts_of(settled) if settled else []
    early = round_.state in (State.DRAFT, State.OPEN)
    return _Board(board, boards.dress(board.rows, rules, payouts), query, settled, payouts, early)


@page
def show_round(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show everything of a round that the reader may see at this moment."""
    round_ = find_round(actor, slug, number)
    rules = round_.read_rules()
    found = _board(request, actor, round_)
    after = round_.state in (State.CLOSED, State.RESOLVED, State.SETTLED)
    me = participant_of(actor, round_.tournament)
    operates = actor.operates(round_.tournament)
    context = {
        "round": round_,
        "rules": rules,
        "rewarded": rules.rewards != "none",
        "phases": phases_of(round_, rules.rewards != "none"),
        "me": me,
        "mine": _mine(me, round_),
        "view": found.view(),
        "board": found.board,
        "own": [row for row in found.rows if row.get("own") and row.get("rank")],
        "ranked": sum(1 for row in found.rows if row.get("rank") is not None),
        "splits": _splits(round_, found),
        "picture": crowd.picture(reports.crowd(round_, found.board.split), found.board) if after else None,
        "settlement": found.settlement,
        "payouts": found.payouts,
        "sizes": [(split, round_.split_rows[split]) for split in SPLITS if split in round_.split_rows],
        "datasets": round_.datasets.order_by("pk"),
        "log": round_.log.order_by("-pk"),
        "desk": operations.desk(actor, round_) if operates else None,
    }
    return show(request, "web/round.html", context)


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
    return next((one for one in status.of_participant(me) if one["round"] == round_.number), None)


@page
def board_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return the board of the same address as a CSV file: its split, filter and order, on one page."""
    round_ = find_round(actor, slug, number)
    found = _board(request, actor, round_)
    view = found.view(per_page=None)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{round_.tournament.slug}-{round_.number}-{found.board.split}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(boards.csv_rows(view, found.paid))
    return response
