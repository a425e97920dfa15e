"""The meta-model taken away: files that are the same each time, a manifest that accounts for every input."""

import base64
import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.api.stage import Caller, T, ok, problem, text
from tests.world import World, drain
from tournaments.models import AuditEvent, LabelSet, MetaModel, Round, Submission, User
from tournaments.services import blending, rounds
from tournaments.services.access import Actor
from tournaments.services.people import players

FILE = f"{T}/rounds/1/meta-model/predictions/"
MANIFEST = f"{T}/rounds/1/meta-model/manifest/"
BOTH = ("csv", "parquet")


def play(world: World, people: list[Caller]) -> Round:
    round_ = world.open_round()
    for noise, caller in enumerate(people, 1 + 5 * round_.number):
        assert caller.actor is not None
        world.submit(caller.actor, round_, world.skill(0.5, noise=noise))
    drain()
    return world.close(round_)


@pytest.fixture
def stage(request: pytest.FixtureRequest, kept: Any, tmp_path: Path) -> tuple[World, Round | None]:
    """A world, with a closed round of Ann and Bob where the test asks for one."""
    if "closed" not in request.fixturenames:
        return World(tmp_path, pool=1_000), None

    def build() -> tuple[World, Round]:
        world = World(tmp_path, pool=1_000)
        return world, play(world, [Caller(world.player(name)) for name in ("ann", "bob")])

    found: tuple[World, Round | None] = kept("api:exports", build)
    return found


@pytest.fixture
def world(stage: tuple[World, Round | None]) -> World:
    return stage[0]


@pytest.fixture
def closed(stage: tuple[World, Round | None]) -> Round:
    assert stage[1] is not None
    return stage[1]


@pytest.fixture
def ann(world: World) -> Caller:
    return caller(world, "ann")


@pytest.fixture
def bob(world: World) -> Caller:
    return caller(world, "bob")


def caller(world: World, name: str) -> Caller:
    known = User.objects.filter(username=name).first()
    return Caller(Actor(known) if known else world.player(name))


def body(response: Any) -> bytes:
    assert response.status_code in (200, 206), text(response)
    return b"".join(response.streaming_content)


def rows_of(content: bytes, kind: str) -> list[dict[str, Any]]:
    if kind == "parquet":
        return list(pq.read_table(io.BytesIO(content)).to_pylist())
    return [
        {**row, "probability": float(row["probability"])}
        for row in csv.DictReader(io.StringIO(content.decode()))
    ]


@pytest.mark.parametrize("kind", BOTH)
def test_operators_download_the_published_vector_to_the_last_bit(
    olga: Caller, closed: Round, kind: str
) -> None:
    response = olga.get(FILE, {"format": kind})
    rows = rows_of(body(response), kind)
    model = MetaModel.objects.select_related("round").get(headline=True)
    assert [row["probability"] for row in rows] == blending.vector_of(model).tolist()
    assert len({row["id"] for row in rows}) == 96
    assert response["Content-Disposition"] == f'attachment; filename="weekly-1-meta-model.{kind}"'
    types = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
    assert response["Content-Type"] == types[kind]


