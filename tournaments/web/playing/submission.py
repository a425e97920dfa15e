"""A submission: what became of it, and its receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Round, Selection, Submission
from tournaments.services import deadlines, intake
from tournaments.services.access import Actor, find_submission, participant_of
from tournaments.services.reading import feedback, submissions
from tournaments.web.door import page, show

SPLITS = ("validation", "test", "live")
EARLY = (Round.State.DRAFT, Round.State.OPEN)


@page
def show_submission(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a submission's state, the scores that may be told so far, originality and receipt."""
    found = submissions.look(actor, pk)
    round_ = found.round
    whole = actor.oversees(round_.tournament)
    scores = feedback.scores_of(found, whole)
    me = participant_of(actor, round_.tournament)
    selected = Selection.objects.filter(submission=found).first()
    own = me is not None and me.pk == found.participant_id
    context = {
        "submission": found,
        "round": round_,
        "rules": round_.read_rules(),
        "scores": [(split, scores[split]) for split in SPLITS if split in scores],
        "originality": feedback.originality_json(found) if round_.state not in EARLY else None,
        "selected": selected,
        "receipt": intake.receipt_of(found),
        "own": own,
        "waiting": own and found.state == Submission.State.ACCEPTED,
        "may_choose": own and selected is None and round_.state == Round.State.OPEN,
    }
    return show(request, "web/submission.html", context)


@require_POST
@page
def choose(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Make this submission the one that counts."""
    deadlines.choose(actor, find_submission(actor, pk))
    return redirect("submission", pk)
