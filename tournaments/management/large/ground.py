"""What everything stands on: the tournament, its rounds as verbs make them, and one small real data set.

All rounds share the rows, labels and files of the first, and all uploads share one file, so that every
download works and every hash is true, without ten thousand files on the disk.
"""

import io
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tournaments.models import DatasetFile, LabelSet, Round, Tournament, User
from tournaments.services import contests, datasets, files, labels, rounds
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.store import vectors

State = Round.State
ERAS = {"validation": 12, "test": 6, "live": 6}
PER_ERA = 20
FEATURES = 5
WEEK = timedelta(days=7)
LEFT = timedelta(days=2)
"""How long the open round is still open."""


@dataclass(frozen=True)
class Size:
    """How large it shall be."""

    participants: int = 1_000
    submissions: int = 10_000
    rounds: int = 50

    @property
    def per_round(self) -> int:
        """Return the submissions of each round."""
        return max(2, self.submissions // self.rounds)


@dataclass(frozen=True)
class Ground:
    """What all parts work with."""

    size: Size
    random: np.random.Generator
    operator: Actor
    tournament: Tournament
    upload: tuple[str, int]
    """Hash and size of the one file that all have uploaded."""
    vector: str
    """Hash of the predictions of all meta-models, which are those of the file."""
    shapes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Calibration and histogram of the file on each split that was measured so far."""


def ids() -> list[str]:
    """Return the rows' ids; each split's rows stand together, era by era."""
    return [f"row{i:04d}" for i in range(sum(ERAS.values()) * PER_ERA)]


def lay(size: Size, random: np.random.Generator, operator: User, slug: str) -> Ground:
    """Make the tournament and the bytes that all rounds share."""
    question = "Will the traffic of the coming week be above that of the median week?"
    tournament = contests.create(operator, slug, "Large", "alpha", question)
    p = np.round(random.uniform(0.45, 0.55, len(ids())), 6)
    upload = _csv("id,probability", ids(), [f"{value}" for value in p])
    stored = files.keep_bytes(upload), len(upload)
    return Ground(size, random, Actor(operator), tournament, stored, files.keep_bytes(vectors.encode(p)))


def _csv(head: str, *columns: list[str]) -> bytes:
    out = io.StringIO()
    out.write(f"{head}\n")
    out.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))
    return out.getvalue().encode()


def open_rounds(ground: Ground) -> list[Round]:
    """Make and open every round, a week apart; the last one takes files for two more days.

    Each goes through the verb that freezes its rules and funds its pool; its times are turned back then.
    """
    first = _first(ground)
    label_sets = list(first.label_sets.order_by("version"))
    found = [first]
    for number in range(2, ground.size.rounds + 1):
        found.append(_copy(ground, first, label_sets, number))
    now = db_now()
    for round_ in found:
        rounds.open_round(ground.operator, round_)
        round_.closes_at = now + LEFT - WEEK * (ground.size.rounds - round_.number)
        round_.opens_at = round_.opened_at = round_.closes_at - WEEK
        round_.state = State.OPEN
        round_.save(update_fields=["opens_at", "opened_at", "closes_at"])
    LabelSet.objects.filter(round=found[-1], version=2).delete()
    return found


def _first(ground: Ground) -> Round:
    y = ground.random.integers(0, 2, len(ids()))
    splits = [split for split, eras in ERAS.items() for _ in range(eras * PER_ERA)]
    eras = [f"era{i // PER_ERA + 1:02d}" for i in range(len(y))]
    features = ground.random.normal(size=(FEATURES, len(y))).round(4).astype(str).tolist()
    names = ",".join(f"feature{i + 1}" for i in range(FEATURES))
    known = [i for i, split in enumerate(splits) if split != "live"]
    with tempfile.TemporaryDirectory() as folder:
        rows, targets = Path(folder, "tournament.csv"), Path(folder, "labels.csv")
        rows.write_bytes(_csv(f"id,era,data_type,{names}", ids(), eras, splits, *features))
        targets.write_bytes(_csv("id,target", [ids()[i] for i in known], [str(y[i]) for i in known]))
        given = datasets.RoundFiles(rows, None, targets)
        round_ = datasets.create_round(ground.operator, ground.tournament, given, _later(), seed=1)
    whole = _csv("id,target", ids(), y.astype(str).tolist())
    labels.upload(ground.operator, round_, [whole], "live.csv")
    return round_


def _later() -> datetime:
    """Return a deadline that an opening round may have."""
    return db_now() + WEEK


def _copy(ground: Ground, first: Round, label_sets: list[LabelSet], number: int) -> Round:
    datasets_ = list(first.datasets.order_by("pk"))
    round_ = Round.objects.create(
        tournament=ground.tournament,
        number=number,
        rules=first.rules,
        rules_sha256=first.rules_sha256,
        seed=number,
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        rows_sha256=first.rows_sha256,
        row_count=first.row_count,
        split_rows=first.split_rows,
    )
    for dataset in datasets_:
        dataset.pk, dataset.round = None, round_
    for labels_ in label_sets:
        labels_.pk, labels_.round = None, round_
    DatasetFile.objects.bulk_create(datasets_)
    LabelSet.objects.bulk_create(label_sets)
    return round_
