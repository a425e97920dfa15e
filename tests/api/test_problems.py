"""Every error is a problem: the API's own, REST framework's, Django's, and bugs."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from tests.api.stage import V1, Caller, T, ok, problem
from tests.world import World
from tournaments.api import problems
from tournaments.api.codes import CODES
from tournaments.services.errors import Conflict
from tournaments.services.reading import details

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/tournaments/", f"{V1}/tournaments", f"{T}/no/"]
)
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_an_unknown_address_is_a_problem(db: None, path: str, method: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert "end with a slash" in problem(getattr(client, method)(path), 404, "not_found")["detail"]


def test_a_method_that_is_not_offered_names_those_that_are(ann: Caller) -> None:
    response = ann.delete(f"{T}/forecasters/")
    problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ('{"name": ', "application/json", 400, "parse_error"),
        ("[" * 100_000, "application/json", 400, "parse_error"),
        ('{"name": NaN}', "application/json", 400, "parse_error"),
        (b"\xff\xfe", "application/json", 400, "parse_error"),
        ("name=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("<name/>", "application/xml", 415, "unsupported_media_type"),
        ("[1, 2]", "application/json", 400, "invalid"),
        ("{}", "application/json", 400, "invalid"),
        ('{"name": ["x"]}', "application/json", 400, "invalid"),
        ('{"name": "\\ud800"}', "application/json", 400, "parse_error"),
        ('{"name": "' + "x" * 3_000_000 + '"}', "application/json", 413, "too_large"),
    ],
    ids=lambda part: str(part)[:20],
)
def test_a_body_that_cannot_be_read_is_a_problem(
    ann: Caller, body: Any, kind: str, status: int, code: str
) -> None:
    problem(ann.upload(f"{T}/forecasters/", body, "POST", kind), status, code)


def test_faults_of_fields_are_listed_each_with_its_place(olga: Caller, world: World) -> None:
    world.open_round()
    sent: dict[str, Any] = {"ids": ["r000", None, {}], "reason": "x" * 301}
    found = problem(olga.post(f"{T}/rounds/1/void/", sent), 400, "invalid")
    assert {(one["field"], one["code"]) for one in found["errors"]} == {
        ("ids.1", "null"),
        ("ids.2", "invalid"),
        ("reason", "max_length"),
    }


@pytest.mark.parametrize(
    "token", ["", "x", "x$y", "$", "a b c", "\x01$\x01", "é$é", "0123456789abcdef$" + "s" * 500]
)
def test_a_bad_key_is_401_and_says_how_to_ask(world: World, token: str) -> None:
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    response = caller.get(f"{V1}/tournaments/")
    problem(response, 401, "bad_key")
    assert response["WWW-Authenticate"] == 'Token realm="api"'


def test_a_stranger_who_must_be_known_is_401(world: World) -> None:
    response = Caller().get(f"{T}/forecasters/")
    problem(response, 401, "login_needed")
    assert response["WWW-Authenticate"] == 'Token realm="api"'


def test_a_revoked_expired_or_sleeping_key_is_no_key(world: World, ann: Caller) -> None:
    assert ann.actor is not None
    assert ann.actor.user is not None
    ok(ann.get(f"{T}/forecasters/"))
    key = ann.actor.user.api_keys.get()
    for change in ({"revoked_at": key.created_at}, {"expires_at": key.created_at.replace(year=2090)}):
        for name, value in change.items():
            setattr(key, name, value)
        key.save()
    problem(ann.get(f"{T}/forecasters/"), 401, "bad_key")
    key.revoked_at = None
    key.save()
    ok(ann.get(f"{T}/forecasters/"))
    ann.actor.user.is_active = False
    ann.actor.user.save()
    problem(ann.get(f"{T}/forecasters/"), 401, "bad_key")


def test_another_scheme_is_left_alone(world: World) -> None:
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION="Basic eDp5")
    ok(caller.get(f"{V1}/tournaments/"))


def test_a_session_writes_only_with_its_csrf_token(world: World, ann: Caller) -> None:
    assert ann.actor is not None
    assert ann.actor.user is not None
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(ann.actor.user)
    ok(browser.get(f"{T}/forecasters/"))
    problem(browser.post(f"{T}/forecasters/", {"name": "second"}), 403, "permission_denied")
    problem(
        browser.put(f"{T}/rounds/1/submissions/", b"x", content_type="text/csv"), 403, "permission_denied"
    )
    browser.cookies["csrftoken"] = token = "a" * 32
    ok(browser.post(f"{T}/forecasters/", {"name": "second"}, HTTP_X_CSRFTOKEN=token), 201)


def test_a_bug_is_logged_and_tells_nothing(world: World, ann: Caller, monkeypatch: Any, caplog: Any) -> None:
    def broken(*args: Any) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(details, "of_tournament", broken)
    with pytest.raises(ZeroDivisionError):
        ann.get(f"{T}/")
    ann.raise_request_exception = False
    found = problem(ann.get(f"{T}/"), 500, "server_error")
    assert "secret" not in str(found)
    assert "a secret of ours" in caplog.text


def test_a_database_that_is_away_is_503(world: World, ann: Caller, monkeypatch: Any) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("connection to 10.0.0.1 refused")

    monkeypatch.setattr(details, "of_tournament", away)
    response = ann.get(f"{T}/")
    assert "10.0.0.1" not in problem(response, 503, "unavailable")["detail"]
    assert response["Retry-After"] == "5"


def test_what_an_error_carries_never_hides_its_own_members() -> None:
    response = problems.of_refused(Conflict("wrong_state", "No.", status="open", more=1))
    assert b'"status": 409' in response.content
    assert b'"more": 1' in response.content


def test_one_who_is_throttled_hears_when_to_come_back() -> None:
    response = problems.handler(Throttled(wait=3.2), {})
    assert (response.status_code, response["Retry-After"]) == (429, "4")


def _codes(file: Path) -> set[str]:
    """The codes that a file refuses with."""
    kinds = {"Invalid", "Unknown", "Forbidden", "Conflict"}
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in kinds]
    firsts = [call.args[0] for call in named if call.args]
    return {str(one.value) for one in firsts if isinstance(one, ast.Constant)}


def test_every_code_that_a_service_of_the_api_gives_is_documented() -> None:
    used = {"access", "crowds", "deadlines", "idempotency", "intake", "labels", "operations", "originality"}
    used |= {
        "audit",
        "keys",
        "phases",
        "players",
        "purse",
        "ledger",
        "currencies",
        "resolution",
        "roster",
        "rounds",
        "committing",
        "proposals",
        "undoing",
        "what_if",
        "calculating",
        "replaying",
        "submissions",
    }
    services = (CHECKOUT / "tournaments/services").rglob("*.py")
    files = [file for file in services if file.stem in used]
    assert len(files) == len(used)
    files += (CHECKOUT / "tournaments/api").rglob("*.py")
    found = set().union(*map(_codes, files))
    assert len(found) > 35
    # Keys are made on pages and on the command line.
    assert found - set(CODES) == {"unknown_scope", "bad_key_name", "bad_days", "too_many_keys"}
