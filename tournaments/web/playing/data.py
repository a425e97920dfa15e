"""A round's data: files with their hashes, rows per split and era, and programs to copy."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from tournaments.models import DatasetFile, Participant, Round
from tournaments.services import files
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.services.frames import SPLITS
from tournaments.services.reading import firstscreen
from tournaments.web.door import page, show
from tournaments.web.playing import snippets

MAIN = "tournament"


@dataclass(frozen=True)
class Program:
    """A program to copy: its name, language and text."""

    name: str
    about: str
    text: str


def programs(
    round_: Round, datasets: list[DatasetFile], place: snippets.Place, upload: bool
) -> list[Program]:
    """Return the programs that fit a round: with uploading while it takes files."""
    if not datasets:
        return []
    rows = next((one for one in datasets if one.kind == MAIN), datasets[0])
    found = [
        Program("Python, in a notebook", "pandas and requests", snippets.python(place, rows, upload)),
        Program("curl", "any shell", snippets.curl(place, datasets, upload)),
    ]
    if upload:
        found.append(Program("Python, to upload a file", "the standard library alone", snippets.bare(place)))
    return found


def place_of(request: HttpRequest, actor: Actor, round_: Round, forecaster: str) -> snippets.Place:
    """Return where the reader's programs send to, with the public part of their key."""
    key = firstscreen.upload_key(actor)
    server = request.build_absolute_uri("/")
    return snippets.place_of(round_, server, key.public if key else "", forecaster)


@page
def show_data(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show a round's files, what is in them, and how to get them and send predictions by program."""
    round_ = find_round(actor, slug, number)
    me = participant_of(actor, round_.tournament)
    datasets = list(round_.datasets.order_by("pk"))
    upload = me is not None and round_.state == Round.State.OPEN
    place = place_of(request, actor, round_, _forecaster(me))
    context = {
        "round": round_,
        "rules": round_.read_rules(),
        "me": me,
        "datasets": datasets,
        "splits": _splits(round_),
        "key": place.public,
        "upload": upload,
        "programs": programs(round_, datasets, place, upload),
    }
    return show(request, "web/playing/data.html", context)


def _forecaster(me: Participant | None) -> str:
    first = me.forecasters.order_by("pk").first() if me else None
    return first.name if first else "main"


def _splits(round_: Round) -> list[dict[str, Any]]:
    rows = files.rows_of(round_)
    return [
        {"name": split, "rows": rows.sizes[split], "eras": rows.era_names(split)}
        for split in SPLITS
        if split in rows.sizes
    ]
