"""The meta-model, or another blend, to take away: a file of what it says, and a manifest of what went in.

Operators only; whoever takes predictions away is written down. The same blend gives the same bytes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tournaments.models import MetaModel, Round
from tournaments.services import audit, files
from tournaments.services.access import Actor, need_operator
from tournaments.services.reading import manifests
from tournaments.services.reading.crowds import find_blend, need_blended
from tournaments.store import exports, vectors
from tournaments.store.blobs import BlobError

CSV, PARQUET = FORMATS = exports.FORMATS
BODIES_CACHED = 2
"""A download is mostly asked for in parts, and beside its hash."""
HASHES_CACHED = 256


@dataclass(frozen=True)
class Exported:
    """A file to take away: of which blend, what it is called, its type, its bytes and their SHA-256."""

    blend: str
    filename: str
    content_type: str
    content: bytes
    sha256: str


@lru_cache(maxsize=BODIES_CACHED)
def _content(vector: str, rows: str, kind: str) -> bytes:
    index = files.index_of(rows)
    return exports.encode(index, vectors.decode(files.read_bytes(vector), len(index)), kind)


@lru_cache(maxsize=HASHES_CACHED)
def _hash(vector: str, rows: str, kind: str) -> tuple[str, int]:
    content = _content(vector, rows, kind)
    return hashlib.sha256(content).hexdigest(), len(content)


def find(actor: Actor, round_: Round, blend: str = "") -> MetaModel:
    """Return the blend to take away, the meta-model unless another is named.

    Raises Forbidden as `need_operator`, Conflict as `need_blended`, Unknown `unknown_blend`.
    """
    need_operator(actor, round_.tournament)
    need_blended(round_)
    return find_blend(round_, blend)


def take(actor: Actor, round_: Round, blend: str = "", kind: str = CSV) -> Exported:
    """Return a blend's predictions as a file: id, era, split, probability. The look is logged.

    A void row has 0.5. Raises as `find`, and BlobError where the stored vector is gone or altered.
    """
    model = find(actor, round_, blend)
    key = (model.sha256, round_.rows_sha256, kind)
    content, (sha256, _) = _content(*key), _hash(*key)
    audit.record(actor.user, "meta_model_downloaded", round_, blend=model.blend, format=kind, sha256=sha256)
    return Exported(model.blend, filename_of(model, kind), exports.CONTENT_TYPES[kind], content, sha256)


def manifest(actor: Actor, round_: Round, blend: str = "") -> dict[str, Any]:
    """Return what a blend is made of, as `manifests.of_model` has it, with the hashes of its files."""
    model = find(actor, round_, blend)
    return {**manifests.of_model(model), "files": files_of(model)}


def files_of(model: MetaModel) -> list[dict[str, Any]]:
    """Return each file of a blend: format, name, type, size and SHA-256, and what wrote it."""
    found = []
    for kind in FORMATS:
        sha256, size = _hash(model.sha256, model.round.rows_sha256, kind)
        found.append(
            {
                "format": kind,
                "filename": filename_of(model, kind),
                "content_type": exports.CONTENT_TYPES[kind],
                "size": size,
                "sha256": sha256,
                "writer": exports.writer(kind),
            }
        )
    return found


def offered(actor: Actor, round_: Round) -> dict[str, Any] | None:
    """Return what an operator may take away of a round's meta-model; None where there is none yet.

    Where its stored vector is damaged there are no files to take, and the page stands all the same.
    """
    if not actor.operates(round_.tournament) or round_.blended_at is None:
        return None
    models = list(MetaModel.objects.filter(round=round_).select_related("round__tournament"))
    model = next((one for one in models if one.headline), None)
    if model is None:
        return None
    return {
        "model": model,
        "files": _or_none(lambda: files_of(model)),
        "others": sorted(one.blend for one in models if not one.headline),
    }


def _or_none(found: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    try:
        return found()
    except (BlobError, vectors.VectorError):
        return []


def filename_of(model: MetaModel, kind: str) -> str:
    """Return what a blend's file is called.

    The meta-model is called so, whichever blend it is.
    """
    named = "meta-model" if model.headline else model.blend
    return f"{model.round.tournament.slug}-{model.round.number}-{named}.{kind}"
