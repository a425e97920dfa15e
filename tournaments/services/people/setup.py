"""The first account of a server: made once, by whoever holds the token that lies on the machine."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from tournaments.models import User
from tournaments.services import audit
from tournaments.services.errors import Forbidden, Unknown
from tournaments.services.people import signup

LOCK = 20_171


def needed() -> bool:
    """Say whether nobody can log in here yet."""
    return not User.objects.exists()


def need_it() -> None:
    """Refuse with `set_up_already` when there is a user."""
    if not needed():
        _file().unlink(missing_ok=True)
        raise Unknown("set_up_already", "This server has users already.")


def token() -> str:
    """Return the setup token; it is made when there is none. Raises Unknown `set_up_already`."""
    need_it()
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(32))
    try:
        # A link fails where a file is: of two processes that start at once, the first one's word counts.
        file.hardlink_to(new)
    except FileExistsError:
        pass
    finally:
        new.unlink()
    return file.read_text()


def check_token(given: str) -> None:
    """Refuse with `wrong_setup_token` unless this is the token of this server."""
    try:
        right = _file().read_text()
    except FileNotFoundError:
        right = ""
    if not right or not secrets.compare_digest(right.encode(), given.encode()):
        raise Forbidden("wrong_setup_token", "This is not the setup token of this server.")


def make_first(given: str, new: signup.NewUser) -> User:
    """Make the first account, a superuser. Of several at once one succeeds.

    Raises Forbidden `wrong_setup_token`, Unknown `set_up_already`, Invalid `bad_username`, `weak_password`.
    """
    check_token(given)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        need_it()
        user = signup.make_user(new)
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        audit.record(user, "first_account_made", user=user.username)
    _file().unlink(missing_ok=True)
    return user


def _file() -> Path:
    return Path(settings.VAR_DIR) / "setup_token"
