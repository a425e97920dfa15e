"""Selected submissions become the meta-model (FORMULAS section 5), at the close, from stored uploads.

Each blend is a piece of work of its own; when all are made, `headline.join` says which is the meta-model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, MetaModelWeight, Participant, Round, Rules, Work
from tournaments.numerics.blending import registry, walk_forward
from tournaments.numerics.blending.registry import Blended
from tournaments.numerics.blending.weighing import Facts, Weighing
from tournaments.numerics.errors import NumericsError
from tournaments.services import evidence, files, rounds, scoring, stakes, work
from tournaments.services.crowd import Crowd, crowd_of
from tournaments.services.evidence import Past
from tournaments.services.frames import Frame, frame_of
from tournaments.store import vectors

ABSTAIN = 0.5
"""What a meta-model says of a void row: nothing."""
MOST_STAKED = 2**62
FOLDS = 8
"""How often weights are fitted anew on the way through the test rows."""


@dataclass(frozen=True)
class Scene:
    """All that a round's blends are made from."""

    round: Round
    frame: Frame
    crowd: Crowd
    past: Past | None

    @property
    def facts(self) -> Facts:
        """Return what is known about the participants beside what they say."""
        return facts_of(self.round, list(self.crowd.places))

    @property
    def bounds(self) -> tuple[np.ndarray | None, float]:
        """Return the caps (P,) on weights, where the rules have any, and their floor."""
        rules = self.round.read_rules()
        return caps_of(rules, self.crowd.forecasters), rules.weight_floor


def facts_of(round_: Round, participants: Sequence[int]) -> Facts:
    """Return what is known about participants, by their keys, beside what they say in a round."""
    rules = round_.read_rules()
    at_risk = stakes.of_participants(round_) if stakes.taken(rules) else {}
    found = whole_stakes([at_risk.get(pk, 0) for pk in participants]) if at_risk else None
    return Facts(stakes=found, embargo=rules.label_horizon, seed=round_.seed)


