"""How the server is: its database, broker, workers, queue, storage and mail, and what to do where one is ill.

Each part is asked with little patience, so that the page answers also while a part is away. No address and no
password is shown.
"""

import platform
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.models import Count, Min, Q, Sum

from tournaments.models import AuditEvent, DatasetFile, Delivery, Role, Upload, Work
from tournaments.services import queues
from tournaments.services.access import OPERATE, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden
from tournaments.services.reading.workload import STUCK_AFTER
from tournaments.services.telling import mail
from tournaments.services.upkeep import pulse

OK, WARN, BAD = "ok", "warn", "bad"
SILENT_AFTER = timedelta(seconds=60)
LITTLE_SPACE = 0.1
OLD_BACKUP = timedelta(days=7)
CLIENTS = {"redis": "Client of Valkey", "psycopg": "Client of PostgreSQL"}
PACKAGES = ("django", "celery", "psycopg", "numpy", "redis")


@dataclass(frozen=True)
class Fact:
    """One thing that was found: a number, a time, a text."""

    name: str
    value: Any
    kind: str = "text"
    """How it is written: text, count, size or moment."""


@dataclass(frozen=True)
class Part:
    """One part of the server: `ok`, `warn` or `bad`, one sentence that says what to do, and facts."""

    name: str
    state: str
    says: str
    facts: list[Fact] = field(default_factory=list)


def need_caretaker(actor: Actor) -> None:
    """Refuse with `operator_only` unless the actor operates any tournament or is a superuser."""
    actor.need_scope(OPERATE)
    user = actor.user
    if user is None or not (user.is_superuser or user.roles.filter(kind=Role.Kind.OPERATOR).exists()):
        raise Forbidden("operator_only", "Only operators may see how the server is.")


def of_server(actor: Actor) -> list[Part]:
    """Return all parts of the server; operators of any tournament and superusers."""
    need_caretaker(actor)
    now = db_now()
    signs, broker = _broker()
    return [
        _database(),
        broker,
        _workers(signs, now),
        _queue(now),
        _storage(),
        _backup(now),
        _mail(now),
        _versions(),
    ]


def _database() -> Part:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),"
            " current_setting('max_connections')::int"
        )
        release, size, used, most = cursor.fetchone()
    took = (time.perf_counter() - began) * 1e3
    crowded = used > 0.8 * most
    says = (
        "Most connections are in use; raise max_connections or run fewer processes."
        if crowded
        else "Answers."
    )
    facts = [
        Fact("PostgreSQL", release),
        Fact("Answered in", f"{took:.0f} ms"),
        Fact("Size", size, "size"),
        Fact("Connections", f"{used} of {most}"),
    ]
    return Part("Database", WARN if crowded else OK, says, facts)


def _broker() -> tuple[dict[str, datetime] | None, Part]:
    """Return the signs of life that Valkey keeps, None while it is away, and how Valkey itself is."""
    away = "Work waits in the database and goes on when the broker is back. Start Valkey or Redis."
    if not settings.REDIS_URL:
        return None, Part("Broker", BAD, "No broker is set up: set REDIS_URL.")
    try:
        began = time.perf_counter()
        client = pulse.client(settings.REDIS_URL)
        told: dict[str, Any] = client.info()
        took = (time.perf_counter() - began) * 1e3
        signs, messages = pulse.read(), pulse.waiting()
    except redis.RedisError:
        return None, Part("Broker", BAD, f"Does not answer. {away}")
    name = "Valkey" if told.get("server_name") == "valkey" else "Redis"
    facts = [
        Fact(name, told.get("valkey_version") or told.get("redis_version")),
        Fact("Answered in", f"{took:.0f} ms"),
        Fact("Memory", told.get("used_memory"), "size"),
        *(Fact(f"Waiting in {name}", count, "count") for name, count in messages.items()),
    ]
    return signs, Part("Broker", OK, "Answers.", facts)


def _workers(signs: dict[str, datetime] | None, now: datetime) -> Part:
    if signs is None:
        return Part("Workers", BAD, "Not known while the broker is away; without it they cannot be rung.")
    sweep = signs.get(pulse.SWEEP)
    fresh = {name for name, at in signs.items() if name != pulse.SWEEP and now - at < SILENT_AFTER}
    deaf = [name for name in queues.NAMES if pulse.heard(name) not in fresh]
    alive = sorted(name for name in fresh if not name.startswith(pulse.HEARD))
    facts = [
        Fact("Workers alive", ", ".join(alive) or "none"),
        Fact("Queues without a worker", ", ".join(deaf) or "none"),
        Fact("Last sweep", sweep, "moment" if sweep else "text"),
    ]
    late = sweep is None or now - sweep > max(SILENT_AFTER, 4 * timedelta(seconds=settings.SWEEP_SECONDS))
    if not alive:
        return Part("Workers", BAD, "No worker was heard of for a minute. Start one: no work is done.", facts)
    if deaf:
        says = f"No worker listens to {' and '.join(deaf)}. Start one that does: its work waits."
        return Part("Workers", BAD, says, facts)
    if late:
        says = "Workers run, and no sweep came: start beat. Deadlines and retries wait for it."
        return Part("Workers", BAD, says, facts)
    return Part("Workers", OK, "Workers run, and beat sends its sweeps.", facts)


