"""A small tournament to test with: three people, a round of 96 rows, and predictions of chosen quality."""

import io
from datetime import timedelta
from pathlib import Path

import numpy as np

from tournaments.models import Participant, Round, Submission, Tournament, User, Work
from tournaments.services import contests, datasets, intake, jobs, labels, rounds
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.people import players, users

SPLITS = ("validation", "test", "live")
ERAS, PER_ERA = 4, 8


class World:
    """A tournament with an operator, and a round whose rows are r000 … in shuffled order."""

    def __init__(
        self, folder: Path, preset: str = "alpha", seed: int = 7, per_era: int = PER_ERA, **rules: object
    ) -> None:
        self.folder = folder
        self.random = np.random.default_rng(seed)
        user, _ = users.create_user("olga")
        self.operator = Actor(user)
        self.tournament: Tournament = contests.create(user, "weekly", "Weekly", preset, changes=dict(rules))
        self.ids = [f"r{i:03d}" for i in range(len(SPLITS) * ERAS * per_era)]
        self.splits = np.repeat(SPLITS, ERAS * per_era)
        self.eras = np.array([f"era{i // per_era + 1}" for i in range(len(self.ids))])
        self.y = self.random.integers(0, 2, len(self.ids))
        self.y[::per_era], self.y[1::per_era] = 0, 1
        self.noise = self.random.normal(size=(40, len(self.ids)))

    def files(self) -> datasets.RoundFiles:
        """Write the operator's files: the tournament's rows, and the labels of validation and test."""
        order = self.random.permutation(len(self.ids))
        rows = [f"{self.ids[i]},{self.eras[i]},{self.splits[i]},{self.noise[0, i]:.4f}" for i in order]
        tournament = self.folder / "tournament.csv"
        tournament.write_text("\n".join(["id,era,data_type,feature1", *rows]) + "\n")
        known = self.folder / "labels.csv"
        known.write_bytes(self.labels("validation", "test"))
        return datasets.RoundFiles(tournament, None, known)

    def labels(self, *splits: str) -> bytes:
        """Return a label file of these splits."""
        lines = [f"{self.ids[i]},{self.y[i]}" for i in range(len(self.ids)) if self.splits[i] in splits]
        return "\n".join(["id,target", *lines]).encode()

    def draft_round(self, hours: float = 1) -> Round:
        """Create a round that is not open yet."""
        closes_at = db_now() + timedelta(hours=hours)
        return datasets.create_round(self.operator, self.tournament, self.files(), closes_at, seed=1)

    def open_round(self, hours: float = 1) -> Round:
        """Create and open a round."""
        return rounds.open_round(self.operator, self.draft_round(hours))

    def player(self, name: str, kind: str = Participant.Kind.PLAYER) -> Actor:
        """Add a participant; its alias is the name with a capital."""
        user, _ = users.create_user(name)
        players.add_participant(self.operator, self.tournament, user, name.capitalize(), kind=kind)
        return Actor(user)

    def skill(self, strength: float, noise: int, scale: float = 0.2) -> np.ndarray:
        """Return probabilities that know the labels with `strength`, hidden in the noise of that number."""
        z = scale * (strength * (2 * self.y - 1) + self.noise[noise])
        return np.asarray(1 / (1 + np.exp(-z)))

    def csv(self, p: np.ndarray, column: str = "probability") -> bytes:
        """Return a prediction file in the order of ids."""
        out = io.StringIO()
        out.write(f"id,{column}\n")
        out.writelines(f"{name},{float(value)!r}\n" for name, value in zip(self.ids, p, strict=True))
        return out.getvalue().encode()

    def submit(
        self, actor: Actor, round_: Round, p: np.ndarray, forecaster: str = "", key: str = ""
    ) -> Submission:
        """Submit predictions of one forecaster."""
        receipts = intake.submit(actor, round_, [self.csv(p)], "p.csv", forecaster, key)
        return Submission.objects.get(pk=receipts[0]["submission"])

    def close(self, round_: Round) -> Round:
        """Move the deadline into the past and do all work that follows."""
        past = db_now() - timedelta(seconds=1)
        Round.objects.filter(pk=round_.pk).update(closes_at=past, opens_at=past - timedelta(hours=1))
        Work.objects.filter(round=round_, kind__in=[Work.Kind.CLOSE, Work.Kind.REMIND]).update(due_at=past)
        drain()
        round_.refresh_from_db()
        return round_

    def resolve(self, round_: Round) -> Round:
        """Upload the live labels and resolve."""
        from tournaments.services import resolution

        labels.upload(self.operator, round_, [self.labels("live")], "live.csv")
        resolution.resolve(self.operator, round_)
        drain()
        round_.refresh_from_db()
        return round_


def user(name: str) -> User:
    """Return a user by name."""
    return User.objects.get(username=name)


def drain(limit: int = 1_000) -> int:
    """Do all due work, in order, until there is none; returns how many pieces were done."""
    done = 0
    while True:
        due = Work.objects.filter(state=Work.State.DUE, due_at__lte=db_now()).order_by("due_at", "pk")
        ids = list(due.values_list("pk", flat=True))
        if not ids:
            return done
        for pk in ids:
            if not jobs.run(pk) and Work.objects.get(pk=pk).state != Work.State.DONE:
                raise AssertionError(Work.objects.get(pk=pk).error)
            done += 1
        assert done < limit
