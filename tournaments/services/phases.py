"""Which pieces of work each phase of a round consists of, and which are done again after a change.

open:      score_validation of each submission · close at the deadline
closed:    score_test of each selected + originality + each blend ─▶ meta_model
resolving: score_live of each selected ─▶ conclude
resolved:  standings of the season, also when a resolved round is cancelled
"""

from tournaments.models import Round, Selection, Submission, Work
from tournaments.numerics.blending import registry
from tournaments.services import work
from tournaments.services.errors import Conflict

Kind = Work.Kind


def selected(round_: Round) -> list[Submission]:
    """Return the selected submissions in commit order; fixed once the round has closed."""
    selections = Selection.objects.filter(round=round_).values("submission")
    found = Submission.objects.filter(pk__in=selections).select_related("round", "upload")
    return list(found.order_by("position"))


def after_opening(round_: Round) -> None:
    """Write the close as due at the deadline, in the opening transaction."""
    work.add(Kind.CLOSE, round_, due_at=round_.closes_at)


def after_closing(round_: Round) -> None:
    """Write the test scores, originality, the blends, and the meta-model that waits for them."""
    scores: list[work.Part] = [(Kind.SCORE_TEST, one, "") for one in selected(round_)]
    blends: list[work.Part] = [(Kind.BLEND, None, name) for name in registry.NAMES]
    work.fan_out(Kind.META_MODEL, round_, [*scores, (Kind.ORIGINALITY, None, ""), *blends])


def resolution(round_: Round) -> None:
    """Write the live scores and the conclusion that waits for them."""
    parts: list[work.Part] = [(Kind.SCORE_LIVE, one, "") for one in selected(round_)]
    work.fan_out(Kind.CONCLUDE, round_, parts)


def season(round_: Round) -> None:
    """Write the season's standings as due, whenever it gains or loses a round."""
    work.add(Kind.STANDINGS, round_)


def score_again(round_: Round, splits: list[str]) -> None:
    """Make due again what depends on these splits: the practice scores, or what follows the close.

    The blends are fitted on test rows, so `test` stands for all of the close; nothing depends on live
    labels before the resolution.
    """
    if "validation" in splits:
        for submission in Submission.objects.filter(round=round_).order_by("position"):
            work.add(Kind.SCORE_VALIDATION, round_, submission)
    if "test" in splits and round_.state == Round.State.CLOSED:
        after_closing(round_)


def refuse_while_resolving(round_: Round) -> None:
    """Refuse with `resolving` while the live scores of this round are being made."""
    if work.unfinished(round_, kind__in=[Kind.CONCLUDE, Kind.SCORE_LIVE]):
        raise Conflict("resolving", f"Round {round_.number} is being resolved at this moment.")
