"""Login links on their one page: as addresses, and as a CSV file that is part of the page."""

import base64
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from tournaments.models import Participant
from tournaments.services.cells import plain

HEAD = ("alias", "name", "external_id", "group", "user", "link")


@dataclass(frozen=True)
class Handed:
    """A login link to hand to someone."""

    participant: Participant
    username: str
    link: str


@dataclass(frozen=True)
class Links:
    """All links of a page, and the same as a CSV file inside an address: the server keeps only hashes, so
    that a second request could not have them.
    """

    rows: list[Handed]

    @property
    def data(self) -> str:
        """Return the file as a data address."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for row in self.rows:
            one = row.participant
            cells = (one.alias, one.name, one.external_id, one.group, row.username, row.link)
            writer.writerow(plain(cell) for cell in cells)
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(out.getvalue().encode()).decode()


def handed(request: HttpRequest, made: Iterable[tuple[Participant, str, str]]) -> Links:
    """Return (participant, user name, token) as links."""
    return Links([Handed(one, name, login_link(request, token)) for one, name, token in made])


def login_link(request: HttpRequest, token: str) -> str:
    """Return the whole address that logs in once."""
    return request.build_absolute_uri(reverse("login-link", args=[token]))
