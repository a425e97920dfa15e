"""One's own account: who one is here, how one logs in, and the keys of one's programs."""

from allauth.account import views as library
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.people import keys, profile
from tournaments.web.account.entrance import private
from tournaments.web.account.forms import EmailForm, KeyForm, ProfileForm
from tournaments.web.door import page, show, status_of
from tournaments.web.forms import NameForm

SCOPE_WORDS = {
    "read": "Read rounds, boards, your submissions and scores",
    "upload": "Upload predictions and choose which file counts",
    "stake": "Put your balance at stake, and say where you are paid",
    "operate": "Run the tournaments that you operate, settlements included",
    "audit": "Read everything in the tournaments that you audit",
}
DAYS = 90


@private
@page
def account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show one's account, and take a new name."""
    user = profile.need_user(actor)
    known = {"first_name": user.first_name, "last_name": user.last_name}
    form = ProfileForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        profile.rename(actor, form.cleaned_data["first_name"], form.cleaned_data["last_name"])
        messages.success(request, "Your name is saved.")
        return redirect("account")
    factors = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "form": form,
        "second_factor": Authenticator.Type.TOTP in factors,
        "connected": SocialAccount.objects.filter(user=user).exists(),
        "sso": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "can_mail": settings.CAN_MAIL,
        "keys": keys.list_keys(actor).count(),
    }
    return show(request, "web/account/account.html", context, 400 if form.errors else 200)


@private
@page
def email(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change the address, once a mail to it was answered; as it is where no mail can be sent."""
    user = profile.need_user(actor)
    if settings.CAN_MAIL:
        return library.email(request)
    form = EmailForm(request.POST or None, initial={"email": user.email})
    if request.method == "POST" and form.is_valid():
        profile.set_email(actor, form.cleaned_data["email"])
        messages.success(request, "Your address is saved.")
        return redirect("account")
    return show(request, "web/account/email.html", {"form": form}, 400 if form.errors else 200)


@private
@page
def keys_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List one's keys and make one; its token is on the answer to the form, and nowhere else."""
    user = profile.need_user(actor)
    useful = keys.scopes_for(user)
    first = {"scopes": useful[:2], "days": DAYS}
    form = KeyForm(request.POST or None, useful=useful, initial=first)
    context = {
        "form": form,
        "chosen": form["scopes"].value() or [],
        "scopes": [(scope, SCOPE_WORDS[scope]) for scope in useful],
    }
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                key, token = keys.make_key(actor, data["name"], data["scopes"], data["days"])
                context |= {"made": key, "token": token, "base_url": settings.BASE_URL}
                context |= {"form": KeyForm(useful=useful, initial=first), "chosen": useful[:2]}
                status = 200
            except Refused as refused:
                context["refused"], status = refused, status_of(refused)
    return show(request, "web/account/keys.html", {**context, "keys": list(keys.list_keys(actor))}, status)


@private
@page
def revoke_key(request: HttpRequest, actor: Actor, public: str) -> HttpResponse:
    """Revoke a key whose name was typed."""
    key = keys.find_key(actor, public)
    form = NameForm(request.POST or None, expected=key.name)
    if request.method == "POST" and form.is_valid():
        keys.revoke_key(actor, public)
        messages.success(request, f"The key {key.name} is revoked.")
        return redirect("keys")
    status = 400 if request.method == "POST" else 200
    return show(request, "web/account/revoke_key.html", {"key": key, "form": form}, status)
