"""One participant as operators see it: members, login links, forecasters, and what was sent."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from tournaments.models import Forecaster, OneTimeLink, Participant, Round, Tournament, User
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.people import bans, logins, members, players, roster

LAST_ROUNDS = 10


@dataclass(frozen=True)
class Member:
    """A user who plays for the participant, and their way in."""

    user: User
    seen: datetime | None
    link_until: datetime | None
    """Until when a login link waits for its use."""
    issuable: bool


@dataclass(frozen=True)
class Portrait:
    """A participant with what stands around it."""

    participant: Participant
    banned: bool
    members: list[Member]
    invitations: int
    forecasters: list[Forecaster]
    paid: Forecaster
    rounds: list[tuple[Round, int]]
    """The last rounds, each with how many files this participant has sent."""


def portrait(actor: Actor, tournament: Tournament, pk: int) -> Portrait:
    """Return a participant's page; operators only, and audited, since it has the name."""
    by = need_operator(actor, tournament)
    one = roster.find_by_pk(actor, tournament, pk)
    audit.record(by, "participants_listed", tournament, alias=one.alias)
    return Portrait(
        one,
        bans.is_banned(one, db_now()),
        _members(tournament, one),
        members.open_invitations(one).count(),
        list(one.forecasters.order_by("pk")),
        players.paid_forecaster(one),
        _rounds(one),
    )


def _members(tournament: Tournament, one: Participant) -> list[Member]:
    users = list(
        User.objects.filter(memberships__participant=one)
        .annotate(key_used=Max("api_keys__last_used_at"))
        .order_by("username")
    )
    waiting = OneTimeLink.objects.filter(
        kind=OneTimeLink.Kind.LOGIN, user__in=users, used_at__isnull=True, revoked_at__isnull=True
    )
    until = dict(waiting.filter(expires_at__gt=db_now()).order_by("pk").values_list("user", "expires_at"))
    may = set(logins.issuable(tournament, users).values_list("pk", flat=True))
    return [Member(user, _seen(user), until.get(user.pk), user.pk in may) for user in users]


def _seen(user: User) -> datetime | None:
    moments = [at for at in (user.last_login, user.key_used) if at]  # type: ignore[attr-defined]
    return max(moments, default=None)


def _rounds(one: Participant) -> list[tuple[Round, int]]:
    begun = Round.objects.filter(tournament=one.tournament_id).exclude(state=Round.State.DRAFT)
    found = list(begun.select_related("tournament").order_by("-number")[:LAST_ROUNDS])
    sent = one.uploads.filter(round__in=found).order_by().values("round").annotate(files=Count("pk"))
    files = dict(sent.values_list("round", "files"))
    return [(round_, files.get(round_.pk, 0)) for round_ in found]
