"""Who takes part in a tournament: the operators' list, letting someone in, one's own forecasters."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tournaments.models import Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import (
    READ,
    STAKE,
    UPLOAD,
    Actor,
    need_operator,
    need_overseer,
    need_participant,
)
from tournaments.services.errors import Unknown
from tournaments.services.people import keys, players, users

FIRST_KEY = "first key"


@dataclass(frozen=True)
class Enrolled:
    """Someone who was let in. `password` and `token` are shown once, and only for a user made here."""

    participant: Participant
    username: str
    password: str | None
    token: str | None


def enrol(
    actor: Actor,
    tournament: Tournament,
    username: str,
    alias: str,
    *,
    name: str = "",
    external_id: str = "",
    kind: str = Participant.Kind.PLAYER,
) -> Enrolled:
    """Let someone play under an alias, and make the user when there is none of that name; operators only.

    A user who is here already keeps their own password and keys: an operator of one tournament must not
    come to speak for them in another.
    """
    need_operator(actor, tournament)
    password = token = None
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user, password = users.create_user(username)
            _, token = keys.create_key(user, FIRST_KEY, [READ, UPLOAD, STAKE])
        participant = players.add_participant(
            actor, tournament, user, alias, name=name, external_id=external_id, kind=kind
        )
    return Enrolled(participant, user.username, password, token)


def participants(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return everyone who takes part, by alias, to overseers; names and external ids to operators only."""
    by = need_overseer(actor, tournament)
    operates = actor.operates(tournament)
    audit.record(by, "participants_listed", tournament)
    found = Participant.objects.filter(tournament=tournament).prefetch_related("forecasters", "members__user")
    return [_row(one, operates) for one in found.order_by("alias", "pk")]


def _row(participant: Participant, operates: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "alias": participant.alias,
        "kind": participant.kind,
        "forecasters": sorted(one.name for one in participant.forecasters.all()),
        "banned_at": participant.banned_at,
        "created_at": participant.created_at,
    }
    if operates:
        row["name"], row["external_id"] = participant.name, participant.external_id
        row["users"] = sorted(member.user.username for member in participant.members.all())
    return row


def find_participant(actor: Actor, tournament: Tournament, alias: str) -> Participant:
    """Return the participant of an alias, in any case of letters, to an operator who will act on them."""
    need_operator(actor, tournament)
    found = Participant.objects.filter(tournament=tournament, alias__iexact=alias).first()
    if found is None:
        raise Unknown("unknown_participant", f"Nobody takes part here as {alias}.")
    return found


def forecasters(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return the actor's own forecasters, the first created first, and which takes the paid place."""
    participant = need_participant(actor, tournament, READ)
    paid = players.paid_forecaster(participant)
    return [
        {"name": one.name, "paid_place": one == paid, "created_at": one.created_at}
        for one in participant.forecasters.order_by("pk")
    ]
