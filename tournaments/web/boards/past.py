"""The rows of a player's rounds as drawn: as many as there are rounds, so not by a template (see `cells`)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tournaments.models import Rules
from tournaments.services.reading.histories import Played
from tournaments.web.boards.cells import CELL, NOTHING, NUMBER, tied
from tournaments.web.formats import figure, gain_of, interval, null, plain_money, share
from tournaments.web.words import result

ROUND = '<th scope="row"><a href="{}">Round {}</a></th>'
RANK = '<td>{} <span class="quiet">of {}</span></td>'


@dataclass(frozen=True)
class Table:
    """What all rows share: the tournament, its rules, and whether the reader may look at the files."""

    slug: str
    rules: Rules
    may_look: bool

    @property
    def rewarded(self) -> bool:
        """Say whether there is a column of payouts."""
        return self.rules.rewards != "none"


def draw(played: Iterable[Played], table: Table) -> list[SafeString]:
    """Return each round as HTML."""
    return [_missed(one, table) if one.missed else _row(one, table) for one in played]


def _missed(one: Played, table: Table) -> SafeString:
    why = format_html(NUMBER, null("missed"))
    return format_html(
        '<tr class="crowd">{}{}{}{}<td colspan="{}">Missed</td></tr>',
        _round(one, table),
        why,
        why,
        format_html(NUMBER, "" if one.crowd is None else gain_of(one.crowd)),
        6 if table.rewarded else 5,
    )


def _row(one: Played, table: Table) -> SafeString:
    row = one.row
    said, tone = result(row, one.round.read_rules())
    told = said and row["log_loss"] is not None
    return format_html(
        "<tr>{}{}{}{}{}{}{}{}{}{}</tr>",
        _round(one, table),
        _log_loss(one, table),
        format_html(NUMBER, figure(row, "gain", "not_resolved")),
        format_html(NUMBER, null("not_resolved") if one.crowd is None else gain_of(one.crowd)),
        format_html(RANK, one.rank, f"{one.ranked:,}") if one.rank else format_html(CELL, null("unranked")),
        format_html(CELL, tied(one.tied_with)),
        format_html(NUMBER, null("none") if one.weight is None else share(one.weight)),
        format_html(NUMBER, figure(row, "originality", "not_measured")),
        format_html(CELL, format_html('<span class="{}">{}</span>', tone, said) if told else NOTHING),
        _payout(one, table) if table.rewarded else NOTHING,
    )


def _round(one: Played, table: Table) -> SafeString:
    return format_html(ROUND, reverse("round", args=[table.slug, one.round.number]), one.round.number)


def _log_loss(one: Played, table: Table) -> SafeString:
    shown = figure(one.row, "log_loss", "not_resolved")
    if table.may_look:
        shown = format_html('<a href="{}">{}</a>', reverse("submission", args=[one.submission]), shown)
    return format_html('<td class="num">{} {}</td>', shown, interval(one.row))


def _payout(one: Played, table: Table) -> SafeString:
    if one.payout is not None:
        return format_html(NUMBER, plain_money(one.payout, table.rules))
    return format_html(NUMBER, null("not_paid_place" if one.settled else "not_settled"))
