"""A submission: what became of it, and its receipt."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Round, Selection, Submission
from tournaments.services import deadlines, intake
from tournaments.services.access import Actor, find_submission, participant_of
from tournaments.services.errors import Unknown
from tournaments.services.reading import closeups, contributions, feedback, submissions
from tournaments.services.reading.eras import EraFigures
from tournaments.web.door import page, show
from tournaments.web.playing import adding, metrics, pictures, telling
from tournaments.web.sheets import csv_file


@page
def show_submission(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a submission's state, the scores that may be told so far, originality and receipt."""
    found = submissions.look(actor, pk)
    round_ = found.round
    me = participant_of(actor, round_.tournament)
    selected = Selection.objects.filter(submission=found).first()
    own = me is not None and me.pk == found.participant_id
    context = {
        "submission": found,
        "round": round_,
        "rules": round_.read_rules(),
        "selected": selected,
        "receipt": intake.receipt_of(found),
        "own": own,
        "waiting": own and found.state == Submission.State.ACCEPTED,
        "may_choose": own and selected is None and round_.state == Round.State.OPEN,
        **_scores(actor, found, request.GET.get("split", "")),
        **_originality(found),
        **_added(found, selected),
    }
    return show(request, "web/submission.html", context)


def _scores(actor: Actor, submission: Submission, wanted: str) -> dict[str, Any]:
    """Return the scores of every split, and the charts of the one that is looked at: the most telling."""
    found = closeups.of_submission(submission, whole=actor.oversees(submission.round.tournament))
    drawn = {one.split: one for one in found if one.eras}
    split = wanted if wanted in drawn else next(reversed(drawn), "")
    return {
        "closeups": found,
        "drawn": list(drawn),
        "split": split,
        "charts": pictures.of(drawn[split]) if split else [],
        "metrics": metrics.table(drawn[split]) if split else [],
    }


@page
def eras_file(request: HttpRequest, actor: Actor, pk: int, split: str) -> HttpResponse:
    """Return the figures of each era of a split as a CSV file, with all their digits."""
    found = submissions.look(actor, pk)
    told = closeups.of_submission(found, whole=actor.oversees(found.round.tournament))
    eras = [one.eras for one in told if one.split == split and one.eras]
    if not eras:
        raise Unknown("not_told", f"No {split} scores can be told era by era.")
    return csv_file(f"submission-{pk}-{split}-eras", EraFigures._fields, eras[0])


def _originality(submission: Submission) -> dict[str, Any]:
    round_ = submission.round
    if round_.state in closeups.EARLY:
        return {}
    found = feedback.originality_json(submission)
    return {"originality": found, "sentences": telling.originality(found, round_.read_rules())}


def _added(submission: Submission, selected: Selection | None) -> dict[str, Any]:
    """Return what its participant added to the crowd, where this is one of the files that count."""
    if selected is None or submission.round.state in closeups.EARLY:
        return {}
    found = contributions.of_submission(submission)
    return {"added": found, "added_sentences": adding.sentences(found[-1])} if found else {}


@require_POST
@page
def choose(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Make this submission the one that counts."""
    deadlines.choose(actor, find_submission(actor, pk))
    return redirect("submission", pk)
