"""Files out: whole, in ranges, only when changed, and the hash to check them with."""

import base64
import hashlib
from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, problem, text
from tests.world import World
from tournaments.models import Round, Submission

PATH = f"{T}/rounds/current/datasets/tournament/"


@pytest.fixture
def whole(world: World, empty: Round) -> str:
    return (world.folder / "tournament.csv").read_text()


def test_a_list_names_every_file_with_its_hash_and_address(ann: Caller, whole: str) -> None:
    rows = {row["kind"]: row for row in ok(ann.get(f"{T}/rounds/1/datasets/"))["results"]}
    assert set(rows) == {"tournament", "example"}
    assert rows["tournament"]["sha256"] == hashlib.sha256(whole.encode()).hexdigest()
    assert text(Caller().get(rows["tournament"]["url"])) == whole


def test_a_whole_file_says_how_to_check_it(ann: Caller, whole: str) -> None:
    response = ann.get(PATH)
    digest = hashlib.sha256(whole.encode())
    assert text(response) == whole
    assert response["Content-Length"] == str(len(whole))
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{digest.hexdigest()}"'
    assert response["X-Content-SHA256"] == digest.hexdigest()
    assert response["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert response["Content-Disposition"] == 'attachment; filename="tournament.csv"'
    assert response["Content-Type"] == "text/csv"


def test_head_says_the_same_without_the_bytes(ann: Caller, whole: str) -> None:
    get, head = ann.get(PATH), ann.head(PATH)
    assert head.content == b""
    text(get)
    different = {name for name in get.headers if get.headers[name] != head.headers.get(name)}
    assert different == set()


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999", 5, None),
        ("bytes=-999999", 0, None),
        ("bytes=0-", 0, None),
    ],
)
def test_a_range_is_that_part(ann: Caller, whole: str, asked: str, start: int, stop: int | None) -> None:
    response = ann.get(PATH, HTTP_RANGE=asked)
    part = whole[start:stop]
    assert (response.status_code, text(response)) == (206, part)
    first = whole.index(part) if start else 0
    assert response["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert response["Content-Length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=1-2,4-5", "bytes=9-3", "bytes=-", "bytes=a-b", "rows=1-2", ""])
def test_a_range_that_is_not_taken_gives_the_whole(ann: Caller, whole: str, asked: str) -> None:
    response = ann.get(PATH, HTTP_RANGE=asked)
    assert (response.status_code, text(response)) == (200, whole)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(ann: Caller, whole: str, asked: str) -> None:
    response = ann.get(PATH, HTTP_RANGE=asked)
    problem(response, 416, "range_not_satisfiable")
    assert response["Content-Range"] == f"bytes */{len(whole)}"


def test_a_download_resumes_only_when_the_file_is_the_same(ann: Caller, whole: str) -> None:
    etag = ann.head(PATH)["ETag"]
    same = ann.get(PATH, HTTP_RANGE="bytes=3-", HTTP_IF_RANGE=etag)
    other = ann.get(PATH, HTTP_RANGE="bytes=3-", HTTP_IF_RANGE='"0"')
    assert (same.status_code, text(same)) == (206, whole[3:])
    assert (other.status_code, text(other)) == (200, whole)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"0", {}', "*"])
def test_a_file_that_one_has_is_304(ann: Caller, whole: str, form: str) -> None:
    etag = ann.head(PATH)["ETag"]
    response = ann.get(PATH, HTTP_IF_NONE_MATCH=form.format(etag))
    assert (response.status_code, text(response), response["ETag"]) == (304, "", etag)


def test_a_file_comes_whatever_the_client_accepts(ann: Caller, whole: str) -> None:
    assert text(ann.get(PATH, HTTP_ACCEPT="application/xml")) == whole


@pytest.mark.parametrize("kind", ["training", "labels", "..", "%00", "tournament.csv"])
def test_there_are_no_other_files(ann: Caller, whole: str, kind: str) -> None:
    problem(ann.get(f"{T}/rounds/1/datasets/{kind}/"), 404, "not_found")


def test_an_upload_comes_back_byte_by_byte(world: World, ann: Caller, whole: str) -> None:
    body = world.csv(world.skill(0.5, noise=1)) + b"\n"
    receipt = ok(ann.upload(f"{T}/rounds/1/submissions/?filename=mine.csv", body), 201)["receipts"][0]
    path = f"{V1}/submissions/{receipt['submission']}/file/"
    response = ann.get(path)
    assert text(response) == body.decode()
    assert response["X-Content-SHA256"] == receipt["sha256"] == hashlib.sha256(body).hexdigest()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="mine.csv"'
    assert text(ann.get(path, HTTP_RANGE="bytes=-5")) == body[-5:].decode()


def test_a_damaged_upload_is_never_sent(world: World, ann: Caller, whole: str, settings: Any) -> None:
    body = world.csv(world.skill(0.5, noise=1))
    ok(ann.upload(f"{T}/rounds/1/submissions/", body), 201)
    submission = Submission.objects.select_related("upload").get()
    sha256 = submission.upload.sha256
    (settings.UPLOADS_DIR / sha256[:2] / sha256[2:4] / sha256).write_bytes(body.replace(b"r", b"s"))
    ann.raise_request_exception = False
    problem(ann.get(f"{V1}/submissions/{submission.pk}/file/"), 500, "server_error")
