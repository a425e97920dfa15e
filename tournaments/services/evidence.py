"""What a round's blends may be fitted on: its own test rows, and the live rows of rounds resolved before it.

Never validation rows, which can be memorised; never the rows that a blend is judged on; never a label that
was not known when the round closed: which rounds, and which version of their labels, is written down then.
"""

from dataclasses import dataclass

import numpy as np

from tournaments.models import Evidence, Exclusion, LabelSet, Round, Selection, Submission
from tournaments.numerics.blending import weighing
from tournaments.numerics.blending.voices import Voices, merge, merge_ranks
from tournaments.services import files, labels
from tournaments.services.crowd import Crowd, said
from tournaments.services.frames import Frame, frame_of
from tournaments.services.labels import Known

MOST_ROWS = 100_000
"""Earlier rounds are looked back to, the latest first, until they have so many live rows."""


Source = tuple[Round, LabelSet]
"""An earlier round, and the version of its labels."""


@dataclass(frozen=True)
class Past:
    """What may be fitted on: `all`, in order of time, of which the eras from `own` on are this round's test.

    `columns` is where those test rows stand among the rows of the round that are kept.
    """

    all: weighing.Evidence
    own: int
    columns: np.ndarray


@dataclass(frozen=True)
class _Part:
    """Some eras of it: voices (P, H), which of the P were there, labels and era boundaries."""

    voices: Voices
    there: np.ndarray
    known: Known


def earlier(round_: Round) -> list[Round]:
    """Return the rounds of the same tournament that are resolved at this moment, the latest first."""
    found = Round.objects.filter(tournament=round_.tournament_id, state__in=Round.RESOLVED_STATES)
    chosen, rows = [], 0
    for one in found.exclude(pk=round_.pk).order_by("-closed_at", "-pk"):
        if rows >= MOST_ROWS:
            break
        rows += one.split_rows.get("live", 0)
        chosen.append(one)
    return chosen


def freeze(round_: Round) -> None:
    """Write down what is known at this moment, in the transaction that closes the round."""
    for source, known in known_now(round_):
        Evidence.objects.get_or_create(round=round_, source=source, defaults={"labels": known})


def eras_ahead(round_: Round) -> int:
    """Count the eras that blends of a round could be fitted on if it closed at this moment."""
    parts = [labels.read(one, "live") for one in earlier(round_)]
    if round_.read_rules().fits_on_test:
        parts.append(labels.read(round_, "test"))
    return sum(one.eras for one in parts if one is not None)


def known_now(round_: Round) -> list[Source]:
    """Return the earlier rounds and their labels as they stand at this moment, the oldest first."""
    found = ((one, labels.newest(one)) for one in reversed(earlier(round_)))
    return [(one, known) for one, known in found if known is not None]


def known_then(round_: Round) -> list[Source]:
    """Return what was known when a round closed, the oldest first."""
    found = Evidence.objects.filter(round=round_).select_related("source__tournament", "labels")
    return [(one.source, one.labels) for one in found.order_by("source__closed_at", "source")]


def of_round(round_: Round, frame: Frame, crowd: Crowd, *, from_uploads: bool = False) -> Past | None:
    """Return what the blends of a closed round may be fitted on; None when that is nothing."""
    parts = _parts(known_then(round_), crowd.places, from_uploads=from_uploads)
    own, columns = _of_test(round_, frame, crowd)
    before = sum(one.known.eras for one in parts)
    parts += [own] if own else []
    return Past(_together(parts), before, columns) if parts else None


def of_sources(sources: list[Source], participants: list[int]) -> weighing.Evidence | None:
    """Return what earlier rounds say of some participants, by key; None when none of them was there."""
    parts = _parts(sources, {pk: place for place, pk in enumerate(participants)})
    return _together(parts) if parts else None


def _parts(sources: list[Source], places: dict[int, int], *, from_uploads: bool = False) -> list[_Part]:
    found = (_of_source(source, known, places, from_uploads) for source, known in sources)
    return [one for one in found if one is not None]


def _together(parts: list[_Part]) -> weighing.Evidence:
    ends = np.cumsum([0] + [size for one in parts for size in np.diff(one.known.starts).tolist()])
    there = np.concatenate([np.repeat(one.there[:, None], one.known.eras, axis=1) for one in parts], axis=1)
    voices = Voices(
        np.concatenate([one.voices.z for one in parts], axis=1),
        np.concatenate([one.voices.g for one in parts], axis=1),
    )
    return weighing.evidence_of(voices, np.concatenate([one.known.y for one in parts]), ends, there)


def _of_test(round_: Round, frame: Frame, crowd: Crowd) -> tuple[_Part | None, np.ndarray]:
    """Return this round's test rows, unless they are what it is judged on, and where they stand."""
    known = labels.read(round_, "test")
    if known is None or not round_.read_rules().fits_on_test:
        return None, np.empty(0, dtype=np.int64)
    columns = frame.columns(files.place_of(files.rows_of(round_), "test"), known.keep)
    there = np.ones(len(crowd.participants), dtype=bool)
    return _Part(crowd.voices.rows(columns), there, known), columns


def _of_source(source: Round, version: LabelSet, places: dict[int, int], from_uploads: bool) -> _Part | None:
    """Return an earlier round's live rows, with the voices of those participants who were there."""
    known = labels.read(source, "live", version)
    chosen = submissions_of(source, list(places))
    if known is None or not chosen:
        return None
    frame = frame_of(source)
    columns = frame.columns(files.place_of(files.rows_of(source), "live"), known.keep)
    z, g = (rows[:, columns] for rows in said(source, frame, chosen, from_uploads=from_uploads))
    owners = np.array([places[submission.participant_id] for submission in chosen])
    there = np.zeros(len(places), dtype=bool)
    there[owners] = True
    voices = Voices(np.zeros((there.size, known.rows)), np.zeros((there.size, known.rows)))
    voices.z[there], voices.g[there] = merge(z, owners), merge_ranks(g, owners, [0, known.rows])
    return _Part(voices, there, known)


def submissions_of(source: Round, participants: list[int]) -> list[Submission]:
    """Return what some participants had selected in an earlier round, but of those excluded there."""
    out = Exclusion.objects.filter(round=source).values("participant")
    selections = Selection.objects.filter(round=source).values("submission")
    found = Submission.objects.filter(pk__in=selections, participant__in=participants)
    return list(found.exclude(participant__in=out).select_related("round", "upload").order_by("position"))
