"""What each added to the crowd, to read: first nobody's, after the close one's own, then all."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tournaments.models import Contribution, Participant, Round, Submission
from tournaments.services.access import Actor, need_participant, reader_in
from tournaments.services.errors import Conflict
from tournaments.services.reading.feedback import splits_of

State = Round.State
CROWD_SPLITS = ("test", "live")


@dataclass(frozen=True)
class Listing:
    """The contributions on one split that its reader may see, the largest LOO first."""

    split: str
    rows: QuerySet[Contribution]
    own: Participant | None


def of_round(actor: Actor, round_: Round, split: str = "") -> Listing:
    """Return the contributions on a split, the most telling unless said.

    Between the close and the resolution participants see their own, those who oversee all of them. Raises
    Conflict `not_closed`, `not_blended`, `split_not_shown`, and Forbidden as `need_participant` does.
    """
    if round_.state in (State.DRAFT, State.OPEN):
        raise Conflict(
            "not_closed", f"Round {round_.number} is {round_.state}; this is measured at its close."
        )
    if round_.blended_at is None:
        raise Conflict(
            "not_blended", f"Round {round_.number} is still being scored and blended. Wait for it."
        )
    shown = [name for name in splits_of(round_) if name in CROWD_SPLITS]
    chosen = split or (shown[-1] if shown else "")
    if chosen not in shown:
        raise Conflict("split_not_shown", f"Round {round_.number} shows no {split} figures at this moment.")
    found = Contribution.objects.filter(round=round_, split=chosen).order_by("-loo", "participant__alias")
    if round_.state in Round.RESOLVED_STATES or actor.oversees(round_.tournament):
        own = reader_in(actor, round_.tournament)
    else:
        own = need_participant(actor, round_.tournament)
        found = found.filter(participant=own)
    return Listing(chosen, found.select_related("participant"), own)


def of_submission(submission: Submission) -> list[dict[str, Any]]:
    """Return what a submission's participant adds, on each split that may be told, for its own readers.

    Forecasters of one participant are merged first, so each tells the same.
    """
    shown = [name for name in splits_of(submission.round) if name in CROWD_SPLITS]
    found = Contribution.objects.filter(
        round=submission.round_id, participant=submission.participant_id, split__in=shown
    )
    return sorted((as_json(one) for one in found), key=lambda row: CROWD_SPLITS.index(row["split"]))


def as_json(one: Contribution) -> dict[str, Any]:
    """Return a contribution as every face shows it."""
    return {
        "split": one.split,
        "precedence": one.precedence,
        "rows": one.rows,
        "loo": one.loo,
        "mmc": one.mmc,
        "mmc_low": one.mmc_low,
        "mmc_high": one.mmc_high,
        "cwmm": one.cwmm,
        "src": one.src,
        "pcs": one.pcs,
        "era_mmc": one.era_mmc,
        "undefined": one.undefined,
    }
