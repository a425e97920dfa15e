"""The check of a round's files before it opens: what is good, what to notice, what to mend.

Each finding is a plain dict {code, level, text, advice, figures}; it holds counts and correlations, no label.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from tournaments.services.datasets import features, measures
from tournaments.services.datasets.dividing import TRAINING
from tournaments.services.datasets.findings import GOOD, NOTICE, WARNING, Finding, finding
from tournaments.services.datasets.reading import Table
from tournaments.services.datasets.tables import Columns
from tournaments.store.formats.faults import times
from tournaments.store.rows import SPLITS, natural_key

ORDER_FLOOR, LABEL_FLOOR = 0.1, 0.05
MONOTONE = 0.999
SMALL_ERA = 10
UNEVEN = 10
RARE = 0.1


@dataclass(frozen=True)
class Material:
    """What is checked: the file, which rows stay in the round, their splits, and labels (n,), -1 unknown."""

    table: Table
    columns: Columns
    stay: np.ndarray
    splits: np.ndarray
    y: np.ndarray
    training: Table | None = None

    @cached_property
    def ids(self) -> list[str]:
        """Return the ids of the rows that stay, in the file's order."""
        return list(self.table.texts(self.columns.id)[self.stay])

    @cached_property
    def eras(self) -> np.ndarray | None:
        """Return the eras of the rows that stay, as text."""
        column = self.columns.era
        return np.array(self.table.texts(column), dtype=object)[self.stay] if column else None

    @property
    def kinds(self) -> np.ndarray:
        """Return the splits of the rows that stay."""
        return self.splits[self.stay]

    @property
    def labels(self) -> np.ndarray:
        """Return the labels of the rows that stay."""
        return self.y[self.stay]


def check(of: Material) -> list[Finding]:
    """Return everything that the check finds, what is to be mended first."""
    found = [
        *_rows(of),
        *_balance(of),
        *_eras(of),
        *_ids(of),
        *_row_order(of),
        *features.check(of.table, of.columns.features(of.table.frame.columns), of.y, of.stay),
        *_training(of),
    ]
    order = {WARNING: 0, NOTICE: 1, GOOD: 2}
    return sorted(found, key=lambda one: order[one["level"]])


def _sizes(of: Material) -> dict[str, int]:
    return {split: int((of.kinds == split).sum()) for split in SPLITS if (of.kinds == split).any()}


def _rows(of: Material) -> Iterable[Finding]:
    sizes = _sizes(of)
    parts = ", ".join(f"{n:,} {split}" for split, n in sizes.items())
    yield finding("rows", GOOD, f"{times(len(of.kinds), 'row')}: {parts}. Every id occurs once.", "", **sizes)
    if "live" not in sizes:
        yield finding(
            "no_live",
            WARNING,
            "No row is live.",
            "Ranks are made of live rows, unless the rules say test. Give rows the split live.",
        )
    if "validation" not in sizes:
        yield finding(
            "no_practice",
            NOTICE,
            "There are no validation rows, so nobody sees a score before the close.",
            "If you know labels of some rows, name their split validation, or let rows be divided.",
        )
    if "test" not in sizes:
        yield finding(
            "no_test",
            NOTICE,
            "There are no test rows, so the blends keep their default weights.",
            "Rows whose labels you know can be test rows: the crowd's confidence is fitted on them.",
        )


def _balance(of: Material) -> Iterable[Finding]:
    for split, rows in _sizes(of).items():
        y = of.labels[of.kinds == split]
        known, ones = int((y >= 0).sum()), int((y == 1).sum())
        if known:
            yield _classes(split, rows, known, ones)
        if known < rows and split != "live":
            yield finding(
                f"unlabelled_{split}",
                NOTICE if known else WARNING,
                f"{times(rows - known, f'{split} row')} of {rows:,} have no label, and are not scored.",
                "Send their labels along, upload them later, or make these rows live.",
                rows=rows - known,
            )
    if "live" in _sizes(of) and (of.labels[of.kinds == "live"] < 0).any():
        yield finding("live_later", GOOD, "Labels of live rows are asked for when the round has closed.")


def _classes(split: str, rows: int, known: int, ones: int) -> Finding:
    share = ones / known
    text = f"Of {known:,} labelled {split} rows, {ones:,} are 1: {share:.1%}."
    if not 0 < ones < known:
        advice = (
            "A forecast cannot be told from a constant here. See whether the target column is the right one."
        )
        return finding(f"one_class_{split}", WARNING, text, advice, rows=rows, known=known, ones=ones)
    if not RARE <= share <= 1 - RARE:
        advice = "That is uneven. It can be scored; intervals will be wide."
        return finding(f"uneven_{split}", NOTICE, text, advice, rows=rows, known=known, ones=ones)
    return finding(f"balance_{split}", GOOD, text, rows=rows, known=known, ones=ones)


