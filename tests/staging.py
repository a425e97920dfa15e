"""Fixtures of a file that build on one another, each a stage that is set once a test process.

A file makes one `Stages(__name__)` and says `@stages.step` where it would say `@pytest.fixture`. A test that
asks for some of the steps begins with the furthest of them, and with what those before it made. Steps are in
a row: each is set upon the one defined before it. It may ask for the steps before it and for `tmp_path`.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.keeping import Keeper
from tests.world import World


class Stages:
    """The steps of one file, in the order of their definition."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: dict[str, Callable[..., Any]] = {}

    def step(self, build: Callable[..., Any]) -> Any:
        """Make a fixture of the next step."""
        name = build.__name__
        self.steps[name] = build

        @pytest.fixture(name=name)
        def give(climbed: Callable[[Stages], dict[str, Any]]) -> Any:
            return climbed(self)[name]

        return give

    def climb(self, keeper: Keeper, last: str, folder: Path) -> dict[str, Any]:
        """Return what the steps up to the last one made, set anew or put back."""
        names = list(self.steps)
        below = names[: names.index(last)]

        def build() -> dict[str, Any]:
            made = self.climb(keeper, below[-1], folder) if below else {}
            known = made | {"tmp_path": folder}
            asked = {name: known[name] for name in inspect.signature(self.steps[last]).parameters}
            return made | {last: self.steps[last](**asked)}

        made: dict[str, Any] = keeper.stage(f"{self.name}:{last}", folder, build)
        for one in made.values():
            for part in one if isinstance(one, tuple) else (one,):
                if isinstance(part, World):
                    part.folder = folder
        return made
