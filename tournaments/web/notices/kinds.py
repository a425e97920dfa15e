"""One's own notices: which kinds come by email, and one's webhooks."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from tournaments.services.access import Actor
from tournaments.services.telling import channels, mail
from tournaments.services.telling.channels import Channels
from tournaments.web.door import page, show
from tournaments.web.notices.forms import KindsForm


@page
def notices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what the reader is told and how, and keep which kinds they want by email."""
    mine = channels.of(actor)
    if request.method != "POST":
        return render(request, mine)
    form = KindsForm(request.POST, among=mine.kinds)
    if not form.is_valid():
        return render(request, mine, status=400)
    channels.choose_mails(actor, form.cleaned_data["kinds"])
    messages.success(request, "Saved.")
    return redirect("notices")


def render(request: HttpRequest, mine: Channels, status: int = 200, **more: Any) -> HttpResponse:
    """Show the page of notices; `more` is a webhook that was typed and not taken."""
    chosen = more.pop("chosen", mine.kinds)
    return show(request, "web/notices/notices.html", {"mine": mine, "chosen": chosen, **more}, status)


@csrf_exempt
@page
def stop(request: HttpRequest, actor: Actor, word: str) -> HttpResponse:
    """Stop a kind of emails, by the word that a mail carries and without logging in (RFC 8058).

    A GET only asks: programs that look at links in mails must not stop anything. No token of the form is
    needed: mail programs post without cookies, and the address itself is signed.
    """
    if request.method == "POST":
        return show(request, "web/notices/stop.html", {"kind": channels.stop(word), "done": True})
    _, kind = mail.read_token(word)
    return show(request, "web/notices/stop.html", {"kind": kind})
