"""Operators at work over HTTP: people, labels, the verbs with a reason, failed work."""

from datetime import timedelta

import pytest

from tests.api.stage import V1, Caller, T, ok, problem
from tests.world import World, drain
from tournaments.models import Originality, Participant, Round, Submission, User, Work
from tournaments.services.clock import db_now

ROUND = f"{T}/rounds/1"
WHY = {"reason": "for the test"}


@pytest.fixture
def round_(empty: Round) -> Round:
    return empty


def send(world: World, caller: Caller, noise: int = 1) -> int:
    body = world.csv(world.skill(0.5, noise=noise))
    pk: int = ok(caller.upload(f"{ROUND}/submissions/", body), 201)["receipts"][0]["submission"]
    return pk


def test_one_who_is_let_in_gets_a_password_and_a_key_once(world: World, olga: Caller, round_: Round) -> None:
    sent = {"username": "neil", "alias": "Neil", "name": "Neil Real", "external_id": "x-7"}
    response = olga.post(f"{T}/participants/", sent)
    made = ok(response, 201)
    assert response["Cache-Control"] == "no-store"
    assert (made["username"], made["alias"], made["kind"]) == ("neil", "Neil", "player")
    assert User.objects.get(username="neil").check_password(made["password"])
    neil = Caller()
    neil.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert send(world, neil) == Submission.objects.get(participant__alias="Neil").pk
    problem(olga.post(f"{T}/participants/", sent), 409, "participant_exists")


def test_a_user_who_is_here_keeps_their_own_keys(world: World, olga: Caller) -> None:
    User.objects.create_user("vic", password="a password of her own")
    made = ok(olga.post(f"{T}/participants/", {"username": "vic", "alias": "Vic"}), 201)
    assert (made["password"], made["token"]) == (None, None)
    assert User.objects.get(username="vic").check_password("a password of her own")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alias": "<b>"}, "bad_alias"),
        ({"username": "a b"}, "bad_username"),
        ({"kind": "king"}, "invalid"),
        ({"alias": "a\x00"}, "invalid"),
        ({"alias": None}, "invalid"),
    ],
)
def test_nobody_is_made_of_a_bad_request(olga: Caller, change: dict[str, str], code: str) -> None:
    problem(olga.post(f"{T}/participants/", {"username": "neil", "alias": "Neil", **change}), 400, code)
    assert not User.objects.filter(username__in=["neil", "a b"]).exists()


def test_real_names_are_for_operators_only(world: World, olga: Caller) -> None:
    ok(olga.post(f"{T}/participants/", {"username": "neil", "alias": "Neil", "name": "Neil Real"}), 201)
    (row,) = ok(olga.get(f"{T}/participants/"))["results"]
    assert (row["name"], row["users"], row["forecasters"]) == ("Neil Real", ["neil"], ["main"])
    world.tournament.roles.create(user=User.objects.create_user("ada"), kind="auditor")
    ada = Caller(type(world.operator)(User.objects.get(username="ada")))
    (seen,) = ok(ada.get(f"{T}/participants/"))["results"]
    assert {"name", "users", "external_id"} & set(seen) == set()


def test_labels_go_in_and_a_correction_needs_a_reason(world: World, olga: Caller, round_: Round) -> None:
    path = f"{ROUND}/labels/"
    live = world.labels("live")
    assert ok(olga.upload(path, live)) == {"version": 2, "added": 32, "corrected": 0}
    assert ok(olga.upload(path, live)) == {"version": 2, "added": 0, "corrected": 0}
    flipped = live.replace(b",0", b",x").replace(b",1", b",0").replace(b",x", b",1")
    problem(olga.upload(path, flipped), 400, "reason_needed")
    assert ok(olga.upload(f"{path}?reason=they were inverted", flipped))["corrected"] == 32
    found = problem(olga.upload(path, b"id,target\nr000,2\n"), 422, "file_rejected")
    assert found["faults"]
    response = olga.get(path)
    problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "PUT, OPTIONS"


def test_rows_are_voided_with_a_reason(olga: Caller, round_: Round) -> None:
    path = f"{ROUND}/void/"
    assert ok(olga.post(path, {**WHY, "ids": ["r000", "r001"]})) == {"voided": 2}
    assert ok(olga.post(path, {**WHY, "ids": ["r001"]})) == {"voided": 0}
    assert problem(olga.post(path, {**WHY, "ids": ["x"]}), 400, "unknown_id")["ids"] == ["x"]
    problem(olga.post(path, {"ids": ["r002"], "reason": "no"}), 400, "reason_needed")
    problem(olga.post(path, {**WHY, "ids": []}), 400, "invalid")
    assert ok(olga.get(f"{ROUND}/"))["counts"]["void_rows"] == 2


