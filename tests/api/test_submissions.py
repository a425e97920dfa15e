"""What became of a submission: its state, waiting for the score, choosing which one counts."""

import threading
import time
from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, problem
from tests.world import World, drain
from tournaments.models import Round, Selection, Submission
from tournaments.services.reading import submissions

PATH = f"{T}/rounds/1/submissions/"


@pytest.fixture
def round_(empty: Round) -> Round:
    return empty


def send(world: World, caller: Caller, noise: int = 1) -> int:
    pk: int = ok(caller.upload(PATH, world.csv(world.skill(0.5, noise=noise))), 201)["receipts"][0][
        "submission"
    ]
    return pk


def test_a_submission_is_accepted_then_scored(world: World, ann: Caller, round_: Round) -> None:
    pk = send(world, ann)
    first = ann.get(f"{V1}/submissions/{pk}/")
    assert ok(first)["state"] == "accepted"
    assert ok(first)["scores"]["validation"]["undefined"] == {"log_loss": "not_scored"}
    assert first["Retry-After"] == "2"
    drain()
    then = ann.get(f"{V1}/submissions/{pk}/")
    assert (ok(then)["state"], ok(then)["nearness"], ok(then)["precedence"]) == ("scored", "clear", 1)
    assert "Retry-After" not in then.headers


def test_waiting_ends_when_it_is_scored(world: World, ann: Caller, round_: Round, monkeypatch: Any) -> None:
    pk = send(world, ann)
    # The worker, at the moment of the first pause.
    monkeypatch.setattr(submissions.time, "sleep", lambda seconds: drain())
    begun = time.monotonic()
    assert ok(ann.get(f"{V1}/submissions/{pk}/?wait=30"))["state"] == "scored"
    assert time.monotonic() - begun < 20


def test_waiting_is_capped_by_the_server(
    world: World, ann: Caller, round_: Round, settings: Any, monkeypatch: Any
) -> None:
    settings.WAIT_SECONDS_MAX = 0.2
    pauses: list[float] = []
    monkeypatch.setattr(submissions.time, "sleep", pauses.append)
    response = ann.get(f"{V1}/submissions/{send(world, ann)}/?wait=30")
    assert ok(response)["state"] == "accepted"
    assert response["Retry-After"] == "2"
    assert pauses
    assert max(pauses) <= 0.2


def test_too_many_who_wait_are_answered_at_once(
    world: World, ann: Caller, round_: Round, settings: Any
) -> None:
    settings.WAITERS_MAX = 1
    pk = send(world, ann)
    with submissions._waiters.place() as first, submissions._waiters.place() as second:
        assert (first, second) == (True, False)
        begun = time.monotonic()
        response = ann.get(f"{V1}/submissions/{pk}/?wait=30")
        assert time.monotonic() - begun < 15
        assert ok(response)["state"] == "accepted"
        assert response["Retry-After"] == "2"
    with submissions._waiters.place() as again:
        assert again


def test_places_are_given_back_by_every_thread(settings: Any) -> None:
    settings.WAITERS_MAX = 3
    waiters, got = submissions._Waiters(), []

    def take() -> None:
        with waiters.place() as free:
            got.append(free)

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20
    assert waiters._taken == 0


@pytest.mark.parametrize("wait", ["-1", "soon", "nan", "4000"])
def test_a_wait_that_is_no_time_is_refused(world: World, ann: Caller, round_: Round, wait: str) -> None:
    path = f"{V1}/submissions/{send(world, ann)}/?wait={wait}"
    assert problem(ann.get(path), 400, "invalid")["errors"][0]["field"] == "wait"


def test_the_latest_counts_unless_another_was_chosen(world: World, ann: Caller, round_: Round) -> None:
    first, second = send(world, ann, 1), send(world, ann, 2)
    assert [row["selected"] for row in ok(ann.get(PATH))["results"]] == [True, False]
    chosen = ok(ann.post(f"{V1}/submissions/{first}/select/"))
    assert chosen == {"submission": first, "forecaster": "main", "pinned": True}
    send(world, ann, 3)
    assert Selection.objects.get().submission_id == first
    world.close(round_)
    problem(ann.post(f"{V1}/submissions/{second}/select/"), 409, "round_not_open")


def test_a_list_comes_in_pages_newest_first(world: World, ann: Caller, round_: Round) -> None:
    sent = [send(world, ann, noise) for noise in (1, 2, 3)]
    found = ok(ann.get(f"{PATH}?limit=2&offset=1"))
    assert (found["count"], found["limit"], found["offset"]) == (3, 2, 1)
    assert [row["submission"] for row in found["results"]] == [sent[1], sent[0]]
    for query in ("limit=0", "limit=1001", "offset=-1", "limit=x"):
        problem(ann.get(f"{PATH}?{query}"), 400, "invalid")


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_there_is_no_other_submission(ann: Caller, round_: Round, pk: str) -> None:
    problem(ann.get(f"{V1}/submissions/{pk}/"), 404, "not_found")


def test_status_says_submitted_rejected_or_missing(world: World, ann: Caller, round_: Round) -> None:
    for name in ("second", "third"):
        ok(ann.post(f"{T}/forecasters/", {"name": name}), 201)
    send(world, ann)
    problem(ann.upload(f"{PATH}second/", b"id,probability\n"), 422, "file_rejected")
    (status,) = ok(ann.get(f"{T}/forecasters/status/"))["results"]
    assert (status["round"], status["quota"], status["quota_used"]) == (1, 25, 1)
    by_name = {one["forecaster"]: one for one in status["forecasters"]}
    assert {name: one["state"] for name, one in by_name.items()} == {
        "main": "submitted",
        "second": "rejected",
        "third": "missing",
    }
    assert by_name["main"]["receipt"]["submission"] == Submission.objects.get().pk
    assert by_name["second"]["faults"]
    world.close(round_)
    assert ok(ann.get(f"{T}/forecasters/status/"))["results"] == []


def test_the_nominated_forecaster_takes_the_paid_place(world: World, ann: Caller, round_: Round) -> None:
    ok(ann.post(f"{T}/forecasters/", {"name": "second"}), 201)
    problem(ann.post(f"{T}/forecasters/", {"name": "second"}), 409, "forecaster_exists")
    problem(ann.post(f"{T}/forecasters/", {"name": "id"}), 400, "bad_forecaster_name")
    problem(ann.post(f"{T}/forecasters/nominate/", {"name": "nobody"}), 404, "unknown_forecaster")
    ok(ann.post(f"{T}/forecasters/nominate/", {"name": "second"}))
    rows = ok(ann.get(f"{T}/forecasters/"))["results"]
    assert [(row["name"], row["paid_place"]) for row in rows] == [("main", False), ("second", True)]
