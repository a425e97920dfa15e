"""`python -m benchmarks.pages`, under the launcher with a stack: how fast each page is on a large database.

    python -m aggregator.embedded exec --stack --home var/pages -- python -m benchmarks.pages [WORD ...]

An empty database is filled by `seed_large` first. Every address of the web face is asked for by a stranger, a
participant and an operator from the real server; new pages are found in the address patterns, by themselves.
WORDs keep those whose name has one of them. Returns 1 when a page is slower or larger than it may be.
"""

import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django
import httpx
from rich.console import Console
from rich.table import Table

MEDIAN_MS, P95_MS, KILOBYTES = 100.0, 300.0, 150.0
WARM, TIMES = 3, 20
SLUG = "large"
OUTPUT = Path("var/pages.json")
WHO = {"stranger": "", "participant": f"{SLUG}-player", "operator": f"{SLUG}-operator"}
PAGE, GONE = 200, (301, 302, 403, 404, 405)


@dataclass(frozen=True)
class Address:
    """An address to ask for, and the name of its pattern."""

    name: str
    path: str


@dataclass(frozen=True)
class Measured:
    """How fast one reader got one page."""

    name: str
    path: str
    who: str
    status: int
    median_ms: float
    p95_ms: float
    kilobytes: float
    queries: int

    @property
    def fault(self) -> str:
        """Say what is too much, or ""."""
        limits = {"slow": self.median_ms > MEDIAN_MS, "slow at p95": self.p95_ms > P95_MS,
                  "large": self.kilobytes > KILOBYTES, "broken": self.status >= 500}  # fmt: skip
        return ", ".join(word for word, holds in limits.items() if holds)


def main() -> int:
    """Seed, measure, print, write; returns 1 when a page is too slow or too large."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")
    django.setup()
    logging.disable(logging.WARNING)
    console = Console(highlight=False)
    _seed()
    found, unknown = _addresses()
    wanted = [one for one in found if not sys.argv[1:] or any(word in one.name for word in sys.argv[1:])]
    measured = [one for who, user in WHO.items() for one in _measure(who, user, wanted)]
    measured.sort(key=lambda one: -one.median_ms)
    console.print(_table(measured))
    console.print(f"Not asked for, since their addresses need more than a sample: {', '.join(unknown)}")
    faults = [one for one in measured if one.fault]
    console.print(f"{len(measured)} pages, {len(faults)} beyond {MEDIAN_MS:.0f} ms, {P95_MS:.0f} ms at the "
                  f"95th percentile, or {KILOBYTES:.0f} kB.")  # fmt: skip
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")
    return 1 if faults else 0


def _seed() -> None:
    from django.core.management import call_command

    from tournaments.models import Tournament

    if not Tournament.objects.filter(slug=SLUG).exists():
        call_command("seed_large", yes=True, slug=SLUG)


def _samples() -> list[dict[str, str]]:
    """Return what stands for the parts of addresses: one set for each state that a round may be in."""
    from tournaments.models import Forecaster, Participant, Round, Submission, User

    user = User.objects.get(username=WHO["participant"])
    player = Participant.objects.get(tournament__slug=SLUG, members__user=user)
    mine = Submission.objects.filter(participant=player)
    sets = []
    for state in ("open", "closed", "resolved", "settled"):
        round_ = Round.objects.filter(tournament__slug=SLUG, state=state).latest("number")
        submission = mine.filter(round=round_).first() or mine.latest("pk")
        sets.append({
            "slug": SLUG, "number": str(round_.number), "alias": player.alias, "username": user.username,
            "s": str(submission.pk), "pairs": str(submission.pk), "people": str(player.pk),
            "f": str(Forecaster.objects.filter(participant=player).earliest("pk").pk),
        })  # fmt: skip
    return sets


def _addresses() -> tuple[list[Address], list[str]]:
    """Return every address that the samples fill, and the names of those that need something else."""
    from django.urls import get_resolver

    found: dict[Address, None] = {}
    unknown: dict[str, None] = {}
    samples = _samples()
    for name, route in _routes(get_resolver("tournaments.web.urls").url_patterns, ""):
        for sample in samples:
            path = _filled(route, sample)
            if path is None:
                unknown[name] = None
            else:
                found[Address(name, path)] = None
    return list(found), list(unknown)


def _routes(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _routes(one.url_patterns, route)
        else:
            yield one.name or route, route


def _filled(route: str, sample: dict[str, str]) -> str | None:
    """Return a route with its parts filled; the word before an id says of what it is."""
    parts: list[str] = []
    for part in route.split("/"):
        if part.startswith("<") and part.endswith(">"):
            name = part.strip("<>").rpartition(":")[2]
            value = sample.get(parts[-1] if name == "pk" and parts else name)
            if value is None:
                return None
            part = value
        if "<" in part or "(" in part:
            return None
        parts.append(part)
    return "/" + "/".join(parts)


def _measure(who: str, username: str, wanted: list[Address]) -> Iterator[Measured]:
    from django.conf import settings
    from django.test import Client

    from tournaments.models import User

    browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
    if username:
        browser.force_login(User.objects.get(username=username), settings.AUTHENTICATION_BACKENDS[0])
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    base = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    with httpx.Client(
        base_url=base, cookies=cookies, headers={"Accept-Encoding": "gzip"}, timeout=60
    ) as server:
        for address in wanted:
            first = server.get(address.path)
            html = first.headers.get("content-type", "").startswith("text/html")
            if first.status_code in GONE or (first.status_code == PAGE and not html):
                continue
            yield _timed(server, who, address, _queries(browser, address.path))


def _queries(browser: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        browser.get(path)
    return len(asked)


def _timed(server: httpx.Client, who: str, address: Address, queries: int) -> Measured:
    times: list[float] = []
    for i in range(WARM + TIMES):
        begun = time.perf_counter()
        with server.stream("GET", address.path) as response:
            size = sum(len(chunk) for chunk in response.iter_raw())
        if i >= WARM:
            times.append(1e3 * (time.perf_counter() - begun))
    return Measured(
        name=address.name,
        path=address.path,
        who=who,
        status=response.status_code,
        median_ms=round(statistics.median(times), 1),
        p95_ms=round(statistics.quantiles(times, n=20)[-1], 1),
        kilobytes=round(size / 1e3, 1),
        queries=queries,
    )


def _table(measured: list[Measured]) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("page", "address", "who", "beyond"):
        table.add_column(name, overflow="fold")
    for name in ("median, ms", "p95, ms", "kB", "queries"):
        table.add_column(name, justify="right")
    for one in measured:
        figures = (f"{one.median_ms:.0f}", f"{one.p95_ms:.0f}", f"{one.kilobytes:.0f}", f"{one.queries}")
        table.add_row(one.name, one.path, one.who, one.fault, *figures)
    return table


if __name__ == "__main__":
    sys.exit(main())
