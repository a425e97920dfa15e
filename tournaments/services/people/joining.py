"""Joining a tournament by oneself: closed, open to all, or by a code that the operators show."""

import re
import secrets

from django.db import IntegrityError, transaction

from tournaments.models import Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import UPLOAD, Actor, need_operator, participant_of, visible
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people import bans, players, signup

Joining = Tournament.Joining
# Nothing that can be taken for something else from the last row of a hall, and no vowels, so no words.
ALPHABET = "CDFGHJKMNPQRTVWX234679"
CODE_LENGTH = 8


def choose(actor: Actor, tournament: Tournament, how: str) -> Tournament:
    """Choose how one joins; the first time by code makes a code, which later stays; operators only."""
    by = need_operator(actor, tournament)
    if how not in Joining.values:
        raise Invalid("bad_joining", f"Joining is one of {', '.join(Joining.values)}.")
    with transaction.atomic():
        one = _lock(tournament)
        one.joining = how
        if how == Joining.CODE and not one.join_code:
            one.join_code = _new_code()
        one.save(update_fields=["joining", "join_code"])
        audit.record(by, "joining_changed", one, joining=how)
    return one


def renew_code(actor: Actor, tournament: Tournament) -> Tournament:
    """Make a new code; the old one leads nowhere from now on. Operators only."""
    by = need_operator(actor, tournament)
    with transaction.atomic():
        one = _lock(tournament)
        one.join_code = _new_code()
        one.save(update_fields=["join_code"])
        audit.record(by, "join_code_renewed", one)
    return one


def _lock(tournament: Tournament) -> Tournament:
    return Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not Tournament.objects.filter(join_code=code).exists():
            return code


def plain_code(text: str) -> str:
    """Return a code as it is kept, however it was typed.

    >>> plain_code(" cdfg-hjkm ")
    'CDFGHJKM'
    """
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def written_code(code: str) -> str:
    """Return a code as people read it.

    >>> written_code("CDFGHJKM")
    'CDFG-HJKM'
    """
    return f"{code[:4]}-{code[4:]}" if code else ""


def by_code(text: str) -> Tournament:
    """Return the tournament that takes this code, or refuse with `wrong_code`, whatever the reason."""
    code = plain_code(text)
    found = Tournament.objects.filter(joining=Joining.CODE, join_code=code).first() if code else None
    if found is None:
        raise Unknown(
            "wrong_code",
            "This code leads to no tournament. Check each character; it may also have been replaced.",
        )
    return found


def by_door(actor: Actor, slug: str) -> Tournament:
    """Return a tournament that is open to all, by its name in the address.

    Raises Unknown `not_found`, also for one that the actor may not see; Forbidden `code_needed`,
    `joining_closed`.
    """
    found = Tournament.objects.filter(slug=slug).first()
    if found is not None and found.joining == Joining.OPEN:
        return found
    if found is None or not visible(actor, found):
        raise Unknown("not_found", f"There is no tournament {slug}, or it is not yours to see.")
    if found.joining == Joining.CODE:
        raise Forbidden("code_needed", f"{found.name} is joined with a code from its operators.")
    raise Forbidden("joining_closed", f"{found.name} takes nobody in at the moment. Ask its operators.")


def may_join(actor: Actor, tournament: Tournament) -> bool:
    """Say whether a page should offer the actor to join: nobody who plays or oversees here."""
    if tournament.joining == Joining.CLOSED:
        return False
    return participant_of(actor, tournament) is None and not actor.oversees(tournament)


def refuse_players(actor: Actor, tournament: Tournament) -> None:
    """Refuse who plays here already: with `banned` or `plays_already`."""
    mine = participant_of(actor, tournament)
    if mine is not None:
        bans.refuse_banned(mine)
        raise Conflict("plays_already", f"You play here already, as {mine.alias}.")


def join(actor: Actor, tournament: Tournament, alias: str, code: str = "") -> Participant:
    """Let the actor play under an alias, where joining is open or with the right code.

    Raises Unknown `wrong_code`, Forbidden `joining_closed`, `banned`, Conflict `alias_taken`,
    `plays_already`, Invalid `bad_alias`.
    """
    actor.need_scope(UPLOAD)
    assert actor.user is not None, "A scope needs a user."
    with transaction.atomic():
        return _join(actor.user, tournament, alias, code)


def join_as_new(
    new: signup.NewUser, tournament: Tournament, alias: str, code: str = ""
) -> tuple[User, Participant]:
    """Make a user and let them play, both or neither. Refuses as `join` and `signup.make_user` do."""
    with transaction.atomic():
        user = signup.make_user(new)
        return user, _join(user, tournament, alias, code)


def _join(user: User, tournament: Tournament, alias: str, code: str) -> Participant:
    fresh = Tournament.objects.get(pk=tournament.pk)
    if fresh.joining == Joining.CODE:
        right = by_code(code)
        if right.pk != fresh.pk:
            raise Unknown("wrong_code", "This code leads to another tournament.")
    elif fresh.joining != Joining.OPEN:
        raise Forbidden("joining_closed", f"{fresh.name} takes nobody in at the moment. Ask its operators.")
    refuse_players(Actor(user), fresh)
    try:
        with transaction.atomic():
            made = players.make(Participant(tournament=fresh), user, alias)
    except IntegrityError as error:
        raise players.why_taken(error) from error
    audit.record(user, "participant_joined", fresh, alias=made.alias)
    return made


def joined(tournament: Tournament) -> int:
    """Count who plays here."""
    return Participant.objects.filter(tournament=tournament, kind=Participant.Kind.PLAYER).count()
