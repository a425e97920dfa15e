"""No page is forgotten: each address of the web face is looked at, or is named among those that are not."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver

from tests.browser.places import ELSEWHERE, PLACES
from tournaments.web.urls import ROOMS, urlpatterns

# django-allauth's own names: `places` looks at the first page of each kind; the rest (codes, turning a second
# factor on and off, resetting a password) is tested without a browser only.
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns)
        elif one.name and not one.name.startswith(LIBRARY):
            yield one.name


def test_every_address_is_looked_at_or_named_as_one_that_is_not():
    known = set(_names(urlpatterns))
    looked_at = {place.view for place in PLACES}
    assert len(ROOMS) == len(urlpatterns)
    assert known - looked_at - ELSEWHERE == set()
    assert ELSEWHERE - known == set()
