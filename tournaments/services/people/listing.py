"""The table of participants: found, filtered and sorted by the database, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Greatest, Lower

from tournaments.models import Member, Participant, Round, Submission, Tournament
from tournaments.services import audit
from tournaments.services.access import Actor, need_overseer
from tournaments.services.clock import db_now
from tournaments.services.people import bans

SORTS: dict[str, Any] = {
    "alias": Lower("alias"),
    "name": Lower("name"),
    "external_id": F("external_id"),
    "group": Lower("group"),
    "seen": F("seen"),
    "in": F("is_in"),
    "joined": F("created_at"),
}
PRIVATE = frozenset({"name", "external_id", "group"})
ONLY = ("missing", "in", "never", "banned")
State = Round.State


@dataclass(frozen=True)
class Wanted:
    """What of the table is asked for."""

    q: str = ""
    group: str = ""
    only: str = ""
    sort: str = "alias"
    down: bool = False
    start: int = 0
    size: int | None = None
    """How many rows; None for all, as a file has them."""


@dataclass(frozen=True)
class Person:
    """One participant in the table. What is for operators only is empty for others."""

    pk: int
    alias: str
    kind: str
    forecasters: int
    seen: datetime | None
    state: str
    """In the current round: in, missing, or "" where there is none or nothing is expected."""
    banned: bool
    banned_until: datetime | None
    joined: datetime
    name: str = ""
    external_id: str = ""
    group: str = ""
    users: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Listing:
    """The table, and what stands around it."""

    people: list[Person]
    start: int
    shown: int
    total: int
    groups: list[str]
    round: Round | None
    operates: bool


def list_people(actor: Actor, tournament: Tournament, wanted: Wanted) -> Listing:
    """Return participants to overseers; names, external ids, groups and users to operators only. Audited."""
    by = need_overseer(actor, tournament)
    operates = actor.operates(tournament)
    now, round_ = db_now(), current_round(tournament)
    audit.record(by, "participants_listed", tournament, **_asked(wanted))
    everyone = Participant.objects.filter(tournament=tournament)
    found = _matching(_annotated(everyone, round_), wanted, operates, now)
    shown = found.count()
    start, stop = _slice(wanted, shown)
    rows = _ordered(found, wanted, operates)[start:stop]
    return Listing(
        [
            _person(one, round_, now, operates)
            for one in rows.prefetch_related("forecasters", "members__user")
        ],
        start,
        shown,
        everyone.count(),
        _groups(everyone) if operates else [],
        round_,
        operates,
    )


def _slice(wanted: Wanted, shown: int) -> tuple[int, int | None]:
    """Return where the wanted rows begin and end; behind the last page lies the last page."""
    if wanted.size is None:
        return 0, None
    last = max(0, shown - 1) // wanted.size * wanted.size
    start = min(wanted.start, last)
    return start, start + wanted.size


def _asked(wanted: Wanted) -> dict[str, Any]:
    # Auditors read the log too, and what was searched for may be a name.
    return {"searched": bool(wanted.q or wanted.group), "only": wanted.only, "all": wanted.size is None}


def current_round(tournament: Tournament) -> Round | None:
    """Return the newest open round, else the newest that has closed."""
    rounds = Round.objects.filter(tournament=tournament).order_by("-number")
    past = rounds.exclude(state__in=[State.DRAFT, State.CANCELLED])
    return rounds.filter(state=State.OPEN).first() or past.first()


def _annotated(people: QuerySet[Participant], round_: Round | None) -> QuerySet[Participant]:
    """Add `seen` and `is_in`, both found once for all rows instead of row by row."""
    sent = Submission.objects.filter(round=round_).values("participant")
    user = "members__user"
    return people.annotate(
        seen=Greatest(Max(f"{user}__last_login"), Max(f"{user}__api_keys__last_used_at")),
        is_in=Case(When(pk__in=sent, then=True), default=False),
    )


def _matching(
    people: QuerySet[Participant], wanted: Wanted, operates: bool, now: datetime
) -> QuerySet[Participant]:
    if wanted.q:
        hit = Q(alias__icontains=wanted.q)
        if operates:
            hit |= Q(name__icontains=wanted.q) | Q(external_id__icontains=wanted.q)
            user = Member.objects.filter(participant=OuterRef("pk"), user__username__icontains=wanted.q)
            hit |= Q(Exists(user))
        people = people.filter(hit)
    if wanted.group and operates:
        people = people.filter(group=wanted.group)
    player = Q(kind=Participant.Kind.PLAYER)
    only = {
        "missing": player & Q(is_in=False) & bans.free(now),
        "in": Q(is_in=True),
        "never": player & Q(seen__isnull=True),
        "banned": bans.in_force(now),
    }
    return people.filter(only[wanted.only]) if wanted.only in only else people


def _ordered(people: QuerySet[Participant], wanted: Wanted, operates: bool) -> QuerySet[Participant]:
    # The order of names would tell an auditor about names.
    sort = wanted.sort if wanted.sort in SORTS and (operates or wanted.sort not in PRIVATE) else "alias"
    key = SORTS[sort]
    order = key.desc(nulls_last=True) if wanted.down else key.asc(nulls_last=True)
    return people.order_by(order, Lower("alias"), "pk")


def _groups(people: QuerySet[Participant]) -> list[str]:
    return list(people.exclude(group="").order_by("group").values_list("group", flat=True).distinct())


def _person(one: Participant, round_: Round | None, now: datetime, operates: bool) -> Person:
    banned, player = bans.is_banned(one, now), one.kind == Participant.Kind.PLAYER
    state = "in" if one.is_in else "missing" if player and not banned else ""  # type: ignore[attr-defined]
    public = {
        "pk": one.pk,
        "alias": one.alias,
        "kind": one.kind,
        "forecasters": len(one.forecasters.all()),
        "seen": one.seen,  # type: ignore[attr-defined]
        "state": state if round_ else "",
        "banned": banned,
        "banned_until": one.banned_until if banned else None,
        "joined": one.created_at,
    }
    if not operates:
        return Person(**public)
    users = sorted(member.user.username for member in one.members.all())
    return Person(**public, name=one.name, external_id=one.external_id, group=one.group, users=users)
