"""A round's files, for those who may download them."""

from typing import Any

from django.core.files.base import File

from tournaments.models import DatasetFile
from tournaments.services.access import Actor, find_round
from tournaments.services.errors import Unknown
from tournaments.store.blobs import open_blob


def find(actor: Actor, slug: str, number: str | int, kind: str) -> DatasetFile:
    """Return a round's file for download by its kind: training, tournament or example."""
    round_ = find_round(actor, slug, number)
    found = DatasetFile.objects.filter(round=round_, kind=kind).first()
    if found is None:
        raise Unknown("not_found", f"Round {round_.number} has no file called {kind}.")
    return found


def open_file(dataset: DatasetFile) -> "File[Any]":
    """Return a round's file, open at its beginning; close it. Its hash is published beside it."""
    return open_blob(dataset.sha256, verify=False)
