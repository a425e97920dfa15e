"""`export_meta_model`: the file that the API gives, its hash, and a manifest beside it."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.staging import Stages
from tests.world import World
from tournaments.models import AuditEvent, MetaModel, Round
from tournaments.services.errors import Conflict, Invalid, Unknown
from tournaments.services.reading import exports

stages = Stages(__name__)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def closed(world: World) -> Round:
    round_ = world.open_round()
    for number, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.3, number))
    return world.close(round_)


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_the_file_is_that_of_the_other_faces(
    world: World, command: Command, closed: Round, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"mine.{kind}"
    said = command("export_meta_model", "weekly", 1, "--format", kind, "--out", out)
    content = out.read_bytes()
    assert content == exports.take(world.operator, closed, kind=kind).content
    sha256 = hashlib.sha256(content).hexdigest()
    assert said.out == f"{out}: {len(content):,} bytes, SHA-256 {sha256}.\n"
    assert [path.name for path in tmp_path.glob("mine*")] == [out.name]
    assert AuditEvent.objects.filter(action="meta_model_downloaded").count() == 2


def test_the_manifest_lies_beside_it_and_json_says_all(
    world: World, command: Command, closed: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("current", "--blend", "equal", "--manifest", "what.json", "--json")
    told = json.loads(command("export_meta_model", "weekly", *words).out)
    assert told == {
        "tournament": "weekly",
        "round": 1,
        "blend": "equal",
        "format": "csv",
        "out": "weekly-1-equal.csv",
        "size": (tmp_path / "weekly-1-equal.csv").stat().st_size,
        "sha256": hashlib.sha256((tmp_path / "weekly-1-equal.csv").read_bytes()).hexdigest(),
        "manifest": "what.json",
    }
    found = json.loads((tmp_path / "what.json").read_text())
    assert found == exports.manifest(world.operator, closed, "equal")
    assert found["vector"]["sha256"] == MetaModel.objects.get(blend="equal").sha256


def test_what_cannot_be_exported_is_refused(
    world: World, command: Command, closed: Round, tmp_path: Path
) -> None:
    with pytest.raises(Unknown, match="unknown_blend"):
        command("export_meta_model", "weekly", 1, "--blend", "none")
    with pytest.raises(Invalid, match="cannot_write"):
        command("export_meta_model", "weekly", 1, "--out", tmp_path / "nowhere" / "mine.csv")
    world.open_round()
    with pytest.raises(Conflict, match="not_closed"):
        command("export_meta_model", "weekly", 2)
