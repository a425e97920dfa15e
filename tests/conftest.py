"""One migrated template, one clone of it a test process, and houses for tests that need a whole stack."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from aggregator.nodatabase.base import ADVICE
from tests.house import House, HouseTemplate, sweep
from tests.keeping import Keeper
from tests.staging import Stages
from tests.world import World

CHECKOUT = Path(__file__).resolve().parent.parent
# Whatever decides what a migrated database looks like, the grants included.
SOURCES = ("aggregator/settings.py", "tournaments/migrations", "tournaments/models", "tournaments/apps.py")
TEMPLATE_LOCK = 20_170
# What shares a house stays in one process; what is long begins early, so that no core waits in the end.
TOGETHER = ("tests/browser", "tests/faults")
FIRST = (
    *TOGETHER,
    "tests/services/test_ten_thousand",
    "tests/wiring/test_launcher",
    "tests/commands/test_three_commands",
    "tests/api/test_real_server",
    "tests/wiring/test_house.py",
    "tests/wiring/test_first_hour",
)


class Together(LoadScopeScheduling):
    """Hands a file, or a folder whose tests share a house, to one test process: what they set is set once.

    xdist's own groups end with pytest 9.2, without a word (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Hand out tests as `Together` does."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put those first that run longest."""
    last = len(FIRST)
    items.sort(key=lambda item: next((i for i, place in enumerate(FIRST) if _is_in(item, place)), last))


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this test process: main, or gw0, gw1 … under xdist."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def sources() -> str:
    """A fingerprint of the migrations, models and grants."""
    files = [file for name in SOURCES for file in _python_files(CHECKOUT / name)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_setup(worker: str, sources: str, django_db_blocker: Any) -> Iterator[None]:
    """Point `default` (role `app`) and `owner` at a clone of the migrated template, dropped in the end."""
    if "owner" not in project.DATABASES:
        pytest.exit(ADVICE, returncode=4)
    with django_db_blocker.unblock():
        home = _move_into(f"test_{worker}", f"template_{sources}")
    yield
    with django_db_blocker.unblock():
        _move_back(home)


@pytest.fixture
def own_database(worker: str, sources: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, in which things commit, dropped in the end."""
    with django_db_blocker.unblock():
        home = _move_into(f"own_{worker}", f"template_{sources}")
        try:
            yield
        finally:
            _move_back(home)


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """Passwords are hashed quickly, and no client lists all static files, of which it asks for none."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_USE_FINDERS=False):
        yield


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    """The stages that are set once in this process."""
    return Keeper(tmp_path_factory.mktemp("stages"))


@pytest.fixture
def kept(db: None, keeper: Keeper, tmp_path: Path) -> Callable[[str, Callable[[], Any]], Any]:
    """Return what sets a stage by its name, or puts it back: a World, or a tuple with one in it."""

    def stage(name: str, build: Callable[[], Any]) -> Any:
        made = keeper.stage(name, tmp_path, build)
        for one in made if isinstance(made, tuple) else (made,):
            if isinstance(one, World):
                one.folder = tmp_path
        return made

    return stage


@pytest.fixture
def climbed(
    db: None, request: pytest.FixtureRequest, keeper: Keeper, tmp_path: Path
) -> Callable[[Stages], dict[str, Any]]:
    """Return what sets the furthest stage that the test asks for, and gives what its steps made."""
    known: dict[str, dict[str, Any]] = {}

    def climb(stages: Stages) -> dict[str, Any]:
        if stages.name not in known:
            last = [name for name in stages.steps if name in request.fixturenames][-1]
            known[stages.name] = stages.climb(keeper, last, tmp_path)
        return known[stages.name]

    return climb


@pytest.fixture(autouse=True)
def _own_folders(request: pytest.FixtureRequest) -> None:
    """Tests with a database write their bytes to a folder of their own."""
    if request.node.get_closest_marker("django_db") is None and "db" not in request.fixturenames:
        return
    settings, tmp_path = request.getfixturevalue("settings"), request.getfixturevalue("tmp_path")
    settings.VAR_DIR = tmp_path
    settings.MATRIX_DIR = tmp_path / "matrix"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    uploads = {**settings.STORAGES["uploads"], "OPTIONS": {"location": settings.UPLOADS_DIR}}
    settings.STORAGES = {**settings.STORAGES, "default": uploads, "uploads": uploads}


@pytest.fixture(scope="session")
def houses(worker: str, sources: str) -> Iterator[HouseTemplate]:
    """The place of this process's houses; what a killed session left there is ended and removed."""
    folder = Path(os.environ.get("VAR_DIR", CHECKOUT / "var" / "test")) / "houses" / worker
    sweep(folder)
    yield HouseTemplate(folder, sources)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(houses: HouseTemplate) -> Iterator[House]:
    """A running stack of its own: PostgreSQL, Valkey, web, worker and beat, with short leases."""
    with houses.built() as built:
        built.open()
        yield built


def _is_in(item: pytest.Item, place: str) -> bool:
    return item.nodeid.startswith(place)


def _python_files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _as_owner(database: str) -> psycopg.Connection:
    known = project.DATABASES["owner"]
    return psycopg.connect(
        host=known["HOST"],
        port=known["PORT"] or None,
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=database,
        autocommit=True,
    )


def _move_into(name: str, template: str) -> str:
    """Point `default` and `owner` at a new clone of a template; returns the database that they leave."""
    home: str = project.DATABASES["owner"]["NAME"]
    with _as_owner(home) as owner:
        _ensure_template(owner, template)
        clone = sql.Identifier(name)
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(clone))
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(clone, sql.Identifier(template)))
        # Nothing here outlives the tests: no commit waits for the disk.
        owner.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(clone))
    _point_to(name)
    return home


def _move_back(home: str) -> None:
    """Point them back, and drop the clone."""
    clone = sql.Identifier(project.DATABASES["owner"]["NAME"])
    _point_to(home)
    with _as_owner(home) as owner:
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(clone))


def _ensure_template(owner: psycopg.Connection, name: str) -> None:
    owner.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    known = owner.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'").fetchall()
    if (name,) not in known:
        for (stale,) in known:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(stale)))
        new = sql.Identifier("making_template")
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(new))
        _point_to("making_template")
        call_command("migrate", database="owner", verbosity=0)
        _point_to(connections["owner"].settings_dict["NAME"])
        owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(new, sql.Identifier(name)))
    owner.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])


def _point_to(database: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = project.DATABASES[alias]["NAME"] = database
