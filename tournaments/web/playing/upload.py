"""Uploading: choose a forecaster and a file, and be told at once what came of it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tournaments.models import Participant, Round
from tournaments.services import intake, stakes
from tournaments.services.access import UPLOAD, Actor, find_round, find_submission, need_participant
from tournaments.services.deadlines import deadline, refuse_unless_open, used_quota
from tournaments.services.errors import FileRefused, Invalid, Refused
from tournaments.services.reading import submissions
from tournaments.web import words
from tournaments.web.door import page, show, status_of
from tournaments.web.playing.forms import UploadForm


@page
def upload(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the form, and take a file: "Check only" validates, "Upload predictions" submits."""
    round_ = find_round(actor, slug, number)
    me = need_participant(actor, round_.tournament, UPLOAD)
    names = [one.name for one in me.forecasters.order_by("pk")]
    if request.method != "POST":
        form = UploadForm(initial={"forecaster": request.GET.get("forecaster", "")}, forecasters=names)
        return _page(request, round_, me, {"form": form, **_receipts(request, actor)})
    form = UploadForm(request.POST, request.FILES, forecasters=names)
    try:
        _refuse_cut_off(request)
        if not form.is_valid():
            return _page(request, round_, me, {"form": form}, status=400)
        return _take(request, actor, round_, me, form)
    except FileRefused as refused:
        name = form.cleaned_data["file"].name
        context = {"form": form, "faults": refused.faults, "fixes": words.FIXES, "filename": name}
        return _page(request, round_, me, context, status=400)
    except Refused as refused:
        return _page(request, round_, me, {"form": form, "refused": refused}, status=status_of(refused))


def _take(
    request: HttpRequest, actor: Actor, round_: Round, me: Participant, form: UploadForm
) -> HttpResponse:
    file, forecaster = form.cleaned_data["file"], form.cleaned_data["forecaster"]
    if "check" in request.POST:
        checked = intake.check(actor, round_, file.chunks(), file.name, forecaster)
        return _page(request, round_, me, {"form": form, "checked": checked, "filename": file.name})
    receipts = intake.submit(actor, round_, file.chunks(), file.name, forecaster, form.cleaned_data["key"])
    here = reverse("upload", args=[round_.tournament.slug, round_.number])
    again = "&again=1" if receipts[0]["replayed"] else ""
    return redirect(f"{here}?receipt={receipts[0]['submission']}{again}")


def _refuse_cut_off(request: HttpRequest) -> None:
    """Refuse a form that ended before its last byte: Django's parser takes a cut-off file for a whole one."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if getattr(getattr(request, "_stream", None), "_pos", length) != length:
        raise Invalid("incomplete_body", "The upload ended before its last byte. Nothing was kept.")


def _receipts(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Return the receipts of the file whose submission the address names, if it is the reader's."""
    pk = request.GET.get("receipt", "")
    if not pk.isdecimal():
        return {}
    found = submissions.siblings(find_submission(actor, int(pk)))
    return {"receipts": [intake.receipt_of(one) for one in found], "again": "again" in request.GET}


def _page(
    request: HttpRequest, round_: Round, me: Participant, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    rules = round_.read_rules()
    shown = {
        "round": round_,
        "rules": rules,
        "me": me,
        "closes_at": deadline(round_, me),
        "used": used_quota(round_, me),
        "datasets": round_.datasets.order_by("pk"),
        "most": settings.UPLOAD_MAX_BYTES,
        "closed": _why_closed(round_, me),
        "could_stake": stakes.could(me, round_),
        **context,
    }
    shown["left"] = max(0, rules.quota - shown["used"])
    return show(request, "web/upload.html", shown, status)


def _why_closed(round_: Round, me: Participant) -> Refused | None:
    """Return why no file would be taken at this moment, so that nobody chooses one in vain."""
    try:
        refuse_unless_open(round_, me)
    except Refused as refused:
        return refused
    return None
