"""Labels from a file: first what it would do, then doing it."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.models import Round
from tournaments.services import incoming
from tournaments.services import labels as store
from tournaments.services.access import Actor
from tournaments.services.errors import FileRefused, Refused
from tournaments.web.door import page, show, status_of
from tournaments.web.running.forms import LabelsForm
from tournaments.web.running.verbs import find

PART = "labels"


@page
def labels(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Take a label file: "Check first" says what it would do, "Upload labels" does it."""
    round_ = find(actor, slug, number)
    form = LabelsForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, round_, {"form": form})
    if not form.is_valid():
        return _page(request, round_, {"form": form}, 400)
    file = form.cleaned_data["file"]
    try:
        if "check" in request.POST:
            return _keep(request, actor, round_, file)
        store.upload(actor, round_, file.chunks(), file.name, form.cleaned_data["reason"])
    except FileRefused as refused:
        return _page(request, round_, {"form": form, "faults": refused.faults, "filename": file.name}, 400)
    except Refused as refused:
        return _page(request, round_, {"form": form, "refused": refused}, status_of(refused))
    return redirect("round", slug, round_.number)


def _keep(request: HttpRequest, actor: Actor, round_: Round, file: Any) -> HttpResponse:
    """Check a file and keep it until it is applied."""
    plan = store.check(actor, round_, file.chunks(), file.name)
    token = incoming.keep(actor, {PART: (file.name, file.chunks())})
    context = {"form": LabelsForm(), "plan": plan, "token": token, "filename": file.name}
    return _page(request, round_, context)


@page
def apply_labels(request: HttpRequest, actor: Actor, slug: str, number: str, token: str) -> HttpResponse:
    """Apply a file that was checked."""
    round_ = find(actor, slug, number)
    with incoming.borrow(actor, token) as paths:
        path = paths[PART]
        context = {"form": LabelsForm(), "token": token, "filename": path.name}
        try:
            if request.method == "POST":
                store.upload(actor, round_, _bytes(path), path.name, request.POST.get("reason", ""))
                incoming.drop(actor, token)
                return redirect("round", slug, round_.number)
        except Refused as refused:
            context |= {"refused": refused, "plan": store.check(actor, round_, _bytes(path), path.name)}
            return _page(request, round_, context, status_of(refused))
        context["plan"] = store.check(actor, round_, _bytes(path), path.name)
        return _page(request, round_, context)


def _bytes(path: Path) -> list[bytes]:
    return [path.read_bytes()]


def _page(request: HttpRequest, round_: Round, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shown = {"round": round_, "rules": round_.read_rules(), "unlabelled": store.missing(round_, "live")}
    return show(request, "web/labels.html", {**shown, **context}, status)
