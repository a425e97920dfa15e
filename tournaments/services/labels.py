"""The one door to labels. Whoever reads them names a purpose; no face calls `read`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import transaction

from tournaments.models import LabelSet, Round
from tournaments.services import audit, files, phases
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, FileRefused
from tournaments.services.frames import SPLITS, frame_of, kept_starts
from tournaments.store import labels as codec
from tournaments.store.formats import FileRejected

UNKNOWN = -1


@dataclass(frozen=True)
class Known:
    """What may be scored of a split: `keep` marks its rows with a label that are not void.

    `y` is int8 (kept rows,), `starts` int64 (E+1,) the eras among the kept rows, empty eras left out.
    """

    labels: LabelSet
    keep: np.ndarray
    y: np.ndarray
    starts: np.ndarray

    @property
    def rows(self) -> int:
        """Return how many rows are scored."""
        return int(self.y.size)

    @property
    def eras(self) -> int:
        """Return how many eras have such rows."""
        return int(self.starts.size - 1)


@lru_cache(maxsize=files.ROUNDS_CACHED)
def _vector(sha256: str, rows: int) -> np.ndarray:
    vector = codec.decode(files.read_bytes(sha256), rows)
    vector.setflags(write=False)
    return vector


def newest(round_: Round) -> LabelSet | None:
    """Return the round's label version in force; it holds counts, no label."""
    return LabelSet.objects.filter(round=round_).order_by("-version").first()


def read(round_: Round, split: str, version: LabelSet | None = None) -> Known | None:
    """Return what is known of a split for scoring, blending and settling; None when nothing is.

    Void rows are left out, as FORMULAS section 1 demands of every formula. `version` is the one to read,
    where it is not the one in force.
    """
    labels = version or newest(round_)
    rows = files.rows_of(round_)
    place = files.place_of(rows, split)
    if labels is None or place.stop == place.start:
        return None
    y = _vector(labels.sha256, len(rows))[place]
    keep = (y != UNKNOWN) & frame_of(round_).keep[place]
    if not keep.any():
        return None
    return Known(labels, keep, y[keep], kept_starts(rows.starts(split), keep))


def missing(round_: Round, split: str) -> int:
    """Count the rows of a split that are neither labelled nor void: what still stops a resolution."""
    rows = files.rows_of(round_)
    place = files.place_of(rows, split)
    labels = newest(round_)
    y = _vector(labels.sha256, len(rows))[place] if labels else np.full(place.stop - place.start, UNKNOWN)
    return int(((y == UNKNOWN) & frame_of(round_).keep[place]).sum())


def first(round_: Round, vector: np.ndarray) -> LabelSet:
    """Keep the labels that come with a new round's files, int8 (M,), -1 where unknown."""
    return _keep(round_, vector, 1, "came with the round's files", None)


def upload(
    actor: Actor, round_: Round, chunks: Iterable[bytes], filename: str, reason: str = ""
) -> dict[str, Any]:
    """Add labels to a round from a file of id and target; operators only, before settlement.

    Rows that have a label already may come again unchanged; changed ones are a correction, which needs
    a reason, is shown in the round's log, and makes everything that was scored be scored again.
    Raises FileRefused, Conflict `not_correctable`, Invalid `reason_needed`.
    """
    need_operator(actor, round_.tournament)
    new = _parsed(round_, chunks, filename)
    with transaction.atomic():
        locked = Round.objects.select_for_update(no_key=True).select_related("tournament").get(pk=round_.pk)
        return _merge(actor, locked, new, reason)


def check(actor: Actor, round_: Round, chunks: Iterable[bytes], filename: str) -> dict[str, int]:
    """Say what a file of labels would do, and do nothing: how many rows are new, changed, or known alike.

    `left` counts the live rows that would still be neither labelled nor void. Raises FileRefused.
    """
    need_operator(actor, round_.tournament)
    new = _parsed(round_, chunks, filename)
    last = newest(round_)
    old = _vector(last.sha256, new.size) if last else np.full(new.size, UNKNOWN, dtype=np.int8)
    given, known = new != UNKNOWN, old != UNKNOWN
    place = _place(round_, "live")
    standing = frame_of(round_).keep[place]
    return {
        "added": int((given & ~known).sum()),
        "corrected": int((given & known & (new != old)).sum()),
        "same": int((given & known & (new == old)).sum()),
        "left": int((standing & ~(given | known)[place]).sum()),
    }


def _parsed(round_: Round, chunks: Iterable[bytes], filename: str) -> np.ndarray:
    rows, id_column = files.rows_of(round_), round_.read_rules().id_column
    with files.receive(chunks) as received:
        try:
            return codec.parse_labels(received.file, filename, rows, id_column)
        except FileRejected as rejected:
            raise FileRefused([fault.as_dict() for fault in rejected.faults]) from rejected


def _merge(actor: Actor, round_: Round, new: np.ndarray, reason: str) -> dict[str, Any]:
    last = newest(round_)
    old = _vector(last.sha256, new.size) if last else np.full(new.size, UNKNOWN, dtype=np.int8)
    added = (new != UNKNOWN) & (old == UNKNOWN)
    changed = (new != UNKNOWN) & (old != UNKNOWN) & (new != old)
    summary = {"added": int(added.sum()), "corrected": int(changed.sum())}
    if not (added.any() or changed.any()):
        return {"version": last.version if last else 0, **summary}
    _refuse_unless_correctable(round_)
    if changed.any():
        reason = audit.need_reason(reason)
    vector = np.where(new != UNKNOWN, new, old).astype(np.int8)
    labels = _keep(round_, vector, last.version + 1 if last else 1, reason, actor)
    text = f"Labels arrived for {summary['added']:,} rows."
    if changed.any():
        text = f"{summary['corrected']:,} labels were corrected: {reason}"
    audit.announce(round_, "labels", text)
    audit.record(actor.user, "labels_uploaded", round_, reason, version=labels.version, **summary)
    phases.score_again(round_, [s for s in SPLITS if (added | changed)[_place(round_, s)].any()])
    return {"version": labels.version, **summary}


def _place(round_: Round, split: str) -> slice:
    return files.place_of(files.rows_of(round_), split)


def _refuse_unless_correctable(round_: Round) -> None:
    state = Round.State
    if round_.state not in (state.DRAFT, state.OPEN, state.CLOSED):
        raise Conflict(
            "not_correctable",
            f"Round {round_.number} is {round_.state}. Reopen its resolution first; after settlement a "
            "correction is a reversal.",
        )
    phases.refuse_while_resolving(round_)


def _keep(round_: Round, vector: np.ndarray, version: int, reason: str, actor: Actor | None) -> LabelSet:
    rows = files.rows_of(round_)
    known = {split: int((vector[files.place_of(rows, split)] != UNKNOWN).sum()) for split in SPLITS}
    return LabelSet.objects.create(
        round=round_,
        version=version,
        sha256=files.keep_bytes(codec.encode(vector)),
        known=known,
        reason=reason,
        uploaded_by=actor.user if actor else None,
    )