def whole_stakes(amounts: Sequence[int]) -> np.ndarray:
    """Return stakes (P,) of up to 38 digits as int64 whose sum fits too, in the same proportions to 1e-18."""
    unit = -(-sum(amounts) // MOST_STAKED) or 1
    return np.array([amount // unit for amount in amounts], dtype=np.int64)


def caps_of(rules: Rules, forecasters: np.ndarray) -> np.ndarray | None:
    """Return the caps (P,) on the weights of participants with so many forecasters; None without any."""
    caps = np.ones(forecasters.size)
    if rules.weight_cap is not None:
        caps = np.minimum(caps, rules.weight_cap)
    if rules.weight_cap_forecaster is not None:
        caps = np.minimum(caps, rules.weight_cap_forecaster * forecasters)
    return caps if (caps < 1.0).any() else None


@dataclass(frozen=True)
class Made:
    """A blend of a crowd, and what it says of all rows of the round (M,); void ones abstain."""

    blended: Blended
    vector: np.ndarray


def scene_of(round_: Round, *, from_uploads: bool = False) -> Scene | None:
    """Gather what a closed round's blends are made from, as `crowd_of` does; None when nobody submitted."""
    frame = frame_of(round_)
    crowd = crowd_of(round_, frame, from_uploads=from_uploads)
    if crowd is None:
        return None
    return Scene(round_, frame, crowd, evidence.of_round(round_, frame, crowd, from_uploads=from_uploads))


def make(scene: Scene, name: str) -> Made:
    """Make one blend. On the test rows that it is fitted on it says what it would have said walk-forward.

    Raises NumericsError `too_few_eras`, `no_stakes`: the blend cannot be made of what is known.
    """
    caps, floor = scene.bounds
    past = scene.past.all if scene.past else None
    blended = registry.blend(name, scene.crowd.voices, scene.facts, past, caps, floor)
    p = blended.p.copy()
    if scene.past and scene.past.columns.size:
        said = walk_forward.walk(
            name, scene.past.all, scene.facts, since=scene.past.own, folds=FOLDS, caps=caps, floor=floor
        )
        p[scene.past.columns] = said.p[-scene.past.columns.size :]
    return Made(blended, scene.frame.spread(p, ABSTAIN))


def together(pieces: list[Work]) -> work.Verb:
    """Gather once what several blends of a round are made from; returns the verb for each."""
    round_ = Round.objects.select_related("tournament").get(pk=pieces[0].round_id)
    return partial(_blend, round_, scene_of(round_))


def blend(piece: Work) -> None:
    """Make, score and store the blend that the piece of work names, or write down why it cannot be made."""
    together([piece])(piece)


def _blend(round_: Round, scene: Scene | None, piece: Work) -> None:
    made, why = made_or_why(scene, piece.part)
    sha256 = files.keep_bytes(vectors.encode(made.vector)) if made else ""
    measured = scoring.measure(round_, "test", made.vector) if made else None
    with transaction.atomic():
        round_ = rounds.lock(round_)
        if made and scene:
            row = _keep(scene, made, sha256)
            scoring.keep(round_, "test", measured, meta_model=row)
        else:
            MetaModel.objects.filter(round=round_, blend=piece.part).delete()
        _say_why(round_, piece.part, why)
        work.finish(piece)


def made_or_why(scene: Scene | None, name: str) -> tuple[Made | None, str]:
    """Return a blend, or why it cannot be made; neither where nobody submitted."""
    if scene is None:
        return None, ""
    try:
        return make(scene, name), ""
    except NumericsError as error:
        if error.code not in ("too_few_eras", "no_stakes"):
            raise
        return None, error.sentence


def _say_why(round_: Round, name: str, why: str) -> None:
    kept = {other: text for other, text in round_.missing_blends.items() if other != name}
    round_.missing_blends = kept | ({name: why} if why else {})
    round_.save(update_fields=["missing_blends"])


def _keep(scene: Scene, made: Made, sha256: str) -> MetaModel:
    """Write a blend in place of the former one; whether it is the meta-model is for `headline.join`."""
    row, _ = MetaModel.objects.update_or_create(
        round=scene.round,
        blend=made.blended.name,
        defaults={"sha256": sha256, **values_of(scene, made)},
        create_defaults={"sha256": sha256, "headline": False, **values_of(scene, made)},
    )
    row.weights.all().delete()
    MetaModelWeight.objects.bulk_create(
        MetaModelWeight(meta_model=row, participant=player, weight=share)
        for player, share in shares_of(scene, made)
    )
    return row


def values_of(scene: Scene, made: Made) -> dict[str, Any]:
    """Return a meta-model's fields, but for its name, its vector, and whether it is the headline."""
    found, fits = made.blended.weighing, registry.METHODS[made.blended.name].fits
    return {
        "slope": found.slope,
        "fitted_rows": scene.past.all.rows if scene.past and fits else 0,
        "fitted_eras": scene.past.all.eras if scene.past and fits else 0,
        "gap": found.gap,
        "certified": found.certified,
        "settings": found.settings | _limits(found),
        "forecasters": len(scene.crowd.participants),
    }


def _limits(found: Weighing) -> dict[str, float]:
    """Return the range that an era's level is held in, as `MetaModel.levels` reads it."""
    return dict(zip(MetaModel.LEVELS, found.levels, strict=True)) if found.levels else {}


def shares_of(scene: Scene, made: Made) -> list[tuple[Participant, float]]:
    """Return each participant's share of a meta-model."""
    return list(zip(scene.crowd.participants, made.blended.weighing.weights.tolist(), strict=True))


def vector_of(meta_model: MetaModel) -> np.ndarray:
    """Return a meta-model's predictions, float64 (M,) in canonical row order."""
    return vectors.decode(files.read_bytes(meta_model.sha256), meta_model.round.row_count)
