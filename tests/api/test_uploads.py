"""Predictions in: both ways, replays, keys, and everything that is refused."""

import gzip
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from rest_framework.request import Request

from tests.api.stage import V1, Caller, T, ok, problem
from tests.world import World
from tournaments.api import bodies
from tournaments.models import Rejection, Round, Submission, Upload, Work
from tournaments.services import rounds
from tournaments.services.clock import db_now
from tournaments.services.errors import Invalid
from tournaments.services.people import players

PATH = f"{T}/rounds/1/submissions/"


@pytest.fixture
def round_(empty: Round) -> Round:
    return empty


def put(caller: Caller, body: bytes, path: str = PATH, **headers: Any) -> Any:
    return caller.upload(path, body, **headers)


def post(caller: Caller, body: bytes, path: str = PATH, **more: Any) -> Any:
    headers = {name: more.pop(name) for name in list(more) if name.startswith("HTTP_")}
    form = {"file": SimpleUploadedFile("p.csv", body), **more}
    return caller.post(path, form, format="multipart", **headers)


WAYS = pytest.mark.parametrize("send", [put, post])


@WAYS
def test_a_file_gives_a_receipt_for_its_bytes(world: World, ann: Caller, round_: Round, send: Any) -> None:
    body = world.csv(world.skill(0.5, noise=1))
    response = send(ann, body)
    (receipt,) = ok(response, 201)["receipts"]
    kept = Upload.objects.get()
    assert receipt["sha256"] == kept.sha256
    assert receipt["size"] == len(body)
    assert (receipt["round"], receipt["forecaster"], receipt["position"]) == (1, "main", 1)
    assert response["Location"] == f"{V1}/submissions/{receipt['submission']}/"
    assert Work.objects.filter(submission=receipt["submission"]).count() == 1


@WAYS
def test_the_same_bytes_again_are_a_replay_without_a_second_submission(
    world: World, ann: Caller, round_: Round, send: Any
) -> None:
    body = world.csv(world.skill(0.5, noise=1))
    first = ok(send(ann, body), 201)["receipts"]
    again = ok(send(ann, body), 200)["receipts"]
    assert again == [{**first[0], "replayed": True}]
    assert Submission.objects.count() == 1


@WAYS
def test_a_key_gives_the_same_answer_again_and_refuses_another_body(
    world: World, ann: Caller, round_: Round, send: Any
) -> None:
    one, other = (world.csv(world.skill(0.5, noise=n)) for n in (1, 2))
    first = ok(send(ann, one, HTTP_IDEMPOTENCY_KEY="k1"), 201)
    ok(send(ann, other), 201)
    assert ok(send(ann, one, HTTP_IDEMPOTENCY_KEY="k1"), 201) == first
    problem(send(ann, other, HTTP_IDEMPOTENCY_KEY="k1"), 409, "idempotency_key_reused")
    problem(send(ann, b"not a table", HTTP_IDEMPOTENCY_KEY="k1"), 409, "idempotency_key_reused")
    problem(send(ann, one, HTTP_IDEMPOTENCY_KEY="k" * 201), 400, "idempotency_key_too_long")
    problem(send(ann, one, HTTP_IDEMPOTENCY_KEY="k\x01"), 400, "bad_idempotency_key")
    assert Submission.objects.count() == 2


def test_a_key_is_each_users_own(world: World, ann: Caller, bob: Caller, round_: Round) -> None:
    one, other = (world.csv(world.skill(0.5, noise=n)) for n in (1, 2))
    first = ok(put(ann, one, HTTP_IDEMPOTENCY_KEY="k"), 201)
    second = ok(put(bob, other, HTTP_IDEMPOTENCY_KEY="k"), 201)
    assert first["receipts"][0]["sha256"] != second["receipts"][0]["sha256"]


@WAYS
def test_nothing_is_accepted_late(world: World, ann: Caller, round_: Round, send: Any) -> None:
    past = db_now() - timedelta(seconds=1)
    Round.objects.update(closes_at=past, opens_at=past - timedelta(hours=1))
    found = problem(send(ann, world.csv(world.skill(0.5, noise=1))), 409, "too_late")
    assert found["closes_at"] < found["now"]
    Round.objects.update(state=Round.State.CLOSED, closed_at=past)
    problem(send(ann, world.csv(world.skill(0.5, noise=1))), 409, "round_not_open")
    assert Upload.objects.count() == 0


