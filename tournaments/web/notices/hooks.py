"""One's own webhooks: add, look at, test, switch, remove."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Delivery, Webhook
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.telling import channels
from tournaments.web.door import page, show, status_of
from tournaments.web.forms import NameForm
from tournaments.web.notices import kinds
from tournaments.web.notices.forms import KindsForm, WebhookForm

WAITING = (Delivery.State.DUE, Delivery.State.RUNNING)


@page
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make a webhook, and show its secret this once."""
    mine = channels.of(actor)
    if request.method != "POST":
        return redirect("notices")
    form = WebhookForm(request.POST, among=mine.kinds)
    typed = {"url": request.POST.get("url", ""), "chosen": request.POST.getlist("kinds")}
    if not form.is_valid():
        return kinds.render(request, mine, 400, form=form, **typed)
    try:
        made = channels.add_webhook(actor, form.cleaned_data["url"], form.cleaned_data["kinds"])
    except Refused as refused:
        return kinds.render(request, mine, status_of(refused), form=form, refused=refused, **typed)
    return show(request, "web/notices/made.html", {"hook": made})


@page
def webhook(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a webhook and what was sent to it, and keep which kinds it is told of."""
    hook, among = channels.find_webhook(actor, pk), channels.of(actor).kinds
    form = KindsForm(request.POST if request.method == "POST" else None, among=among)
    if request.method == "POST" and form.is_valid():
        try:
            channels.choose_kinds(actor, pk, form.cleaned_data["kinds"])
        except Refused as refused:
            return _show(request, actor, hook, among, refused)
        messages.success(request, "Saved.")
        return _back(hook)
    return _show(request, actor, hook, among)


def _show(
    request: HttpRequest, actor: Actor, hook: Webhook, among: list[str], refused: Refused | None = None
) -> HttpResponse:
    sent = list(channels.deliveries(actor, hook.pk))
    context = {
        "hook": hook,
        "kinds": among,
        "chosen": [] if refused else hook.kinds,
        "refused": refused,
        "deliveries": sent,
        "waiting": any(one.state in WAITING and not one.error for one in sent),
    }
    return show(request, "web/notices/webhook.html", context, status_of(refused) if refused else 200)


def _back(hook: Webhook) -> HttpResponse:
    return redirect("webhook", hook.pk)


@require_POST
@page
def test(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Send a test notice."""
    channels.send_test(actor, pk)
    return redirect("webhook", pk)


@require_POST
@page
def switch(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Switch a webhook on or off."""
    return _back(channels.switch(actor, pk, on="on" in request.POST))


@require_POST
@page
def retry(request: HttpRequest, actor: Actor, pk: int, delivery: int) -> HttpResponse:
    """Try a failed delivery again."""
    channels.retry(actor, delivery)
    return redirect("webhook", pk)


@page
def remove(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Remove a webhook when its host's name was typed."""
    hook = channels.find_webhook(actor, pk)
    form = NameForm(request.POST or None, expected=urlsplit(hook.url).hostname or hook.url)
    if request.method == "POST" and form.is_valid():
        channels.remove_webhook(actor, pk)
        messages.success(request, "The webhook is removed.")
        return redirect("notices")
    status = 400 if request.method == "POST" else 200
    return show(request, "web/notices/remove.html", {"hook": hook, "form": form}, status)
