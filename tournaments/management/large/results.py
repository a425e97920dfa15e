"""What was measured of a round: scores with their intervals, originality, meta-models, weights."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tournaments.management.large.entries import Entries
from tournaments.management.large.ground import ERAS, PER_ERA, Ground
from tournaments.management.large.people import People
from tournaments.models import LabelSet, MetaModel, MetaModelWeight, Originality, Round, Score
from tournaments.numerics.blending.registry import NAMES
from tournaments.numerics.blending.weighing import equal_weights
from tournaments.numerics.bootstrap import era_draws, gain_intervals
from tournaments.numerics.calibration import Z95
from tournaments.numerics.units import COIN, LN2, UNITS, quantise
from tournaments.services import files, scoring
from tournaments.store import vectors

DRAWS = 1_000
"""A tenth of what a round draws: plausible is enough here."""
COMMON, OWN, WEEKLY = 1.2e-3, 1.0e-3, 3e-4
"""Spread in nats: of what moves all in an era, of one's own eras, of one's own rounds."""
CROWD_SKILL = 1.4e-3
COPY = 0.03
BLENDS = tuple(name for name in NAMES if name != "stake")


@dataclass(frozen=True)
class _Measured:
    """A split of a round: losses (N, E), and what is taken from them."""

    split: str
    labels: LabelSet
    losses: np.ndarray
    intervals: np.ndarray
    shape: dict[str, Any]
    """Calibration and histogram of the one file that all have sent."""


def write(ground: Ground, people: People, round_: Round, entries: Entries, splits: list[str]) -> None:
    """Write all scores of these splits; of test and live rows only the selected, with the meta-models."""
    label_sets = {one.version: one for one in LabelSet.objects.filter(round=round_)}
    skill = people.skill[entries.owners] + ground.random.normal(0, WEEKLY, len(entries.owners))
    models = _models(ground, people, round_, entries) if "test" in splits else []
    if models:
        _originality(ground, round_, entries)
    rows: list[Score] = []
    for split in splits:
        chosen = range(len(entries.submissions)) if split == "validation" else entries.selected
        subjects: list[dict[str, Any]] = [{"submission": entries.submissions[i]} for i in chosen]
        gains = skill[list(chosen)]
        if split != "validation":
            subjects += [{"meta_model": one} for one in models]
            gains = np.concatenate([gains, CROWD_SKILL - 2e-4 * np.arange(len(models))])
        version = label_sets[2 if split == "live" else 1]
        measured = _measure(ground, round_, split, version, gains)
        rows += [_score(round_, measured, i, subject) for i, subject in enumerate(subjects)]
    Score.objects.bulk_create(rows, batch_size=1_000)


def _measure(ground: Ground, round_: Round, split: str, labels: LabelSet, gains: np.ndarray) -> _Measured:
    eras, random = ERAS[split], ground.random
    common = random.normal(0, COMMON, eras) * random.uniform(0.5, 1.5, (len(gains), 1))
    losses = LN2 - gains[:, None] - common - random.normal(0, OWN, (len(gains), eras))
    rows, draws = np.full(eras, PER_ERA), era_draws(round_.seed, eras, DRAWS)
    shape = ground.shapes.get(split) or _shape(ground, round_, split)
    return _Measured(split, labels, losses, gain_intervals(losses, rows, draws), shape)


def _shape(ground: Ground, round_: Round, split: str) -> dict[str, Any]:
    """Measure the file once for all rounds, whose rows and labels are the same."""
    found = scoring.measure(round_, split, vectors.decode(files.read_bytes(ground.vector), round_.row_count))
    assert found is not None, "Every split that is scored has labels."
    ground.shapes[split] = scoring.shape_of(found)
    return ground.shapes[split]


def _score(round_: Round, measured: _Measured, i: int, subject: dict[str, Any]) -> Score:
    losses = measured.losses[i]
    whole = float(losses.mean())
    return Score(
        round=round_,
        **subject,
        split=measured.split,
        labels=measured.labels,
        rows=len(losses) * PER_ERA,
        log_loss=whole,
        units=quantise(whole),
        gain=LN2 - whole,
        gain_low=float(measured.intervals[i, 0]),
        gain_high=float(measured.intervals[i, 1]),
        consistency=float((np.rint(losses * UNITS) < COIN).mean()),
        era_mean=whole,
        era_sd=float(losses.std()),
        era_worst=float(losses.max()),
        era_losses=losses.tolist(),
        era_rows=[PER_ERA] * len(losses),
        **_skill(losses),
        **measured.shape,
    )


def _skill(losses: np.ndarray) -> dict[str, Any]:
    """Return the other figures, as calibrated probabilities near 1/2 have them: if they are s away from it,
    they gain 2s² and correlate 2s with the outcomes.
    """
    gains = LN2 - losses
    corr = np.sign(gains) * np.sqrt(2 * np.abs(gains))
    eras = {"brier": 0.25 - gains / 2, "auc": 0.5 + corr / math.sqrt(math.pi), "corr": corr}
    found: dict[str, Any] = {f"era_{name}": values.tolist() for name, values in eras.items()}
    means = {name: (values.mean(), values.std()) for name, values in eras.items()}
    means["sharpe"] = (means["corr"][0] / means["corr"][1], 1.0)
    for name, (mean, sd) in means.items():
        half = Z95 * sd / math.sqrt(len(losses))
        found |= {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
    running = np.concatenate([[0.0], corr.cumsum()])
    return {**found, "drawdown": float((np.maximum.accumulate(running) - running).max())}


def _models(ground: Ground, people: People, round_: Round, entries: Entries) -> list[MetaModel]:
    owners = sorted({int(i) for i in entries.owners[entries.selected]} - {len(people.players)})
    models = MetaModel.objects.bulk_create(
        MetaModel(round=round_, blend=name, headline=name == round_.rules["blend"], slope=1.0,
                  fitted_rows=ERAS["test"] * PER_ERA, forecasters=len(owners), sha256=ground.vector)
        for name in BLENDS
    )  # fmt: skip
    shares = equal_weights(len(owners)).tolist()
    MetaModelWeight.objects.bulk_create(
        [
            MetaModelWeight(meta_model=model, participant=people.players[owner], weight=share)
            for model in models
            for owner, share in zip(owners, shares, strict=True)
        ],
        batch_size=2_000,
    )
    return models


def _originality(ground: Ground, round_: Round, entries: Entries) -> None:
    gate = round_.read_rules().originality_gate
    rows = []
    for place, i in enumerate(entries.selected):
        nearest = int(ground.random.integers(place)) if place else None
        near = ground.random.random() < COPY
        rho = float(ground.random.uniform(0.955, 0.9999) if near else ground.random.beta(4, 4))
        if nearest is None:
            rho = 0.0
        rows.append(
            Originality(
                submission=entries.submissions[i],
                round=round_,
                precedence=i + 1,
                originality=1 - rho,
                max_abs_rho=rho,
                nearest=None if nearest is None else entries.submissions[entries.selected[nearest]],
                nearest_rho=None if nearest is None else rho,
                crowding=float(ground.random.uniform(0.1, 0.4)),
                ks=float(ground.random.uniform(0.05, 0.4)),
                residual=float(ground.random.uniform(0.02, 0.9)),
                meta_rho=float(ground.random.beta(6, 4)),
                passes=gate is None or quantise(rho) <= quantise(gate),
            )
        )
    Originality.objects.bulk_create(rows)
