"""A user made by oneself, on the way into a tournament or a team."""

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tournaments.models import User
from tournaments.services.errors import Invalid
from tournaments.services.people import users


@dataclass(frozen=True)
class NewUser:
    """What someone says of themselves who has no user yet."""

    username: str
    password: str
    email: str = ""


def make_user(new: NewUser) -> User:
    """Make the user, in the caller's transaction.

    Raises Invalid `bad_username`, `weak_password`, Conflict `username_taken`.
    """
    try:
        validate_password(new.password, User(username=new.username, email=new.email))
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages)) from error
    user, _ = users.create_user(new.username, new.password, new.email)
    return user