@pytest.mark.parametrize("kind", BOTH)
def test_a_file_is_the_same_each_time_and_its_hash_is_published(
    olga: Caller, closed: Round, kind: str
) -> None:
    first, again = olga.get(FILE, {"format": kind}), olga.get(FILE, {"format": kind})
    content = body(first)
    assert body(again) == content
    digest = hashlib.sha256(content)
    (published,) = [one for one in ok(olga.get(MANIFEST))["files"] if one["format"] == kind]
    assert (published["sha256"], published["size"]) == (digest.hexdigest(), len(content))
    assert first["ETag"] == f'"{digest.hexdigest()}"'
    assert first["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert first["Content-Length"] == str(len(content))


@pytest.mark.parametrize("kind", BOTH)
def test_a_download_goes_on_where_it_broke(olga: Caller, closed: Round, kind: str) -> None:
    whole = olga.get(FILE, {"format": kind})
    content = body(whole)
    part = olga.get(FILE, {"format": kind}, HTTP_RANGE="bytes=100-", HTTP_IF_RANGE=whole["ETag"])
    assert (part.status_code, body(part)) == (206, content[100:])
    assert olga.get(FILE, {"format": kind}, HTTP_IF_NONE_MATCH=whole["ETag"]).status_code == 304
    assert olga.head(FILE, {"format": kind})["Content-Length"] == str(len(content))


def test_another_blend_is_asked_for_by_its_name(olga: Caller, closed: Round) -> None:
    other = olga.get(FILE, {"blend": "equal"})
    assert other["Content-Disposition"] == 'attachment; filename="weekly-1-equal.csv"'
    assert body(other) != body(olga.get(FILE))
    assert ok(olga.get(MANIFEST, {"blend": "equal"}))["meta_model"] is False
    for path in (FILE, MANIFEST):
        problem(olga.get(path, {"blend": "none"}), 404, "unknown_blend")
    problem(olga.get(FILE, {"format": "xlsx"}), 400, "invalid")


def test_operators_alone_take_it_away_and_each_time_is_written_down(
    world: World, ann: Caller, olga: Caller, closed: Round
) -> None:
    for path in (FILE, MANIFEST):
        problem(ann.get(path), 403, "operator_only")
        problem(Caller().get(path), 401, "login_needed")
        problem(Caller(world.operator, "read").get(path), 403, "scope_missing")
    assert not AuditEvent.objects.filter(action="meta_model_downloaded").exists()
    sha256 = olga.get(FILE, {"format": "parquet"})["ETag"].strip('"')
    event = AuditEvent.objects.get(action="meta_model_downloaded")
    assert event.details == {"blend": "rank", "format": "parquet", "sha256": sha256}


def test_before_it_is_blended_there_is_nothing_to_take(world: World, olga: Caller) -> None:
    world.open_round()
    for path in (FILE, MANIFEST):
        problem(olga.get(path), 409, "not_closed")
    Round.objects.update(state="closed", closed_at="2026-01-01T00:00:00Z")
    problem(olga.get(FILE), 409, "not_blended")


def test_the_manifest_has_the_receipt_of_every_input_and_its_weight(
    world: World, ann: Caller, bob: Caller, olga: Caller
) -> None:
    assert ann.actor is not None
    players.add_forecaster(ann.actor, world.tournament, "second")
    round_ = world.open_round()
    world.submit(ann.actor, round_, world.skill(0.2, 1))  # does not count: the next of its forecaster does
    world.submit(ann.actor, round_, world.skill(0.5, 2))
    world.submit(ann.actor, round_, world.skill(0.5, 3), "second")
    world.submit(bob.actor, round_, world.skill(0.4, 4))  # type: ignore[arg-type]
    bench = world.player("bench", kind="benchmark")
    world.submit(bench, round_, world.skill(0.4, 5))
    drain()
    world.close(round_)
    inputs = ok(olga.get(MANIFEST))["inputs"]
    named = [(one["participant"], one["forecaster"], one["position"]) for one in inputs]
    assert named == [("Ann", "main", 2), ("Ann", "second", 3), ("Bob", "main", 4)]
    assert [(one["weight"], one["merged_from"]) for one in inputs] == [(0.5, 2), (0.5, 2), (0.5, 1)]
    for one in inputs:
        upload = Submission.objects.get(round=round_, position=one["position"]).upload
        assert (one["sha256"], one["size"]) == (upload.sha256, upload.size)
        assert one["accepted_at"].replace("Z", "+00:00") == upload.received_at.isoformat()


def test_the_manifest_and_the_uploads_give_the_file_again(world: World, olga: Caller, closed: Round) -> None:
    """Of the blend that needs no labels, so that a few lines make it."""
    found = ok(olga.get(MANIFEST, {"blend": "equal"}))
    assert (found["mixes"], found["slope"], found["evidence"]) == ("logits", 1.0, [])
    z = {}
    for one in found["inputs"]:
        submission = Submission.objects.get(upload__sha256=one["sha256"])
        sent = csv.DictReader(io.StringIO(text(olga.get(f"/api/v1/submissions/{submission.pk}/file/"))))
        values = {row["id"]: float(row["probability"]) for row in sent}
        z[one["participant"]] = {name: one["weight"] * np.log(p / (1 - p)) for name, p in values.items()}
    rows = rows_of(body(olga.get(FILE, {"blend": "equal"})), "csv")
    made = [1 / (1 + np.exp(-sum(mine[row["id"]] for mine in z.values()))) for row in rows]
    assert [row["probability"] for row in rows] == pytest.approx(made, abs=1e-12)


def test_the_manifest_names_the_labels_that_weights_were_fitted_on(
    world: World, ann: Caller, bob: Caller, olga: Caller
) -> None:
    first = world.resolve(play(world, [ann, bob]))
    second = play(world, [ann, bob])
    found = ok(olga.get(f"{T}/rounds/2/meta-model/manifest/", {"blend": "score"}))
    newest = {one.round_id: one for one in LabelSet.objects.order_by("version")}
    assert found["evidence"] == [
        {
            "round": one.number,
            "split": split,
            "labels_version": newest[one.pk].version,
            "labels_sha256": newest[one.pk].sha256,
        }
        for one, split in ((first, "live"), (second, "test"))
    ]
    assert found["fitted"] == {"rows": 64, "eras": 8}
    model = MetaModel.objects.get(round=second, blend="score")
    assert found["vector"] == {
        "sha256": model.sha256,
        "rows": 96,
        "rows_sha256": second.rows_sha256,
    }
    assert found["rules_sha256"] == second.rules_sha256
    assert "Test rows have what the blend would have said of them at the time" in found["what"]


def test_void_rows_have_a_half_and_the_manifest_says_so(world: World, olga: Caller, closed: Round) -> None:
    before = ok(olga.get(MANIFEST))
    void = [one for one, split in zip(world.ids, world.splits, strict=True) if split == "live"][:2]
    rounds.void_rows(world.operator, closed, void, "the source withdrew them")
    drain()
    found = ok(olga.get(MANIFEST))
    assert found["void"] == {"rows": 2, "probability": 0.5}
    assert found["vector"]["sha256"] != before["vector"]["sha256"]
    rows = {row["id"]: row["probability"] for row in rows_of(body(olga.get(FILE)), "csv")}
    assert [rows[one] for one in void] == [0.5, 0.5]


def test_the_same_blend_has_the_same_manifest(olga: Caller, closed: Round) -> None:
    assert olga.get(MANIFEST).content == olga.get(MANIFEST).content


def test_a_manifest_asks_as_much_for_many_inputs_as_for_few(
    world: World, olga: Caller, closed: Round, django_assert_max_num_queries: Any
) -> None:
    play(world, [Caller(world.player(f"p{i}")) for i in range(6)])
    for number in (1, 2):
        with django_assert_max_num_queries(14):
            ok(olga.get(f"{T}/rounds/{number}/meta-model/manifest/"))