@WAYS
def test_nothing_is_accepted_over_quota(db: None, tmp_path: Any, send: Any) -> None:
    world = World(tmp_path, quota=2)
    ann = Caller(world.player("ann"))
    world.open_round()
    sent = [world.csv(world.skill(0.5, noise=n)) for n in range(1, 4)]
    ok(send(ann, sent[0]), 201)
    ok(send(ann, sent[1]), 201)
    problem(send(ann, sent[2]), 409, "over_quota")
    ok(send(ann, sent[1]), 200)
    assert Upload.objects.count() == 2


@WAYS
def test_nothing_is_accepted_for_anothers_forecaster(
    world: World, ann: Caller, bob: Caller, round_: Round, send: Any
) -> None:
    assert ann.actor is not None
    players.add_forecaster(ann.actor, world.tournament, "second")
    body = world.csv(world.skill(0.5, noise=1))
    where = {"path": f"{PATH}?forecaster=second"} if send is put else {"forecaster": "second"}
    problem(send(bob, body, **where), 404, "unknown_forecaster")
    assert ok(send(ann, body, **where), 201)["receipts"][0]["forecaster"] == "second"
    column = world.csv(world.skill(0.5, noise=1), column="second")
    assert problem(send(bob, column), 422, "file_rejected")["faults"][0]["code"] == "bad_header"
    assert {one.participant.alias for one in Submission.objects.all()} == {"Ann"}


@WAYS
def test_an_excluded_participant_is_refused(
    world: World, ann: Caller, olga: Caller, round_: Round, send: Any
) -> None:
    ok(olga.post(f"{T}/rounds/1/exclude/", {"participant": "ann", "reason": "a test of it"}))
    problem(send(ann, world.csv(world.skill(0.5, noise=1))), 403, "excluded")


@WAYS
def test_a_key_without_the_upload_scope_is_refused(
    world: World, ann: Caller, round_: Round, send: Any
) -> None:
    reader = Caller(ann.actor, "read")
    problem(send(reader, world.csv(world.skill(0.5, noise=1))), 403, "scope_missing")


@WAYS
def test_every_fault_of_a_file_is_listed_with_its_rows(
    world: World, ann: Caller, round_: Round, send: Any
) -> None:
    lines = world.csv(world.skill(0.5, noise=1)).decode().splitlines()
    lines[1], lines[2], lines[3] = "r000,1.5", "nobody,0.5", "r002,NaN"
    found = problem(send(ann, "\n".join(lines).encode()), 422, "file_rejected")
    faults = {fault["code"]: fault for fault in found["faults"]}
    assert set(faults) == {"out_of_range", "unknown_id", "missing_id", "not_a_number"}
    assert [(row["row"], row["id"]) for row in faults["out_of_range"]["rows"]] == [(2, "r000")]
    assert Rejection.objects.get().faults == found["faults"]
    assert Upload.objects.count() == 0


@WAYS
def test_a_dry_run_keeps_nothing_and_spends_no_quota(
    world: World, ann: Caller, round_: Round, send: Any
) -> None:
    path = f"{PATH}?dry_run=1"
    found = ok(send(ann, world.csv(world.skill(0.5, noise=1)), path=path))
    assert found == {"dry_run": True, "columns": {"probability": "main"}, "warnings": []}
    problem(send(ann, b"id,probability\n", path=path), 422, "file_rejected")
    assert (Upload.objects.count(), Rejection.objects.count()) == (0, 0)


def test_a_file_of_several_columns_submits_for_several_forecasters(
    world: World, ann: Caller, round_: Round
) -> None:
    ok(ann.post(f"{T}/forecasters/", {"name": "second"}), 201)
    rows = "".join(f"{name},0.4{i % 9},0.6{i % 7}\n" for i, name in enumerate(world.ids))
    receipts = ok(put(ann, f"id,main,second\n{rows}".encode()), 201)["receipts"]
    assert [one["forecaster"] for one in receipts] == ["main", "second"]
    assert receipts[0]["sha256"] == receipts[1]["sha256"]


