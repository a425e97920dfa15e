"""Participants and their forecasters: who plays, and by which names."""

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from tournaments.models import Forecaster, Member, Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import UPLOAD, Actor, need_operator, need_participant
from tournaments.services.errors import Conflict, Invalid, Unknown

FIRST_FORECASTER = "main"
ALIAS = re.compile(r"\w[\w .&'-]{0,39}")
TAKEN = {
    "alias_once_per_tournament": ("alias_taken", "Somebody plays under this alias. Choose another."),
    "external_id_once_per_tournament": ("external_id_taken", "Another participant has this external id."),
    "one_participant_per_user": ("plays_already", "This user plays in this tournament already."),
}
RESERVED_NAMES = frozenset({"id", "t_id", "era", "split", "probability", "prediction", "target"})


def add_participant(
    actor: Actor,
    tournament: Tournament,
    user: User,
    alias: str,
    *,
    name: str = "",
    external_id: str = "",
    group: str = "",
    kind: str = Participant.Kind.PLAYER,
) -> Participant:
    """Let a user play under an alias, with a first forecaster; operators only."""
    by = need_operator(actor, tournament)
    if kind not in Participant.Kind.values:
        raise Invalid("bad_kind", f"A participant is one of {', '.join(Participant.Kind.values)}.")
    made = Participant(tournament=tournament, kind=kind, name=name, external_id=external_id, group=group)
    try:
        with transaction.atomic():
            participant = make(made, user, alias)
            audit.record(by, "participant_added", tournament, alias=participant.alias, kind=kind)
    except IntegrityError as error:
        raise Conflict(
            "participant_exists", "The alias or external id is taken, or this user plays here already."
        ) from error
    return participant


def make(participant: Participant, user: User, alias: str) -> Participant:
    """Save a participant with its alias, first member and first forecaster, in the caller's transaction.

    Raises Invalid `bad_alias`; an IntegrityError, which `why_taken` explains, where something is taken.
    """
    participant.alias = good_alias(alias)
    participant.save(force_insert=True)
    Member.objects.create(participant=participant, tournament=participant.tournament, user=user)
    Forecaster.objects.create(participant=participant, name=FIRST_FORECASTER)
    return participant


def good_alias(alias: str) -> str:
    """Return an alias without idle spaces, or refuse with `bad_alias`."""
    alias = " ".join(alias.split())
    if not ALIAS.fullmatch(alias):
        raise Invalid("bad_alias", "An alias has 1 to 40 letters, digits, spaces and . & ' - _ only.")
    return alias


def why_taken(error: IntegrityError) -> Conflict:
    """Return which of a participant's names is taken, as the database's constraint says."""
    diag = getattr(error.__cause__, "diag", None)
    code, message = TAKEN.get(
        getattr(diag, "constraint_name", "") or "",
        ("participant_exists", "The alias or external id is taken, or this user plays here already."),
    )
    return Conflict(code, message)


def of_users(tournament: Tournament, found: Iterable[User]) -> list[tuple[Participant, User]]:
    """Return whom these users play for here, by alias."""
    mine = Member.objects.filter(tournament=tournament, user__in=list(found))
    pairs = mine.select_related("participant", "user").order_by("participant__alias", "user__username")
    return [(member.participant, member.user) for member in pairs]


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
