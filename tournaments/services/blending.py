"""Selected submissions become the meta-model (FORMULAS section 5), at the close, from stored uploads."""

from dataclasses import dataclass

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, MetaModelWeight, Originality, Participant, Round, Submission, Work
from tournaments.numerics import blends
from tournaments.numerics.correlations import constant_splits, split_correlations
from tournaments.services import audit, files, labels, phases, scoring, work
from tournaments.services.clock import db_now
from tournaments.services.frames import Frame, frame_of
from tournaments.store import vectors

ABSTAIN = 0.5
"""What a meta-model says of a void row: nothing."""


@dataclass(frozen=True)
class Crowd:
    """The players of a round and their merged predictions: P participants, K rows that stand."""

    participants: list[Participant]
    z: np.ndarray
    """Logits (P, K), each participant's forecasters merged."""
    g: np.ndarray
    """Gaussian ranks (P, K), likewise."""
    judged: dict[int, np.ndarray]
    """Gaussian ranks of each blended submission on the rows of `judged_part`, by its key."""


def crowd_of(round_: Round, frame: Frame) -> Crowd | None:
    """Gather whom the blend is made of: selected submissions of those not excluded, benchmarks left out."""
    left_out = _left_out(round_)
    chosen = [s for s in phases.selected(round_) if s.pk not in left_out]
    if not chosen:
        return None
    eps = round_.read_rules().epsilon
    whole = [files.vector_of(submission) for submission in chosen]
    owners = np.array([submission.participant_id for submission in chosen])
    z = blends.merge(np.stack([blends.logits(p[frame.keep], eps) for p in whole]), owners)
    ranks = [frame.ranks(p) for p in whole]
    g = blends.merge_ranks(np.stack(ranks), owners, frame.split_starts)
    part = judged_part(frame)
    judged = {one.pk: row[part].copy() for one, row in zip(chosen, ranks, strict=True)}
    by_id = Participant.objects.in_bulk(owners.tolist())
    return Crowd([by_id[pk] for pk in np.unique(owners).tolist()], z, g, judged)


def judged_part(frame: Frame) -> slice:
    """Return the rows on which submissions are likened to the meta-model: test, else the last split."""
    at = frame.names.index("test") if "test" in frame.names else len(frame.names) - 1
    return slice(*frame.split_starts[at : at + 2].tolist())


def _left_out(round_: Round) -> set[int]:
    excluded = Submission.objects.filter(round=round_, participant__exclusions__round=round_)
    benchmarks = Submission.objects.filter(round=round_, participant__kind=Participant.Kind.BENCHMARK)
    return set(excluded.values_list("pk", flat=True)) | set(benchmarks.values_list("pk", flat=True))


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
    made = blends_of(round_, frame, crowd) if crowd else []
    stored = [(one, frame.spread(one.p, ABSTAIN)) for one in made]
    hashes = [files.keep_bytes(vectors.encode(whole)) for _, whole in stored]
    scores = [scoring.measure(round_, "test", whole) for _, whole in stored]
    likeness = _likeness(round_, frame, crowd, made) if crowd else {}
    with transaction.atomic():
        MetaModel.objects.filter(round=round_).delete()
        for (one, _), sha256, measured in zip(stored, hashes, scores, strict=True):
            row = _keep(round_, one, crowd, sha256)
            scoring.keep(round_, "test", measured, meta_model=row)
        _keep_likeness(round_, likeness)
        Round.objects.filter(pk=round_.pk).update(blended_at=db_now())
        _announce(round_, crowd)
        work.finish(piece)


def _likeness(round_: Round, frame: Frame, crowd: Crowd, made: list[Blend]) -> dict[int, float]:
    """Return the Pearson of each selected submission's g with the meta-model's, by key (FORMULAS section 3).

    What is constant there has no correlation and is left out.
    """
    part = judged_part(frame)
    headline = next(one for one in made if one.name == round_.read_rules().blend)
    own = frame.ranks(frame.spread(headline.p, ABSTAIN))[part]
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
    players = crowd.participants if crowd else []
    shares = blends.equal_weights(len(players)).tolist()
    row = MetaModel.objects.create(
        round=round_,
        blend=one.name,
        headline=one.name == round_.read_rules().blend,
        slope=one.slope,
        fitted_rows=one.fitted_rows,
        forecasters=len(players),
        sha256=sha256,
    )
    MetaModelWeight.objects.bulk_create(
        MetaModelWeight(meta_model=row, participant=player, weight=share)
        for player, share in zip(players, shares, strict=True)
    )
    return row


def _announce(round_: Round, crowd: Crowd | None) -> None:
    if crowd is None:
        audit.announce(round_, "blended", "There is no meta-model: nobody submitted.")
    else:
        audit.announce(
            round_, "blended", f"The meta-model of {len(crowd.participants)} participants is made."
        )


def vector_of(meta_model: MetaModel) -> np.ndarray:
    """Return a meta-model's predictions, float64 (M,) in canonical row order."""
    return vectors.decode(files.read_bytes(meta_model.sha256), meta_model.round.row_count)