def test_a_deadline_moves_later_for_all_or_for_one(
    world: World, ann: Caller, bob: Caller, olga: Caller, round_: Round
) -> None:
    path = f"{ROUND}/extend/"
    later = (db_now() + timedelta(hours=5)).isoformat()
    ok(olga.post(path, {**WHY, "closes_at": later, "participant": "ANN"}))
    assert ok(ann.get(f"{ROUND}/"))["you"]["closes_at"] > ok(bob.get(f"{ROUND}/"))["you"]["closes_at"]
    assert (
        ok(olga.post(path, {**WHY, "closes_at": later}))["closes_at"] > ok(ann.get(f"{ROUND}/"))["opens_at"]
    )
    problem(olga.post(path, {**WHY, "closes_at": "2020-01-01T00:00:00Z"}), 400, "not_later")
    problem(olga.post(path, {**WHY, "closes_at": "soon"}), 400, "invalid")
    nobody = {**WHY, "closes_at": later, "participant": "Nobody"}
    problem(olga.post(path, nobody), 404, "unknown_participant")


def test_a_draft_opens_once(world: World, olga: Caller) -> None:
    world.draft_round()
    assert ok(olga.post(f"{ROUND}/open/"))["state"] == "open"
    assert problem(olga.post(f"{ROUND}/open/"), 409, "wrong_state")["state"] == "open"


def test_a_cancelled_round_says_why(ann: Caller, olga: Caller, round_: Round) -> None:
    assert ok(olga.post(f"{ROUND}/cancel/", WHY))["state"] == "cancelled"
    assert ok(ann.get(f"{ROUND}/"))["log"][-1]["text"].endswith("for the test")
    problem(olga.post(f"{ROUND}/cancel/", WHY), 409, "wrong_state")


def test_a_round_is_resolved_when_its_labels_are_here(
    world: World, ann: Caller, olga: Caller, round_: Round
) -> None:
    send(world, ann)
    drain()
    problem(olga.post(f"{ROUND}/resolve/"), 409, "wrong_state")
    world.close(round_)
    assert problem(olga.post(f"{ROUND}/resolve/"), 409, "labels_missing")["rows"] == 32
    ok(olga.upload(f"{ROUND}/labels/", world.labels("live")))
    assert ok(olga.post(f"{ROUND}/resolve/"), 202)["state"] == "closed"
    problem(
        olga.upload(f"{ROUND}/labels/?reason=too late now", b"id,target\nr064,1\nr065,0\n"), 409, "resolving"
    )
    drain()
    assert ok(olga.post(f"{ROUND}/resolve/"), 202)["state"] == "resolved"


def test_a_gated_copy_passes_by_decision(
    world: World, ann: Caller, bob: Caller, olga: Caller, round_: Round
) -> None:
    send(world, ann)
    copy = send(world, bob)
    drain()
    problem(olga.post(f"{ROUND}/override/", {**WHY, "submission": copy}), 404, "not_found")
    world.close(round_)
    assert ok(bob.get(f"{V1}/submissions/{copy}/"))["originality"]["original"] is False
    made = ok(olga.post(f"{ROUND}/override/", {**WHY, "submission": copy}))
    assert made == {"submission": copy, "override_reason": "for the test"}
    assert ok(bob.get(f"{V1}/submissions/{copy}/"))["originality"]["original"] is True
    world.open_round()
    problem(olga.post(f"{T}/rounds/2/override/", {**WHY, "submission": copy}), 404, "not_found")
    problem(olga.post(f"{ROUND}/override/", {**WHY, "submission": "x"}), 400, "invalid")
    assert Originality.objects.filter(override_reason="for the test").count() == 1


def test_an_excluded_participant_is_named(world: World, ann: Caller, olga: Caller, round_: Round) -> None:
    send(world, ann)
    ok(olga.post(f"{ROUND}/exclude/", {**WHY, "participant": "Ann"}))
    (row,) = ok(Caller().get(f"{ROUND}/leaderboard/"))["results"]
    assert row["excluded"] is True
    problem(olga.post(f"{ROUND}/exclude/", {**WHY, "participant": "Zoe"}), 404, "unknown_participant")
    assert Participant.objects.get(alias="Ann").exclusions.count() == 1


def test_failed_work_is_shown_and_tried_again(world: World, ann: Caller, olga: Caller, round_: Round) -> None:
    pk = send(world, ann)
    Work.objects.filter(submission=pk).update(state="failed", error="It broke.", attempts=5)
    Submission.objects.filter(pk=pk).update(state="failed")
    failed = next(one for one in ok(olga.get(f"{ROUND}/work/"))["results"] if one["submission"] == pk)
    assert (failed["state"], failed["error"], failed["attempts"]) == ("failed", "It broke.", 5)
    again = ok(olga.post(f"{ROUND}/work/{failed['id']}/retry/"))
    assert (again["state"], again["attempts"]) == ("due", 0)
    drain()
    assert ok(ann.get(f"{V1}/submissions/{pk}/"))["state"] == "scored"
    assert pk not in [one["submission"] for one in ok(olga.get(f"{ROUND}/work/"))["results"]]
    problem(olga.post(f"{ROUND}/work/{10**12}/retry/"), 404, "not_found")


def test_the_audit_log_names_who_did_what(olga: Caller, round_: Round) -> None:
    ok(olga.post(f"{ROUND}/void/", {**WHY, "ids": ["r000"]}))
    newest = ok(olga.get(f"{T}/audit/"))["results"][0]
    assert (newest["actor"], newest["action"], newest["round"]) == ("olga", "rows_voided", 1)
    assert newest["reason"] == "for the test"
