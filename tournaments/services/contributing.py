"""What each player adds to the meta-model (FORMULAS section 4): on test rows at the close, on live rows when
it is resolved, in float64 from the stored uploads. Benchmarks and those excluded are no part of the crowd.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tournaments.models import (
    Contribution,
    MetaModel,
    MetaModelWeight,
    Originality,
    Participant,
    Round,
    Submission,
)
from tournaments.numerics.blending import registry
from tournaments.numerics.blending.weighing import Weighing
from tournaments.numerics.players import Contribution as Found
from tournaments.numerics.players import Mixture, contributions
from tournaments.services import files, labels
from tournaments.services.crowd import Crowd
from tournaments.services.frames import Frame
from tournaments.services.labels import Known


@dataclass(frozen=True)
class Made:
    """A meta-model as it was made: how it mixes, and what it says of all rows of the round, void ones too."""

    blend: str
    weighing: Weighing
    vector: np.ndarray


@dataclass(frozen=True)
class Measured:
    """What was found of a crowd on one split, in the order of its participants."""

    split: str
    known: Known
    places: list[int]
    found: list[Found]


def made_of(meta_model: MetaModel, crowd: Crowd, vector: np.ndarray) -> Made:
    """Return a stored meta-model of a crowd, as it was made."""
    kept = MetaModelWeight.objects.filter(meta_model=meta_model).values_list("participant", "weight")
    weights = dict(kept)
    shares = np.array([weights[participant.pk] for participant in crowd.participants])
    slope = 1.0 if meta_model.slope is None else meta_model.slope
    return Made(meta_model.blend, Weighing(shares, slope, levels=meta_model.levels), vector)


def measure(
    round_: Round,
    split: str,
    frame: Frame,
    crowd: Crowd,
    made: Made,
    precedence: dict[int, int] | None = None,
) -> Measured | None:
    """Measure what each of a crowd adds on one split; None when no row of it can be scored.

    `precedence` is that of the crowd's submissions by key, where it is not to be taken as it was kept.
    """
    known = labels.read(round_, split)
    if known is None:
        return None
    mixture = mixture_of(round_, split, frame, crowd, made, known)
    places = _places(crowd, precedence or _kept_precedence(crowd))
    found = contributions(mixture, known.y, known.starts, np.array(places), round_.seed)
    return Measured(split, known, places, found)


def mixture_of(round_: Round, split: str, frame: Frame, crowd: Crowd, made: Made, known: Known) -> Mixture:
    """Return a meta-model as its formulas take it, on the known rows of a split."""
    place = files.place_of(files.rows_of(round_), split)
    voices = crowd.voices.rows(frame.columns(place, known.keep))
    return Mixture(
        voices=registry.spoken(made.blend, voices, made.weighing),
        mixes=registry.METHODS[made.blend].mixes,
        weights=made.weighing.weights,
        slope=made.weighing.slope,
        meta=made.vector[place][known.keep],
        eps=round_.read_rules().epsilon,
    )


def _kept_precedence(crowd: Crowd) -> dict[int, int]:
    kept = Originality.objects.filter(submission__in=crowd.judged)
    return dict(kept.values_list("submission", "precedence"))


def _places(crowd: Crowd, precedence: dict[int, int]) -> list[int]:
    """Return the precedence of each participant's voice: that of the last of the files it is merged from.

    The first would let a slot be squatted by one forecaster and filled by the next.
    """
    last: dict[int, int] = {}
    owners = Submission.objects.filter(pk__in=crowd.judged).values_list("pk", "participant")
    for submission, participant in owners:
        last[participant] = max(precedence[submission], last.get(participant, 0))
    return [last[participant.pk] for participant in crowd.participants]


def keep(meta_model: MetaModel, crowd: Crowd, measured: Measured) -> None:
    """Replace the contributions to a round's meta-model on a split, in the caller's transaction."""
    Contribution.objects.filter(round=meta_model.round, split=measured.split).delete()
    Contribution.objects.bulk_create(
        (
            Contribution(
                meta_model=meta_model,
                round=meta_model.round,
                participant=participant,
                split=measured.split,
                **values,
            )
            for participant, values in values_of(crowd, measured)
        ),
        batch_size=500,
    )


def values_of(crowd: Crowd, measured: Measured) -> list[tuple[Participant, dict[str, Any]]]:
    """Return the fields of each participant's contribution."""
    known = {"labels": measured.known.labels, "rows": measured.known.rows}
    return [
        (participant, {**known, "precedence": place, **asdict(found)})
        for participant, place, found in zip(crowd.participants, measured.places, measured.found, strict=True)
    ]