def test_a_compressed_file_and_its_name_are_taken(world: World, ann: Caller, round_: Round) -> None:
    body = gzip.compress(world.csv(world.skill(0.5, noise=1)))
    named = put(ann, body, HTTP_CONTENT_DISPOSITION='attachment; filename="../a\x01b.csv.gz"')
    assert ok(named, 201)["receipts"][0]["filename"] == "ab.csv.gz"
    other = put(ann, world.csv(world.skill(0.5, noise=2)), path=f"{PATH}main/?filename=two.csv")
    assert ok(other, 201)["receipts"][0]["filename"] == "two.csv"


@WAYS
def test_a_body_over_the_limit_is_refused_before_it_is_read(
    world: World, ann: Caller, round_: Round, send: Any, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    found = problem(send(ann, b"x" * (1_001 + bodies.FORM_SLACK)), 413, "too_large")
    assert [fault["code"] for fault in found["faults"]] == ["too_large"]
    assert Rejection.objects.count() == 0


def test_a_form_file_over_the_limit_is_refused_too(
    world: World, ann: Caller, round_: Round, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    problem(post(ann, b"x" * 1_001), 413, "too_large")


def test_a_form_without_a_file_lists_what_is_missing(ann: Caller, round_: Round) -> None:
    found = problem(ann.post(PATH, {}, format="multipart"), 400, "invalid")
    assert found["errors"] == [{"field": "file", "code": "required", "message": "No file was submitted."}]


def test_put_takes_no_form_and_post_no_raw_body(world: World, ann: Caller, round_: Round) -> None:
    form = ann.put(PATH, {"file": SimpleUploadedFile("p.csv", b"x")}, format="multipart")
    problem(form, 415, "unsupported_media_type")
    problem(ann.upload(PATH, b"id", "POST"), 415, "unsupported_media_type")


def _request(body: bytes, **environ: Any) -> Request:
    made = RequestFactory().put("/", body, content_type="text/csv", **environ)
    return Request(made)


def test_a_body_cut_off_is_refused_and_nothing_is_kept(world: World, ann: Caller, round_: Round) -> None:
    body = world.csv(world.skill(0.5, noise=1))
    cut: dict[str, Any] = {"wsgi.input": io.BytesIO(body[:-3]), "CONTENT_LENGTH": str(len(body))}
    problem(put(ann, body, **cut), 400, "incomplete_body")
    form = RequestFactory().post("/", {"file": SimpleUploadedFile("p.csv", body)})
    whole = form.environ["wsgi.input"].read()
    for lost in (1, 60, 700):
        cut = {"wsgi.input": io.BytesIO(whole[:-lost]), "CONTENT_LENGTH": str(len(whole))}
        sent = ann.upload(PATH, whole, "POST", form.environ["CONTENT_TYPE"], **cut)
        problem(sent, 400, "incomplete_body")
    assert (Upload.objects.count(), Rejection.objects.count()) == (0, 0)


def test_a_chunked_body_is_read_to_the_end_that_the_server_marks(
    world: World, ann: Caller, round_: Round
) -> None:
    body = world.csv(world.skill(0.5, noise=1))
    chunked: dict[str, Any] = {
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": "",
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    problem(put(ann, body, **chunked), 400, "length_required")
    receipt = ok(put(ann, body, **{**chunked, "wsgi.input_terminated": True}), 201)["receipts"][0]
    assert receipt["size"] == len(body)


def test_a_body_is_read_in_pieces() -> None:
    pieces = list(bodies.raw(_request(b"x" * (2 * bodies.CHUNK + 5))))
    assert [len(piece) for piece in pieces] == [bodies.CHUNK, bodies.CHUNK, 5]


def test_a_length_that_is_no_number_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        bodies.refuse_too_large(_request(b"x", CONTENT_LENGTH="²"))
    assert refused.value.code == "bad_content_length"


def test_uploads_of_a_cancelled_round_are_refused(world: World, ann: Caller, round_: Round) -> None:
    rounds.cancel(world.operator, round_, "no more of it")
    problem(put(ann, world.csv(world.skill(0.5, noise=1))), 409, "round_not_open")
