"""A round's blends as its page shows them: a line each beside the forecasters, a table, and the reason."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tournaments.models import Score
from tournaments.numerics.blending.registry import UNCERTIFIED
from tournaments.services.reading.blends import Blend, Blends
from tournaments.services.reading.reports import Dot
from tournaments.web import words
from tournaments.web.formats import MINUS, figure_text, null, share


@dataclass(frozen=True)
class Row:
    """A blend's line of the table: what it does, and the cells after its name."""

    name: str
    headline: bool
    does: str
    cells: list[SafeString]


@dataclass(frozen=True)
class Shown:
    """The table and what is said above it; `judged` is the split on which leads are told."""

    headline: str
    why: str
    splits: list[str]
    judged: str
    rows: list[Row]
    missing: list[tuple[str, str]]

    @property
    def count(self) -> int:
        """Return how many blends there are, those that could not be made among them."""
        return len(self.rows) + len(self.missing)

    @property
    def width(self) -> int:
        """Return how many cells a line has after its name."""
        return 2 * len(self.splits) + 5


def shown(blends: Blends) -> Shown | None:
    """Return what the page shows; None where nobody submitted, so that there is nothing to blend."""
    if not blends.rows and not blends.missing:
        return None
    splits = blends.splits[::-1]
    judged = next((split for split in splits if any(split in one.scores for one in blends.rows)), "")
    headline = blends.headline
    return Shown(
        headline=headline.name if headline else "",
        why=why(blends),
        splits=splits,
        judged=judged,
        rows=[_row(one, splits, judged) for one in blends.rows],
        missing=[(name, _began_small(reason)) for name, reason in blends.missing.items()],
    )


def dots(blends: Blends, split: str) -> list[tuple[str, Dot]]:
    """Return a line's mark and figures for each blend that has a score on a split, the best first."""
    scored = [(one, one.scores[split]) for one in blends.rows if split in one.scores]
    return [
        ("meta" if one.headline else "many", _dot(one, score))
        for one, score in sorted(scored, key=lambda pair: pair[1].units)
    ]


def _dot(blend: Blend, score: Score) -> Dot:
    name = blend.name.capitalize()
    return Dot(name, None, score.log_loss, score.gain, score.gain_low, score.gain_high)


def why(blends: Blends) -> str:
    """Say which blend is the meta-model, and why this one."""
    found, chosen = blends.headline, blends.chosen
    if found is None:
        return "None of the blends is the meta-model."
    does = words.BLENDS[found.name]
    if found.name == chosen:
        return f"“{found.name}” is the meta-model, as the round's rules say: {does}."
    because = blends.missing.get(chosen, UNCERTIFIED)
    return f"“{found.name}” is the meta-model in place of “{chosen}”, which the rules name. {because}"


def _row(blend: Blend, splits: list[str], judged: str) -> Row:
    cells = [cell for split in splits for cell in _gain(blend.scores.get(split))]
    return Row(
        blend.name,
        blend.headline,
        words.BLENDS[blend.name],
        [
            *cells,
            _lead(blend, judged),
            format_html("{} of {}", f"{blend.voices:,.1f}", f"{blend.participants:,}"),
            SafeString(share(blend.largest)),
            null("none") if blend.slope is None else SafeString(f"{blend.slope:.3f}"),
            _certified(blend),
        ],
    )


def _gain(score: Score | None) -> list[SafeString]:
    if score is None:
        return [null("not_scored")] * 2
    gain = SafeString(figure_text("gain", score.gain))
    if score.gain_low is None or score.gain_high is None:
        return [gain, null("too_few_eras")]
    low, high = (figure_text("gain", end) for end in (score.gain_low, score.gain_high))
    return [gain, format_html("{} to {}", low, high)]


def _lead(blend: Blend, split: str) -> SafeString:
    lead = blend.leads.get(split)
    if blend.headline or lead is None:
        return null("none" if blend.headline else "not_scored")
    text = figure_text("gain", lead["gain"])
    if lead["low"] is None:
        return SafeString(text)
    ends = f"95% between {figure_text('gain', lead['low'])} and {figure_text('gain', lead['high'])}"
    tie = lead["low"] <= 0 <= lead["high"]
    return format_html('<span title="{}">{}{}</span>', ends, text, ", a tie" if tie else "")


def _certified(blend: Blend) -> SafeString:
    """Return the proven distance from the best fit; what solves nothing has none."""
    if blend.gap is None:
        return null("none")
    text = f"{blend.gap:.0e}".replace("e-", f"e{MINUS}")
    return SafeString(text) if blend.certified else format_html('<span class="bad">not: {}</span>', text)


def _began_small(sentence: str) -> str:
    """Return a sentence as the rest of another.

    >>> _began_small("It needs 5 resolved eras; there are 2.")
    'it needs 5 resolved eras; there are 2.'
    """
    return f"{sentence[:1].lower()}{sentence[1:]}"
