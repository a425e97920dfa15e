"""Those who can log in, and their roles."""

import re
import secrets

from django.db import IntegrityError, transaction

from tournaments.models import Role, Tournament, User
from tournaments.services import audit
from tournaments.services.errors import Conflict, Invalid, Unknown


def create_user(username: str, password: str | None = None, email: str = "") -> tuple[User, str]:
    """Create someone who can log in; returns the user and the password (made here when none is given)."""
    if not re.fullmatch(r"[\w.@+-]{1,150}", username):
        raise Invalid("bad_username", "A user name has letters, digits and . @ + - _ only.")
    password = password or secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            return User.objects.create_user(username, email, password), password
    except IntegrityError as error:
        raise Conflict("username_taken", f"There is a user {username} already.") from error


def grant_role(user: User, tournament: Tournament, kind: str) -> None:
    """Make a user operator or auditor of a tournament."""
    Role.objects.get_or_create(user=user, tournament=tournament, kind=kind)
    audit.record(None, "role_granted", tournament, user=user.username, role=kind)


def find_user(username: str) -> User:
    """Return an active user by name, or refuse with `unknown_user`."""
    found = User.objects.filter(username=username.strip(), is_active=True).first()
    if found is None:
        raise Unknown("unknown_user", f"There is no user {username}. They need an account first.")
    return found
