"""`make throughput`: how many submissions a second are scored and blended at the close, by 1 and 2 workers.

    python -m benchmarks.throughput [SUBMISSIONS [ROWS]]

Real Celery workers of one process each, on databases of their own, do all that follows the close of one
round, again and again: test scores, originality, every blend, the meta-model. The turns go 1, 2, 2, 1, so
that a drift of the machine falls on both alike; the first close of a turn warms its workers up. To
`var/throughput.json`.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import numpy as np
from rich.console import Console

from aggregator.embedded.stack import CHECKOUT
from benchmarks import machine
from benchmarks.worlds.world import opaque_ids

if TYPE_CHECKING:
    from tournaments.models import Round, Work

OUTPUT = Path("var/throughput.json")
SUBMISSIONS, ROWS, PER_ERA = 200, 12_000, 100
SPLITS = ("validation", "test", "live")
TURNS, TIMED = (1, 2, 2, 1), 2
PATIENCE = 900
POLL_SECONDS = 0.02


class NotDone(Exception):
    """A worker did not start, or did not do its work."""


def main(submissions: int = SUBMISSIONS, rows: int = ROWS) -> int:
    """Measure, print, write; started without the launcher's databases it starts them first."""
    if not os.environ.get("CROWDBLEND_EMBEDDED"):
        launch = ["-m", "aggregator.embedded", "exec", "--fresh", "--home", "var/throughput", "--"]
        again = [sys.executable, "-m", "benchmarks.throughput", str(submissions), str(rows)]
        os.execv(sys.executable, [sys.executable, *launch, *again])
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    console = Console(highlight=False)
    round_ = _stage(submissions, rows)
    console.print(f"A round of {submissions:,} submissions of {rows:,} rows is closed.")
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for count in TURNS:
        with _workers(count):
            _close(round_)
            seconds[count] += [_close(round_) for _ in range(TIMED)]
        console.print(f"  {count} at work: " + ", ".join(f"{one:.2f} s" for one in seconds[count]))
    found = _figures(round_, submissions, rows, seconds)
    console.print(found)
    OUTPUT.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def _figures(round_: "Round", submissions: int, rows: int, seconds: dict[int, list[float]]) -> dict[str, Any]:
    rate = {count: submissions / statistics.median(times) for count, times in seconds.items()}
    return {
        "machine": machine.describe(),
        "submissions": submissions,
        "rows": rows,
        "seconds": {str(count): [round(one, 3) for one in times] for count, times in seconds.items()},
        "per_second": {str(count): round(one, 1) for count, one in rate.items()},
        "ratio": round(rate[2] / rate[1], 2),
        "work_seconds": _work_seconds(round_),
    }


def _work_seconds(round_: "Round") -> dict[str, float]:
    """Return how long each kind of work took at the last close, all its pieces together."""
    took: dict[str, float] = defaultdict(float)
    for one in _pieces(round_):
        assert one.started_at is not None, "What is done was begun."
        assert one.finished_at is not None, "What is done has an end."
        took[f"{one.kind} {one.part}".strip()] += (one.finished_at - one.started_at).total_seconds()
    return {name: round(value, 3) for name, value in sorted(took.items())}


def _pieces(round_: "Round") -> "list[Work]":
    from tournaments.models import Work

    kinds = (Work.Kind.SCORE_TEST, Work.Kind.ORIGINALITY, Work.Kind.BLEND, Work.Kind.META_MODEL)
    return list(Work.objects.filter(round=round_, kind__in=kinds, state=Work.State.DONE))


def _close(round_: "Round") -> float:
    """Let all be written and done that follows the close; returns how many seconds that took."""
    from django.db import transaction

    from tournaments.models import Work
    from tournaments.services import phases, rounds

    began = time.perf_counter()
    with transaction.atomic():
        phases.after_closing(rounds.lock(round_))
    join = Work.objects.filter(round=round_, kind=Work.Kind.META_MODEL)
    while join.get().state != Work.State.DONE:
        if Work.objects.filter(round=round_, attempts__gt=1).exists():
            raise NotDone("A piece of work was not done at its first attempt.")
        if time.perf_counter() - began > PATIENCE:
            raise NotDone(f"The meta-model was not there after {PATIENCE} seconds.")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - began


