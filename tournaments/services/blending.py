"""Selected submissions become the meta-model (FORMULAS section 5), at the close, from stored uploads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, MetaModelWeight, Originality, Participant, Round, Work
from tournaments.numerics import blends
from tournaments.numerics.correlations import constant_splits, split_correlations
from tournaments.services import audit, contributing, files, labels, phases, scoring, work
from tournaments.services.clock import db_now
from tournaments.services.crowd import Crowd, crowd_of, judged_part
from tournaments.services.frames import Frame, frame_of
from tournaments.store import vectors

ABSTAIN = 0.5
"""What a meta-model says of a void row: nothing."""


@dataclass(frozen=True)
class Blend:
    """One blend of a crowd: probabilities (K,), its slope, and how many rows that was fitted on."""

    name: str
    p: np.ndarray
    slope: float | None
    fitted_rows: int


def blends_of(round_: Round, frame: Frame, crowd: Crowd) -> list[Blend]:
    """Return every blend of this crowd, fitted on this round's test rows unless those are the ones judged."""
    mean_z, mean_g = crowd.z.mean(axis=0), crowd.g.mean(axis=0)
    alpha, rows = _slope(round_, frame, mean_z, default=1.0)
    beta, _ = _slope(round_, frame, mean_g, default=blends.default_beta(crowd.z, crowd.g))
    return [
        Blend("equal", blends.equal(crowd.z), None, 0),
        Blend("calibrated", blends.calibrated(crowd.z, alpha), alpha, rows),
        Blend("rank", blends.rank(crowd.g, beta), beta, rows),
    ]


def _slope(round_: Round, frame: Frame, x: np.ndarray, default: float) -> tuple[float, int]:
    """Fit σ(slope·x) on the test rows; the default where the round has none or is judged on them."""
    if round_.read_rules().paid_split == "test" or "test" not in frame.names:
        return default, 0
    known = labels.read(round_, "test")
    if known is None:
        return default, 0
    place = files.place_of(files.rows_of(round_), "test")
    on_test = frame.spread(x, 0.0)[place][known.keep]
    return blends.fit_slope(on_test, known.y), known.rows


def blend(piece: Work) -> None:
    """Compute, score and store all blends of a closed round, and announce the meta-model."""
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    frame = frame_of(round_)
    crowd = crowd_of(round_, frame)
    stored = computed(round_, frame, crowd) if crowd else []
    hashes = [files.keep_bytes(vectors.encode(whole)) for _, whole in stored]
    scores = [scoring.measure(round_, "test", whole) for _, whole in stored]
    likeness = likeness_of(round_, frame, crowd, stored) if crowd else {}
    made = headline_of(round_, crowd, stored) if crowd else None
    added = contributing.measure(round_, "test", frame, crowd, made) if crowd and made else None
    with transaction.atomic():
        MetaModel.objects.filter(round=round_).delete()
        for (one, _), sha256, measured in zip(stored, hashes, scores, strict=True):
            row = _keep(round_, one, crowd, sha256)
            scoring.keep(round_, "test", measured, meta_model=row)
            if row.headline and crowd and added:
                contributing.keep(row, crowd, added)
        _keep_likeness(round_, likeness)
        Round.objects.filter(pk=round_.pk).update(blended_at=db_now())
        _announce(round_, crowd)
        work.finish(piece)


def computed(round_: Round, frame: Frame, crowd: Crowd) -> list[tuple[Blend, np.ndarray]]:
    """Return every blend of this crowd with what it says of all rows (M,): void ones abstain."""
    return [(one, frame.spread(one.p, ABSTAIN)) for one in blends_of(round_, frame, crowd)]


def headline_of(round_: Round, crowd: Crowd, stored: list[tuple[Blend, np.ndarray]]) -> contributing.Made:
    """Return the blend that is the meta-model, with its weights."""
    one, whole = next(pair for pair in stored if pair[0].name == round_.read_rules().blend)
    return contributing.Made(one.name, blends.equal_weights(len(crowd.participants)), one.slope, whole)


def likeness_of(
    round_: Round, frame: Frame, crowd: Crowd, stored: list[tuple[Blend, np.ndarray]]
) -> dict[int, float]:
    """Return the Pearson of each selected submission's g with the meta-model's, by key (FORMULAS section 3).

    What is constant there has no correlation and is left out.
    """
    part = judged_part(frame)
    own = frame.ranks(headline_of(round_, crowd, stored).vector)[part]
    found = {}
    for one in phases.selected(round_):
        # Benchmarks are no part of the crowd, but are likened to it as well.
        g = crowd.judged[one.pk] if one.pk in crowd.judged else frame.ranks(files.vector_of(one))[part]
        pair, ends = np.stack([own, g]), np.array([0, own.size])
        if not constant_splits(pair, ends).any():
            found[one.pk] = float(split_correlations(pair[0], pair[1:], ends)[0, 0])
    return found


def _keep_likeness(round_: Round, likeness: dict[int, float]) -> None:
    measured = list(Originality.objects.filter(round=round_))
    for one in measured:
        one.meta_rho = likeness.get(one.submission_id)
    Originality.objects.bulk_update(measured, ["meta_rho"], batch_size=500)


def _keep(round_: Round, one: Blend, crowd: Crowd | None, sha256: str) -> MetaModel:
    row = MetaModel.objects.create(round=round_, sha256=sha256, **values_of(round_, one, crowd))
    MetaModelWeight.objects.bulk_create(
        MetaModelWeight(meta_model=row, participant=player, weight=share)
        for player, share in shares_of(crowd)
    )
    return row


def values_of(round_: Round, one: Blend, crowd: Crowd | None) -> dict[str, Any]:
    """Return a meta-model's fields."""
    return {
        "blend": one.name,
        "headline": one.name == round_.read_rules().blend,
        "slope": one.slope,
        "fitted_rows": one.fitted_rows,
        "forecasters": len(crowd.participants) if crowd else 0,
    }


def shares_of(crowd: Crowd | None) -> list[tuple[Participant, float]]:
    """Return each participant's share of a meta-model."""
    players = crowd.participants if crowd else []
    return list(zip(players, blends.equal_weights(len(players)).tolist(), strict=True))


def _announce(round_: Round, crowd: Crowd | None) -> None:
    if crowd is None:
        audit.announce(round_, "blended", "There is no meta-model: nobody submitted.")
    else:
        audit.announce(
            round_, "blended", f"The meta-model of {len(crowd.participants)} participants is made."
        )


def added_live(round_: Round, headline: MetaModel) -> tuple[Crowd, contributing.Measured] | None:
    """Return the crowd of a round's meta-model, and what each adds on the live rows; None without labels."""
    frame = frame_of(round_)
    crowd = crowd_of(round_, frame)
    if crowd is None:
        return None
    weights = contributing.weights_of(headline, crowd)
    made = contributing.Made(headline.blend, weights, headline.slope, vector_of(headline))
    found = contributing.measure(round_, "live", frame, crowd, made)
    return (crowd, found) if found else None


def vector_of(meta_model: MetaModel) -> np.ndarray:
    """Return a meta-model's predictions, float64 (M,) in canonical row order."""
    return vectors.decode(files.read_bytes(meta_model.sha256), meta_model.round.row_count)
