"""The operator's three commands: from an empty server to an open round of one's own files."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.worlds.world import World, write_labels, write_tournament, write_training

CHECKOUT = Path(__file__).resolve().parent.parent

KNOWN = "labels_known.csv"


@dataclass(frozen=True)
class Contest:
    """A tournament to play: its short name, its name, what is asked, its preset and what is changed of it."""

    slug: str
    name: str
    question: str
    preset: str = "alpha"
    changes: tuple[str, ...] = ("id_column=t_id",)


CONTESTS = {
    "flights": Contest(
        "flights", "Flights 2013", "Will this flight arrive later than the median flight of its day?"
    ),
    "market": Contest("market", "Market", "Will this asset do better than the median asset of its era?"),
}


def create(contest: Contest) -> dict[str, Any]:
    """Create the tournament and its operator; returns the operator's login and token."""
    words = ["create_tournament", contest.slug, "--name", contest.name, "--preset", contest.preset]
    words += ["--question", contest.question, "--operator", f"{contest.slug}-operator"]
    for change in contest.changes:
        words += ["--set", change]
    login: dict[str, Any] = manage(*words)["operator"]
    return login


def write_files(world: World, folder: Path) -> Path:
    """Write what the operator has: training, tournament, the labels known now and those that come later."""
    folder.mkdir(parents=True, exist_ok=True)
    write_training(world, folder / "training.csv")
    write_tournament(world, folder / "tournament.csv")
    if (world.tournament["data_type"] == "validation").any():
        write_labels(world, folder / KNOWN, ("validation", "test"))
    write_labels(world, folder / "labels_live.csv", ("live",))
    return folder


def open_round(contest: Contest, folder: Path, seconds: int) -> dict[str, Any]:
    """Open the next round of these files for so many seconds."""
    words = ["next_round", contest.slug, "--closes", f"{seconds}s", "--seed", "2013"]
    words += ["--tournament", str(folder / "tournament.csv"), "--training", str(folder / "training.csv")]
    if (folder / KNOWN).exists():
        words += ["--labels", str(folder / KNOWN)]
    return manage(*words)


def manage(*words: str) -> dict[str, Any]:
    """Run a management command with --json and return what it says; raises RuntimeError with its errors."""
    command = [sys.executable, "manage.py", *words, "--json"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words[:2])} failed: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
