"""Rounds in each state, and browsers of the people who look at them."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from tests.web.pages import Looker
from tests.web.second import PASSWORD
from tests.world import World, drain, user
from tournaments.models import Participant
from tournaments.services.people import users


class Contest(World):
    """The small tournament, with Ann, Bob and Cyd in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, pool=1_000)
        self.ann, self.bob, self.cyd = (self.player(name) for name in ("ann", "bob", "cyd"))


def _open(made, _):
    world = made["world"]
    round_ = world.open_round()
    world.submit(world.ann, round_, world.skill(0.5, noise=1))
    world.submit(world.bob, round_, world.skill(0.4, noise=2))
    drain()
    return round_


def _close(made, _):
    world, round_ = made["world"], made["open_round"]
    bench = world.player("bench", kind=Participant.Kind.BENCHMARK)
    world.submit(bench, round_, world.skill(0.2, noise=4))
    world.submit(world.cyd, round_, world.skill(0.5, noise=1))
    drain()
    return world.close(round_)


BUILD = {
    "world": lambda _, folder: Contest(folder),
    "open_round": _open,
    "closed": _close,
    "resolved": lambda made, _: made["world"].resolve(made["closed"]),
}
STAGES = list(BUILD)


@pytest.fixture(autouse=True)
def _own_counters(settings):
    """Attempts count from zero in every test."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def stage(request, db, keeper, tmp_path):
    """The contest, set as far as the test asks for: the furthest of `STAGES` among its fixtures."""
    furthest = max(STAGES.index(name) for name in STAGES if name in request.fixturenames)

    def build():
        made: dict[str, Any] = {}
        for name in STAGES[: furthest + 1]:
            made[name] = BUILD[name](made, tmp_path)
        return made

    made = keeper.stage(f"web:{STAGES[furthest]}", tmp_path, build)
    made["world"].folder = tmp_path
    return made


@pytest.fixture
def world(stage):
    return stage["world"]


@pytest.fixture
def look():
    """Return a browser: of a stranger, or of the user with that name."""

    def browser(name: str = "") -> Looker:
        client = Client()
        if name:
            client.force_login(user(name))
        return Looker(client)

    return browser


@pytest.fixture
def open_round(stage):
    """An open round: Ann and Bob have submitted, Cyd has not."""
    return stage["open_round"]


@pytest.fixture
def closed(stage):
    """A closed and blended round with a benchmark, and Cyd's copy of Ann's file."""
    return stage["closed"]


@pytest.fixture
def resolved(stage):
    return stage["resolved"]


@pytest.fixture
def ann(db):
    """Ann, with a password and an address that is known to be hers."""
    made, _ = users.create_user("ann", PASSWORD, "ann@example.org")
    EmailAddress.objects.create(user=made, email="ann@example.org", verified=True, primary=True)
    return made


@pytest.fixture
def logged_in(look, ann):
    browser = look()
    browser.post("/login/", {"login": "ann", "password": PASSWORD})
    return browser
