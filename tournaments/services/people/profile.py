"""One's own account: name, address, password."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tournaments.models import User
from tournaments.services import audit
from tournaments.services.access import Actor
from tournaments.services.errors import Forbidden, Invalid


def need_user(actor: Actor) -> User:
    """Return who asks, or refuse with `login_needed`."""
    if actor.user is None:
        raise Forbidden("login_needed", "Log in first.")
    return actor.user


def rename(actor: Actor, first: str, last: str) -> None:
    """Change the name that only operators see."""
    user = need_user(actor)
    user.first_name, user.last_name = " ".join(first.split()), " ".join(last.split())
    user.save(update_fields=["first_name", "last_name"])


def set_email(actor: Actor, email: str) -> None:
    """Take an address as it is, where no mail can be sent to verify it. Raises Invalid `bad_email`."""
    user = need_user(actor)
    email = email.strip().lower()
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Invalid(
            "bad_email", "This is not an email address. It has the form name@example.org."
        ) from error
    with transaction.atomic():
        user.email = email
        user.save(update_fields=["email"])
        audit.record(user, "email_changed")


def set_password(actor: Actor, password: str) -> None:
    """Set the actor's password; the face has made sure that it is them. Raises Invalid `weak_password`."""
    user = need_user(actor)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages)) from error
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record(user, "password_chosen")
