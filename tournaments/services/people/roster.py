"""Who takes part in a tournament: the operators' list, letting someone in, one's own forecasters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

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
from tournaments.services.clock import db_now
from tournaments.services.errors import Unknown
from tournaments.services.people import bans, keys, players, users

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
    group: str = "",
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
            actor, tournament, user, alias, name=name, external_id=external_id, group=group, kind=kind
        )
    return Enrolled(participant, user.username, password, token)


def participants(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return everyone who takes part, by alias, to overseers; names and external ids to operators only."""
    by = need_overseer(actor, tournament)
    operates = actor.operates(tournament)
    audit.record(by, "participants_listed", tournament)
    now = db_now()
    found = Participant.objects.filter(tournament=tournament).prefetch_related("forecasters", "members__user")
    return [_row(one, operates, now) for one in found.order_by("alias", "pk")]


def _row(participant: Participant, operates: bool, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "alias": participant.alias,
        "kind": participant.kind,
        "forecasters": sorted(one.name for one in participant.forecasters.all()),
        "banned_at": participant.banned_at if bans.is_banned(participant, now) else None,
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


def find_by_pk(actor: Actor, tournament: Tournament, pk: int) -> Participant:
    """Return a participant of this tournament to an operator who will act on them."""
    need_operator(actor, tournament)
    found = Participant.objects.select_related("tournament").filter(tournament=tournament, pk=pk).first()
    if found is None:
        raise Unknown("unknown_participant", "Nobody takes part here under this number.")
    return found


def edit(
    actor: Actor, participant: Participant, *, alias: str, name: str, external_id: str, group: str
) -> Participant:
    """Change what a participant is called; operators only.

    Raises Invalid `bad_alias`, Conflict `alias_taken`, `external_id_taken`.
    """
    by = need_operator(actor, participant.tournament)
    after = {"name": name, "external_id": external_id, "group": group, "alias": players.good_alias(alias)}
    try:
        with transaction.atomic():
            one = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
            before = one.alias
            changed = [key for key, value in after.items() if getattr(one, key) != value]
            for key in changed:
                setattr(one, key, after[key])
            one.save(update_fields=changed)
            if changed:
                # Without the names: the log is read by auditors too.
                audit.record(
                    by, "participant_edited", one.tournament, alias=one.alias, before=before, changed=changed
                )
    except IntegrityError as error:
        raise players.why_taken(error) from error
    return one


def forecasters(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return the actor's own forecasters, the first created first, and which takes the paid place."""
    participant = need_participant(actor, tournament, READ)
    paid = players.paid_forecaster(participant)
    return [
        {"name": one.name, "paid_place": one == paid, "created_at": one.created_at}
        for one in participant.forecasters.order_by("pk")
    ]