def _queue(now: datetime) -> Part:
    due = Q(state=Work.State.DUE, due_at__lte=now)
    found = Work.objects.aggregate(
        due=Count("pk", filter=due),
        running=Count("pk", filter=Q(state=Work.State.RUNNING, lease_until__gte=now)),
        lost=Count("pk", filter=Q(state=Work.State.RUNNING, lease_until__lt=now)),
        failed=Count("pk", filter=Q(state=Work.State.FAILED)),
        oldest=Min("due_at", filter=due),
    )
    oldest = found["oldest"]
    facts = [
        Fact("Due now", found["due"], "count"),
        Fact("Running under a lease", found["running"], "count"),
        Fact("Lease ran out", found["lost"], "count"),
        Fact("Failed", found["failed"], "count"),
        Fact("Oldest due", oldest or "none", "moment" if oldest else "text"),
    ]
    if oldest is not None and now - oldest > STUCK_AFTER:
        return Part("Queue", BAD, "Work has waited for minutes. Start a worker, or more of them.", facts)
    if found["failed"]:
        return Part(
            "Queue", WARN, "Work has failed; the monitor of its round has the error and a retry.", facts
        )
    return Part("Queue", OK, "Work is taken as it comes.", facts)


def _storage() -> Part:
    files = Upload.objects.aggregate(files=Count("sha256", distinct=True), bytes=Sum("size"))
    data = DatasetFile.objects.aggregate(files=Count("sha256", distinct=True), bytes=Sum("size"))
    facts = [
        Fact("Uploads", files["files"], "count"),
        Fact("Received", files["bytes"] or 0, "size"),
        Fact("Data files", data["files"], "count"),
        Fact("Data", data["bytes"] or 0, "size"),
    ]
    store = storages["uploads"]
    if not isinstance(store, FileSystemStorage):
        return Part("Storage", OK, "Files lie in a bucket.", facts)
    try:
        disk = shutil.disk_usage(store.location)
    except FileNotFoundError:
        return Part("Storage", OK, "The folder is made with the first file.", facts)
    facts.append(Fact("Free", disk.free, "size"))
    facts.append(Fact("Free share", f"{disk.free / disk.total:.0%}"))
    if disk.free < LITTLE_SPACE * disk.total:
        return Part("Storage", WARN, "Less than a tenth of the disk is free. Make room soon.", facts)
    return Part("Storage", OK, "Files lie in a folder with room left.", facts)


def _backup(now: datetime) -> Part:
    last = AuditEvent.objects.filter(action="backup_made").order_by("-pk").first()
    if last is None:
        return Part("Backup", WARN, "No backup was made with manage.py backup.")
    facts = [Fact("Last", last.at, "moment"), Fact("Size", last.details.get("bytes", 0), "size")]
    if now - last.at > OLD_BACKUP:
        return Part("Backup", WARN, "The last backup is more than a week old. Make one.", facts)
    return Part("Backup", OK, "The last backup is recent. Keep a copy elsewhere.", facts)


def _mail(now: datetime) -> Part:
    found = Delivery.objects.aggregate(
        due=Count("pk", filter=Q(state=Delivery.State.DUE, due_at__lte=now)),
        sent=Count("pk", filter=Q(state=Delivery.State.SENT, sent_at__gte=now - timedelta(days=1))),
        failed=Count("pk", filter=Q(state=Delivery.State.FAILED)),
        oldest=Min("due_at", filter=Q(state=Delivery.State.DUE, due_at__lte=now)),
    )
    facts = [
        Fact("Waiting", found["due"], "count"),
        Fact("Sent within a day", found["sent"], "count"),
        Fact("Failed", found["failed"], "count"),
        Fact("Oldest waiting", found["oldest"] or "none", "moment" if found["oldest"] else "text"),
    ]
    if not mail.configured():
        says = "Mail is not set up: nobody is told by email. Webhooks work without it."
        return Part("Notices", WARN, says, facts)
    if found["failed"]:
        return Part("Notices", WARN, "Some notices did not reach their address.", facts)
    return Part("Notices", OK, "Mail is set up.", facts)


def _versions() -> Part:
    facts = [Fact("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            facts.append(Fact(CLIENTS.get(name, name.capitalize()), version(name)))
        except PackageNotFoundError:
            facts.append(Fact(name.capitalize(), "unknown"))
    return Part("Versions", OK, "What this process runs.", facts)