@contextmanager
def _workers(count: int) -> Iterator[None]:
    """Keep so many Celery workers of one process each while the block runs."""
    words = [sys.executable, "-m", "celery", "--app", "aggregator", "worker", "--concurrency", "1"]
    words += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    programs = [
        subprocess.Popen([*words, "--hostname", f"bench{number}@%h"], cwd=CHECKOUT, stdin=subprocess.DEVNULL)
        for number in range(count)
    ]
    try:
        _wait_for(programs)
        yield
    finally:
        for one in programs:
            one.terminate()
        for one in programs:
            one.wait(PATIENCE)


def _wait_for(programs: "list[subprocess.Popen[bytes]]") -> None:
    from aggregator import celery_app

    deadline = time.monotonic() + PATIENCE
    while len(celery_app.control.ping(timeout=1) or []) < len(programs):
        if any(one.poll() is not None for one in programs) or time.monotonic() > deadline:
            raise NotDone("The workers did not start.")


def _stage(submissions: int, rows: int) -> "Round":
    """Make a closed round of so many participants' files, with its practice scores, and return it."""
    from django.core.management import call_command

    from tournaments.models import Round, Work
    from tournaments.services import contests, datasets, intake, rounds
    from tournaments.services.access import Actor
    from tournaments.services.clock import db_now
    from tournaments.services.people import players, users

    call_command("migrate", database="owner", verbosity=0)
    olga, _ = users.create_user("olga")
    operator = Actor(olga)
    tournament = contests.create(olga, "throughput", "Throughput", "alpha")
    field = _Field(rows)
    with tempfile.TemporaryDirectory() as folder:
        given = field.files(Path(folder))
        draft = datasets.create_round(operator, tournament, given, db_now() + timedelta(days=1), seed=1)
    round_ = rounds.open_round(operator, draft)
    for number in range(submissions):
        user, _ = users.create_user(f"player{number}")
        players.add_participant(operator, tournament, user, f"Player {number}")
        intake.submit(Actor(user), round_, [field.csv()], "p.csv")
    _do_all(Work.objects.filter(round=round_, kind=Work.Kind.SCORE_VALIDATION))
    past = db_now() - timedelta(seconds=1)
    Round.objects.filter(pk=round_.pk).update(closes_at=past, opens_at=past - timedelta(hours=1))
    Work.objects.filter(round=round_, kind=Work.Kind.CLOSE).update(due_at=past)
    _do_all(Work.objects.filter(round=round_, kind=Work.Kind.CLOSE))
    return Round.objects.get(pk=round_.pk)


def _do_all(pieces: Any) -> None:
    """Do these pieces of work in this process; whatever they ring waits for the workers."""
    from tournaments.services import jobs

    for pk in list(pieces.values_list("pk", flat=True)):
        jobs.run(pk)
    if pieces.exclude(state="done").exists():
        raise NotDone("The round could not be made ready.")


class _Field:
    """Rows, labels, and files of participants who each know a little, in their own way."""

    def __init__(self, rows: int) -> None:
        self.random = np.random.default_rng(2021)
        self.ids: list[str] = opaque_ids(rows, self.random).tolist()
        self.y = self.random.integers(0, 2, rows)
        self.splits = [SPLITS[at * len(SPLITS) // rows] for at in range(rows)]
        self.common = self.random.normal(size=rows)

    def files(self, folder: Path) -> Any:
        """Write the operator's files: the rows, and the labels of validation and test."""
        from tournaments.services import datasets

        rows, known = folder / "tournament.csv", folder / "labels.csv"
        lines = [f"{one},era{at // PER_ERA + 1},{self.splits[at]},0.5" for at, one in enumerate(self.ids)]
        rows.write_text("\n".join(["id,era,data_type,feature1", *lines]) + "\n")
        told = [f"{one},{self.y[at]}" for at, one in enumerate(self.ids) if self.splits[at] in SPLITS[:2]]
        known.write_text("\n".join(["id,target", *told]) + "\n")
        return datasets.RoundFiles(rows, None, known)

    def csv(self) -> bytes:
        """Return the next participant's file."""
        strength, noise = self.random.uniform(0.02, 0.1), self.random.normal(size=self.y.size)
        z = strength * (2 * self.y - 1) + 0.1 * self.common + 0.2 * noise
        p = 1 / (1 + np.exp(-z))
        lines = (f"{one},{value:.6f}" for one, value in zip(self.ids, p.tolist(), strict=True))
        return "\n".join(["id,probability", *lines]).encode()


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
