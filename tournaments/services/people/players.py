"""Participants and their forecasters: who plays, and by which names."""

import re

from django.db import IntegrityError, transaction

from tournaments.models import Forecaster, Member, Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import UPLOAD, Actor, need_operator, need_participant
from tournaments.services.errors import Conflict, Invalid, Unknown

FIRST_FORECASTER = "main"
RESERVED_NAMES = frozenset({"id", "t_id", "era", "split", "probability", "prediction", "target"})


def add_participant(
    actor: Actor,
    tournament: Tournament,
    user: User,
    alias: str,
    *,
    name: str = "",
    external_id: str = "",
    kind: str = Participant.Kind.PLAYER,
) -> Participant:
    """Let a user play under an alias, with a first forecaster; operators only."""
    by = need_operator(actor, tournament)
    alias = " ".join(alias.split())
    if not re.fullmatch(r"[\w][\w .&'-]{0,39}", alias):
        raise Invalid("bad_alias", "An alias has 1 to 40 letters, digits, spaces and . & ' - _ only.")
    if kind not in Participant.Kind.values:
        raise Invalid("bad_kind", f"A participant is one of {', '.join(Participant.Kind.values)}.")
    try:
        with transaction.atomic():
            participant = Participant.objects.create(
                tournament=tournament, kind=kind, alias=alias, name=name, external_id=external_id
            )
            Member.objects.create(participant=participant, tournament=tournament, user=user)
            Forecaster.objects.create(participant=participant, name=FIRST_FORECASTER)
            audit.record(by, "participant_added", tournament, alias=alias, kind=kind)
    except IntegrityError as error:
        raise Conflict(
            "participant_exists", "The alias or external id is taken, or this user plays here already."
        ) from error
    return participant


def add_forecaster(actor: Actor, tournament: Tournament, name: str) -> Forecaster:
    """Add a named source of predictions to the actor's own participant."""
    participant = need_participant(actor, tournament, UPLOAD)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", name) or name.lower() in RESERVED_NAMES:
        raise Invalid(
            "bad_forecaster_name",
            "A forecaster's name has 1 to 40 letters, digits and _ . - and is not a column's name.",
        )
    try:
        with transaction.atomic():
            return Forecaster.objects.create(participant=participant, name=name)
    except IntegrityError as error:
        raise Conflict("forecaster_exists", f"You have a forecaster {name} already.") from error


def find_forecaster(participant: Participant, name: str) -> Forecaster:
    """Return a participant's forecaster by name, or refuse with `unknown_forecaster`."""
    found = participant.forecasters.filter(name=name).first()
    if found is None:
        raise Unknown("unknown_forecaster", f"You have no forecaster {name}. Create it first.")
    return found


def paid_forecaster(participant: Participant) -> Forecaster:
    """Return the forecaster with the participant's one paid place: nominated, else the first created."""
    first = participant.nominated or participant.forecasters.order_by("pk").first()
    if first is None:
        raise Unknown("unknown_forecaster", "This participant has no forecaster.")
    return first


def nominate(actor: Actor, tournament: Tournament, name: str) -> Forecaster:
    """Choose which forecaster takes the paid place in rounds that close from now on."""
    participant = need_participant(actor, tournament, UPLOAD)
    forecaster = find_forecaster(participant, name)
    with transaction.atomic():
        Participant.objects.filter(pk=participant.pk).update(nominated=forecaster)
        audit.record(actor.user, "nominated", tournament, forecaster=name)
    return forecaster
