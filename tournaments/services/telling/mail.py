"""Notices by email: plain text, and an address that stops the kind without logging in (RFC 8058)."""

from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail, signing
from django.core.mail.backends.base import BaseEmailBackend

from tournaments.models import Delivery, User
from tournaments.models.notices import ALWAYS
from tournaments.services.errors import Unknown
from tournaments.services.telling import letters

SALT = "tournaments.notices.stop"


class NotSent(Exception):
    """The mail server did not take a mail; `away` where there was no speaking to it at all."""

    def __init__(self, message: str, away: bool = False) -> None:
        super().__init__(message)
        self.away = away


def configured() -> bool:
    """Say whether this server has a mail server to send by."""
    return bool(settings.CAN_MAIL)


def wanted(user: User, kind: str) -> bool:
    """Say whether a user is told of this kind by email."""
    return configured() and bool(user.email) and (kind in ALWAYS or kind not in user.muted)


class Post:
    """One connection to the mail server, opened at the first mail and closed at the end."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()

    def send(self, one: Delivery) -> None:
        """Hand a mail to the mail server. Raises NotSent."""
        message = message_of(one)
        try:
            if self._connection is None:
                fresh = mail.get_connection()
                fresh.open()
                self._connection = fresh
        except OSError as error:
            raise NotSent(f"The mail server cannot be reached: {_why(error)}", away=True) from error
        try:
            self._connection.send_messages([message])
        except OSError as error:  # every error of smtplib is one
            with suppress(OSError):
                self._connection.close()
            self._connection = None
            raise NotSent(f"The mail server did not take it: {_why(error)}") from error


def _why(error: OSError) -> str:
    return " ".join((str(error) or type(error).__name__).split())


def message_of(one: Delivery) -> mail.EmailMessage:
    """Return the mail of a delivery: a short subject, a sentence or two, and a link."""
    letter = letters.write(one.kind, one.body)
    above, below = [*letter.lines, one.body["url"]], ["-- "]
    headers = {
        # The same at each attempt, so that a mail which comes twice can be known as one.
        "Message-ID": f"<notice-{one.pk}@{urlsplit(settings.BASE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if one.kind not in ALWAYS:
        stop = f"{settings.BASE_URL}/account/notices/stop/{token(one.user, one.kind)}/"
        below.append(f"Stop emails of this kind: {stop}")
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    below.append(f"All notices: {settings.BASE_URL}/account/notices/")
    text = "\n\n".join(above) + "\n\n" + "\n".join(below) + "\n"
    return mail.EmailMessage(letter.subject, text, to=[one.user.email], headers=headers)


def token(user: User, kind: str) -> str:
    """Return the word by which a mail stops its kind; it does nothing else and does not expire."""
    return signing.dumps([user.pk, kind], salt=SALT)


def read_token(word: str) -> tuple[User, str]:
    """Return whom and which kind a token is of, or refuse with `not_found`."""
    try:
        pk, kind = signing.loads(word, salt=SALT)
        return User.objects.get(pk=pk, is_active=True), kind
    except (signing.BadSignature, ValueError, TypeError, User.DoesNotExist) as error:
        raise Unknown("not_found", "This address is not whole. Copy all of it from the mail.") from error
