"""No page is forgotten: each address of the web face is looked at, or it is said why not."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver

from tests.browser.places import ELSEWHERE, PLACES
from tournaments.web.urls import ROOMS, urlpatterns

# django-allauth's own names; its pages are those that `places` lists, its forms are tested without a browser.
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns)
        elif one.name and not one.name.startswith(LIBRARY):
            yield one.name


def test_every_page_is_looked_at_or_named_as_looked_at_elsewhere():
    known = set(_names(urlpatterns))
    looked_at = {place.view for place in PLACES}
    assert len(ROOMS) == len(urlpatterns)
    assert known - looked_at - ELSEWHERE == set()
    assert ELSEWHERE - known == set()
