"""An operator's files between two steps of a form; only whoever sent them finds them again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tournaments.services.access import OPERATE, Actor
from tournaments.services.errors import FileRefused, Forbidden, Unknown
from tournaments.store import incoming
from tournaments.store.blobs import TooLarge


def _owner(actor: Actor) -> str:
    actor.need_scope(OPERATE)
    if actor.user is None:
        raise Forbidden("login_needed", "Log in first.")
    return str(actor.user.pk)


def keep(actor: Actor, files: dict[str, tuple[str, Iterable[bytes]]]) -> str:
    """Keep files by their part, each (name, chunks), for a day; returns their token. Raises FileRefused."""
    try:
        return incoming.keep(_owner(actor), files, settings.UPLOAD_MAX_BYTES)
    except TooLarge as large:
        raise FileRefused([{"code": large.code, "message": str(large), "count": 1, "rows": []}]) from large


@contextmanager
def borrow(actor: Actor, token: str) -> Iterator[dict[str, Path]]:
    """Give copies of the files by part for a while. Raises Unknown `files_gone`."""
    with incoming.borrow(_owner(actor), token) as found:
        if not found:
            raise Unknown("files_gone", "These files are not here any more. Send them again.")
        yield found


def drop(actor: Actor, token: str) -> None:
    """Remove the files; the form is done."""
    incoming.drop(_owner(actor), token)