def _eras(of: Material) -> Iterable[Finding]:
    if of.eras is None or len(set(of.eras)) == 1:
        yield finding(
            "one_era",
            NOTICE,
            "All rows are one era, so scores have no intervals and ties cannot be told.",
            "If rows belong to days, weeks or groups, name that column as the era.",
        )
        return
    sizes = pd.Series(of.eras).groupby(of.kinds).value_counts()
    low, mid, high = int(sizes.min()), int(sizes.median()), int(sizes.max())
    eras = len(set(of.eras))
    text = f"{times(eras, 'era')} of {low:,} to {high:,} rows, with a median of {mid:,}."
    uneven = low < SMALL_ERA or high > UNEVEN * low
    advice = "Small eras make noisy intervals. Eras are meant to be of like size." if uneven else ""
    figures = {"eras": eras, "smallest": low, "median": mid, "largest": high}
    yield finding("eras", NOTICE if uneven else GOOD, text, advice, **figures)
    shared = pd.DataFrame({"era": of.eras, "split": of.kinds}).groupby("era")["split"].nunique()
    several = int((shared > 1).sum())
    if several:
        yield finding(
            "shared_eras",
            NOTICE,
            f"{times(several, 'era')} have rows in several splits.",
            "Rows of one era are alike, so practice rows tell about live ones. Keep an era in one split.",
            eras=several,
        )


def _ids(of: Material) -> Iterable[Finding]:
    ranks, numbered = measures.order_of(of.ids)
    rows = len(ranks)
    in_file = measures.rank_correlation(ranks, np.arange(rows))
    eras = _era_ranks(of)
    by_era = measures.rank_correlation(ranks, eras) if eras is not None else 0.0
    known = of.labels >= 0
    by_label = measures.rank_correlation(ranks[known], of.labels[known])
    told = []
    if numbered and rows >= 3 and abs(in_file) > MONOTONE:
        told.append(_order("ids_in_file_order", "rise with the order of the file", in_file))
    if measures.noticeable(by_era, rows, ORDER_FLOOR):
        told.append(_order("ids_tell_era", "go with the order of the eras", by_era))
    if measures.noticeable(by_label, int(known.sum()), LABEL_FLOOR):
        told.append(_order("ids_tell_target", "go with the target", by_label))
    if not told:
        text = "Ids say nothing about order or target."
        told.append(finding("ids", GOOD, text, file=in_file, era=by_era, target=by_label))
    yield from told


def _signed(rho: float) -> str:
    return f"{rho:+.3f}".replace("-", "−")


def _order(code: str, what: str, rho: float) -> Finding:
    return finding(
        code,
        WARNING,
        f"Ids {what} (rank correlation {_signed(rho)}).",
        "Whoever sees the ids sees that order. Give the rows ids that say nothing, such as random ones.",
        rho=rho,
    )


def _era_ranks(of: Material) -> np.ndarray | None:
    if of.eras is None:
        return None
    place = {era: at for at, era in enumerate(sorted(set(of.eras.tolist()), key=natural_key))}
    return np.array([place[era] for era in of.eras])


def _row_order(of: Material) -> Iterable[Finding]:
    at = np.flatnonzero(of.labels >= 0)
    rho = measures.rank_correlation(at, of.labels[at])
    if measures.noticeable(rho, len(at), LABEL_FLOOR):
        yield finding(
            "file_order_tells_target",
            WARNING,
            f"The order of rows in the file goes with the target (rank correlation {_signed(rho)}).",
            "Participants get the rows in this order. Shuffle the file and send it again.",
            rho=rho,
        )


def _training(of: Material) -> Iterable[Finding]:
    taken = int((of.splits == TRAINING).sum())
    if taken:
        yield finding(
            "training", GOOD, f"{times(taken, 'row')} with their targets are handed out to learn from."
        )
    elif of.training is None:
        yield finding(
            "no_training",
            NOTICE,
            "There is no training file.",
            "Participants need rows with targets to learn from. Add a file, or let rows be divided.",
        )
    else:
        yield from _training_file(of, of.training)


def _training_file(of: Material, training: Table) -> Iterable[Finding]:
    names = set(training.frame.columns)
    if of.columns.id in names:
        both = len(set(training.texts(of.columns.id)) & set(of.ids))
        if both:
            yield finding(
                "training_overlap",
                WARNING,
                f"{times(both, 'id')} of the round are in the training file too.",
                "Their targets would be known to everyone. Take these rows out of one of the files.",
                rows=both,
            )
    lacking = [name for name in of.columns.features(of.table.frame.columns) if name not in names]
    if lacking:
        yield finding(
            "training_lacks",
            NOTICE,
            f"The training file lacks {features.named(lacking)}.",
            "A model cannot use a feature that it never saw.",
        )
    else:
        text = f"The training file has {times(len(training.frame), 'row')} and every feature of the round."
        yield finding("training", GOOD, text, rows=len(training.frame))
