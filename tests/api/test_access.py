"""Who may do what: every address and method, asked by seven people. The table is the specification."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.api.access_table import PEOPLE, TABLE
from tests.api.stage import Caller, text
from tests.world import World, drain
from tournaments.models import Role, Submission, Tournament, Work
from tournaments.services import contests, purse
from tournaments.services.access import Actor
from tournaments.services.paying import addresses, batches
from tournaments.services.people import players, roster, users

UNVERSIONED = ("schema", "docs", "errors")
FILES = ("dataset", "submission-file", "meta-model-predictions", "meta-model-now-predictions")
BINARY = (*FILES, "batch-file", "books-ledger", "payouts", *UNVERSIONED)
BOOKING = {"alias": "Ann", "currency": "USD", "amount": 100, "reference": "bank 1"}


class Stage(NamedTuple):
    """A tournament with a resolved, an open and a draft round, and seven callers."""

    world: World
    callers: dict[str, Caller]
    rounds: dict[str, int]
    submissions: dict[str, int]
    work: int

    def path(self, name: str, which: str) -> str:
        parts: dict[str, Any] = {"slug": "weekly", "number": str(self.rounds.get(which, 0))}
        parts |= {"kind": "tournament", "forecaster": "second", "alias": "Ann"}
        parts |= {"currency": "USD", "batch": 1, "form": "bank"}
        parts["pk"] = self.work if name == "retry" else self.submissions.get(which)
        return reverse(f"api:{name}", kwargs={part: parts[part] for part in _parts_of()[name]})

    def body(self, name: str) -> Any:
        """What a writing request sends, so that nothing but who asks decides."""
        reason = {"reason": "as the table asks"}
        return {
            "forecasters": {"name": "third"},
            "nominate": {"name": "main"},
            "deposits": BOOKING,
            "withdrawals": BOOKING,
            "payout-address": {"address": "DE89 3704 0044 0532", "holder": "Ann"},
            "stake": {"amount": 1},
            "batches": {"currency": "USD", "min_age_hours": 0},
            "batch-settle": {"reference": "bank 1"},
            "batch-cancel": reason,
            "participants": {"username": "neil", "alias": "Neil"},
            "void": {**reason, "ids": ["r000"]},
            "extend": {**reason, "closes_at": "2099-01-01T00:00:00Z"},
            "exclude": {**reason, "participant": "Bob"},
            "cancel": reason,
            "preview": {"changes": {}},
            "withdraw": reason,
            "undo": reason,
            "replay": {"variants": [{"name": "as it is", "changes": {}}]},
            "calculate": {"rule": "ranked_pool", "pool": 1, "entries": []},
            "override": {**reason, "submission": self.submissions["resolved"]},
        }.get(name)

    def ask(self, who: str, method: str, name: str, which: str) -> Any:
        caller, path = self.callers[who], self.path(name, which)
        file = self.world.csv(self.world.skill(0.4, noise=9))
        if name == "labels":
            return caller.upload(path, self.world.labels("live"), method)
        if method == "PUT" and self.body(name) is None:
            return caller.upload(path, file)
        if (method, name) == ("POST", "submissions"):
            return caller.post(path, {"file": SimpleUploadedFile("p.csv", file)}, format="multipart")
        body = {} if method == "GET" else {"data": self.body(name), "format": "json"}
        return getattr(caller, method.lower())(path, **body)


def _parts_of() -> dict[str, list[str]]:
    return {name: list(pattern.pattern.converters) + outer for name, pattern, outer in _patterns()}


def _patterns(
    resolver: URLResolver | None = None, outer: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern, list[str]]]:
    """Every address of the API, with the parts that come from the addresses around it."""
    if resolver is None:
        tops = [one for one in get_resolver().url_patterns if isinstance(one, URLResolver)]
        resolver = next(one for one in tops if one.namespace == "api")
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, (*outer, *one.pattern.converters))
        elif one.name:
            yield one.name, one, list(outer)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    uploads = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder / "uploads"},
    }
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {"default": uploads, "uploads": uploads, "staticfiles": static}
    with (
        django_db_blocker.unblock(),
        override_settings(MATRIX_DIR=folder / "matrix", STORAGES=storages),
        transaction.atomic(),
    ):
        yield _build(World(folder, pool=1_000))
        transaction.set_rollback(True)


def _build(world: World) -> Stage:
    ann, bob = world.player("ann"), world.player("bob")
    whom = roster.find_participant(world.operator, world.tournament, "Ann")
    purse.deposit(world.operator, world.tournament, whom, "USD", 100, "bank 0")
    for player in (ann, bob):
        addresses.register(player, world.tournament, "USD", "DE89 3704 0044", "Ann")
    batches.collect(world.operator, world.tournament, "USD", 0, 0)
    purse.deposit(world.operator, world.tournament, whom, "USD", 100, "bank 0")
    players.add_forecaster(ann, world.tournament, "second")
    auditor, _ = users.create_user("ada")
    users.grant_role(auditor, world.tournament, Role.Kind.AUDITOR)
    otto, _ = users.create_user("otto")
    contests.create(otto, "other", "Other")
    submitted = {}
    for which in ("resolved", "open"):
        round_ = world.open_round()
        submitted[which] = world.submit(ann, round_, world.skill(0.5, noise=1)).pk
        world.submit(bob, round_, world.skill(0.4, noise=2))
        drain()
        if which == "resolved":
            world.resolve(world.close(round_))
    drafted = world.draft_round()
    work = Work.objects.get(submission=submitted["open"])
    Work.objects.filter(pk=work.pk).update(state=Work.State.FAILED, error="It broke.")
    callers = [
        Caller(ann),
        Caller(bob),
        Caller(world.operator),
        Caller(Actor(auditor)),
        Caller(),
        Caller(Actor(otto)),
        Caller(ann, "stake"),
    ]
    rounds = {"resolved": 1, "open": 2, "draft": drafted.number}
    return Stage(world, dict(zip(PEOPLE, callers, strict=True)), rounds, submitted, work.pk)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    return made


def apart(ask: Callable[[], Any]) -> tuple[Any, str]:
    """Ask in a savepoint that is rolled back, so that no answer depends on another."""
    with transaction.atomic():
        response = ask()
        body = text(response)
        transaction.set_rollback(True)
    return response, body


@pytest.mark.parametrize(("method", "name", "which"), list(TABLE), ids=lambda part: part or "-")
def test_the_table_holds(stage: Stage, schema: dict[str, Any], method: str, name: str, which: str) -> None:
    found = {}
    for who in PEOPLE:
        response, _ = apart(lambda who=who: stage.ask(who, method, name, which))  # type: ignore[misc]
        found[who] = response.status_code
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"
        if response.status_code != 405 and name not in UNVERSIONED:
            _matches_schema(schema, response, method, name)
    expected = dict(zip(PEOPLE, map(int, TABLE[method, name, which].split()), strict=True))
    assert found == expected


def _matches_schema(schema: dict[str, Any], response: Any, method: str, name: str) -> None:
    """The answer is one that the schema describes, to the last field."""
    route = "/" + response.wsgi_request.resolver_match.route
    for kind in ("slug", "number", "name", "int", "str"):
        route = route.replace(f"<{kind}:", "{")
    path = route.replace(">", "}").replace("{pk}", "{id}")
    described = schema["paths"][path][method.lower()]["responses"]
    status = str(response.status_code)
    content = (described["default"] if response.status_code >= 400 else described[status])["content"]
    if response.status_code < 400 and name in BINARY:
        return
    shape = content[response["Content-Type"].split(";")[0]]["schema"]
    Draft202012Validator({**shape, "components": schema["components"]}).validate(response.json())


def test_every_address_and_method_is_in_the_table() -> None:
    known = {(method, name) for method, name, _ in TABLE}
    built = set()
    for name, pattern, _ in _patterns():
        view = getattr(pattern.callback, "cls", None)
        offered = ("GET", "POST", "PUT", "PATCH", "DELETE")
        built |= {(m, name) for m in offered if (hasattr(view, m.lower()) if view else m == "GET")}
    assert known - built == {("GET", "labels")}
    assert built - known == set()


@pytest.mark.parametrize("who", ["stranger", "foreign operator", "key without scope"])
def test_a_tournament_for_participants_only_is_not_there_for_others(stage: Stage, who: str) -> None:
    def ask_all() -> dict[str, int]:
        rules = stage.world.tournament.read_rules().but(board="participants").to_json()
        Tournament.objects.filter(slug="weekly").update(rules=rules)
        inside = [key for key in TABLE if "slug" in _parts_of()[key[1]] and key[:2] != ("GET", "labels")]
        return {" ".join(key): apart(lambda: stage.ask(who, *key))[0].status_code for key in inside}  # noqa: B023

    with transaction.atomic():
        found = ask_all()
        transaction.set_rollback(True)
    assert len(found) > 30
    assert set(found.values()) == {404}, found


def test_a_look_at_others_predictions_is_in_the_audit_log(stage: Stage) -> None:
    for who in ("operator", "auditor"):
        with transaction.atomic():
            caller = stage.callers[who]
            text(caller.get(stage.path("submission-file", "open")))
            caller.get(stage.path("submission", "open"))
            caller.get(stage.path("submissions", "open"))
            log = stage.callers["operator"].get(stage.path("audit", "")).json()["results"]
            transaction.set_rollback(True)
        seen = [(one["action"], one["actor"], one["round"]) for one in log[:3]]
        name = "olga" if who == "operator" else "ada"
        actions = ["submissions_listed", "submission_viewed", "predictions_read"]
        assert seen == [(action, name, 2) for action in actions]


def test_an_owner_finds_only_their_own_submissions(stage: Stage) -> None:
    for who, alias in (("owner", "Ann"), ("other", "Bob")):
        rows = stage.callers[who].get(stage.path("submissions", "open")).json()["results"]
        assert [row["participant"] for row in rows] == [alias]
    everyone, _ = apart(lambda: stage.callers["auditor"].get(stage.path("submissions", "open")))
    assert {row["participant"] for row in everyone.json()["results"]} == {"Ann", "Bob"}
    assert Submission.objects.filter(round__number=2).count() == 2
