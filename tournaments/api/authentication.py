"""Who is calling: an API key in the Authorization header, a browser's session, or a stranger."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tournaments.models import User
from tournaments.services.access import STRANGER, Actor
from tournaments.services.errors import Forbidden
from tournaments.services.people.keys import actor_of_token

SCHEME = "Token"
CHALLENGE = f'{SCHEME} realm="api"'


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Token PUBLIC$SECRET`. Another scheme is left to the other authenticators."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """Return the key's user and actor; a key that is not valid is 401 `bad_key`."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME.lower().encode():
            return None
        token = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        if not token.isprintable():
            raise AuthenticationFailed("This is not the form PUBLIC$SECRET.", "bad_key")
        try:
            actor = actor_of_token(token)
        except Forbidden as refused:
            raise AuthenticationFailed(refused.message, refused.code) from refused
        assert actor.user is not None, "A key is a user's."
        return actor.user, actor

    def authenticate_header(self, request: Request) -> str:
        """Return what WWW-Authenticate says with a 401."""
        return CHALLENGE


def actor_of(request: Request) -> Actor:
    """Return who asks. A session carries all scopes, a key its own, a stranger none."""
    if isinstance(request.auth, Actor):
        return request.auth
    return Actor(request.user) if isinstance(request.user, User) else STRANGER
