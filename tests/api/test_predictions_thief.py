"""A thief probes an open round for what another predicts, reads every answer, and learns one of three words.

Two worlds are alike but for the victim's file; the thief sends the same probes in both and reads everything
that the API has for it. Where the words come out alike, so must every byte.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction

from tests.api.stage import V1, Caller, T, ok, text
from tests.world import World, drain
from tournaments.models import Round, Submission

WORDS = {"clear", "near", "too_near"}
READ = [
    f"{T}/", f"{T}/standings/", f"{T}/forecasters/", f"{T}/forecasters/status/", f"{T}/rounds/",
    f"{T}/rounds/1/",
    f"{T}/rounds/1/submissions/", f"{T}/rounds/1/leaderboard/", f"{T}/rounds/1/leaderboard/?format=csv",
    f"{T}/rounds/1/leaderboard/?split=validation", f"{T}/rounds/1/leaderboard/?sort=originality",
    f"{T}/rounds/1/meta-model/", f"{T}/rounds/1/meta-model/predictions/", f"{T}/rounds/1/contributions/",
    f"{T}/rounds/1/meta-model/manifest/", f"{T}/participants/Bob/contributions/",
    f"{T}/rounds/1/settlements/", f"{T}/rounds/1/settlements/preview/", f"{T}/rounds/1/work/",
]  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """Run in a transaction that leaves nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def logits(world: World, noise: int, other: int, share: float) -> np.ndarray:
    return share * world.noise[noise] + np.sqrt(1 - share**2) * world.noise[other]


def chances(z: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-0.2 * z)))


def probes(world: World) -> list[np.ndarray]:
    """Unrelated files, near ones, a copy but for a little, and single rows pushed to see what moves."""
    plain = [chances(world.noise[noise]) for noise in (5, 6)]
    near = [chances(logits(world, 1, 7, share)) for share in (0.86, 0.89, 0.92, 0.95, 0.999)]
    pushed = []
    for row in range(3):
        one = chances(world.noise[9])
        one[row] = 0.999
        pushed.append(one)
    return [*plain, *near, *pushed]


def stolen(folder: Path, victim: float, after_the_close: bool = False) -> tuple[list[str], list[str]]:
    """Play it with a victim's file; returns the words told and all that the thief could read."""
    folder.mkdir()
    world = World(folder, pool=1_000)
    thief, bob = Caller(world.player("ann")), world.player("bob")
    round_ = world.open_round()
    Round.objects.filter(pk=round_.pk).update(seed=1)
    world.submit(bob, round_, chances(logits(world, 1, 2, victim)))
    drain()
    words, bodies = [], []
    for p in probes(world):
        answer = thief.upload(f"{T}/rounds/current/submissions/", world.csv(p))
        headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
        bodies.append(str(headers) + text(answer))
        drain()
        newest = ok(answer, 201)["receipts"][0]["submission"]
        shown = thief.get(f"{V1}/submissions/{newest}/")
        bodies.append(text(shown))
        words.append(ok(shown)["nearness"])
    bodies += [text(thief.get(path)) for path in READ]
    theirs = Submission.objects.get(participant__alias="Bob").pk
    bodies.append(text(thief.get(f"{V1}/submissions/{theirs}/")))
    if after_the_close:
        world.close(round_)
        bodies += [text(thief.get(path)) for path in READ]
    return words, [told_apart(body) for body in bodies]


def told_apart(body: str) -> str:
    """Replace what differs between any two runs: moments, and the keys of rows."""
    body = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00| UTC)", "<moment>", body)
    body = re.sub(r'"(submission|id|pk|selected)":"?[\w-]+"?|submissions?[/ ]\d+', "<key>", body)
    return re.sub(r"(?<=,)\d+(?=,\d+,<moment>)", "<key>", body)


@pytest.mark.django_db
def test_a_thief_learns_three_words_and_nothing_else(tmp_path: Path) -> None:
    with undone():
        words, first = stolen(tmp_path / "a", 1.0)
    with undone():
        same_words, second = stolen(tmp_path / "b", 0.9999)
    assert words == same_words
    assert set(words) == WORDS
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one == other


@pytest.mark.django_db
def test_after_the_close_the_same_reading_tells_the_two_worlds_apart(tmp_path: Path) -> None:
    with undone():
        _, first = stolen(tmp_path / "a", 1.0, after_the_close=True)
    with undone():
        _, second = stolen(tmp_path / "b", 0.9999, after_the_close=True)
    assert first != second
