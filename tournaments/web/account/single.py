"""Single sign-on: the way to the provider and back."""

from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views as library
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from requests import RequestException

from tournaments.web.account.entrance import private
from tournaments.web.door import show

BAD_GATEWAY = 502


def calm(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Show a page when the provider does not answer: not this server failed. Without one there is no way."""

    @wraps(view)
    def shown(request: HttpRequest, provider_id: str) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404
        try:
            return view(request, provider_id)
        except RequestException:
            return show(request, "socialaccount/authentication_error.html", status=BAD_GATEWAY)

    return private(shown)


@calm
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider, at the press of a button; an address alone starts nothing."""
    if request.method != "POST":
        return redirect("login")
    return library.login(request, provider_id)


@calm
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer."""
    return library.callback(request, provider_id)
