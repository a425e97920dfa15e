"""Who asks, and what they may do. Every verb of every service starts here, whichever face calls it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

from django.db.models import QuerySet

from tournaments.models import Participant, Role, Round, Submission, Tournament, User
from tournaments.services.errors import Forbidden, Unknown

Known = TypeVar("Known")
READ, UPLOAD, STAKE, OPERATE, AUDIT = SCOPES = ("read", "upload", "stake", "operate", "audit")


@dataclass(frozen=True)
class Actor:
    """The one who asks: a user (None is a stranger) and the scopes that their way in carries.

    A browser session carries all scopes, an API key those it was made with. A scope allows nothing by
    itself: the role or the membership must be there too.
    """

    user: User | None
    scopes: frozenset[str] = frozenset(SCOPES)
    memo: dict[Any, Any] | None = field(default=None, compare=False, repr=False)
    """What was found of this actor's roles and participants; only where it lives for one reading request."""

    def remembering(self) -> "Actor":
        """Return the same actor, who asks the database once for each role and participant."""
        return replace(self, memo={})

    def recall(self, key: object, ask: Callable[[], Known]) -> Known:
        """Return what is known under a key, or ask."""
        if self.memo is None:
            return ask()
        if key not in self.memo:
            self.memo[key] = ask()
        found: Known = self.memo[key]
        return found

    def need_scope(self, scope: str) -> None:
        """Refuse with `scope_missing` unless the way in carries `scope`."""
        if self.user is None:
            raise Forbidden("login_needed", "Log in, or send an API key.")
        if scope not in self.scopes:
            raise Forbidden("scope_missing", f"This key lacks the scope '{scope}'.", scope=scope)

    def has_role(self, tournament: Tournament, *kinds: str) -> bool:
        """Say whether the user holds one of these roles here; a superuser is an operator everywhere."""
        if self.user is None:
            return False
        if self.user.is_superuser and Role.Kind.OPERATOR in kinds:
            return True
        held = Role.objects.filter(tournament=tournament, user=self.user).values_list("kind", flat=True)
        return not self.recall(("roles", tournament.pk), lambda: frozenset(held)).isdisjoint(kinds)

    def operates(self, tournament: Tournament) -> bool:
        """Say whether the actor may operate this tournament through this way in."""
        return OPERATE in self.scopes and self.has_role(tournament, Role.Kind.OPERATOR)

    def oversees(self, tournament: Tournament) -> bool:
        """Say whether the actor may read everything here: an operator or an auditor."""
        return self.operates(tournament) or (
            AUDIT in self.scopes and self.has_role(tournament, Role.Kind.AUDITOR)
        )


STRANGER = Actor(None)


def need_operator(actor: Actor, tournament: Tournament) -> User:
    """Return the operator, or refuse with `operator_only`."""
    actor.need_scope(OPERATE)
    if actor.user is None or not actor.has_role(tournament, Role.Kind.OPERATOR):
        raise Forbidden("operator_only", "Only operators of this tournament may do this.")
    return actor.user


def need_overseer(actor: Actor, tournament: Tournament) -> User:
    """Return the operator or auditor, or refuse with `login_needed` or `overseer_only`."""
    if actor.user is None:
        raise Forbidden("login_needed", "Log in, or send an API key.")
    if not actor.oversees(tournament):
        raise Forbidden("overseer_only", "Only operators and auditors of this tournament may see this.")
    return actor.user


def participant_of(actor: Actor, tournament: Tournament) -> Participant | None:
    """Return the participant that the actor plays for here, if any."""
    if actor.user is None:
        return None
    mine = Participant.objects.filter(tournament=tournament, members__user=actor.user)
    return actor.recall(("participant", tournament.pk), mine.first)


def reader_in(actor: Actor, tournament: Tournament) -> Participant | None:
    """Return the participant whose own numbers the actor may read here, if any."""
    return participant_of(actor, tournament) if READ in actor.scopes else None


def need_participant(actor: Actor, tournament: Tournament, scope: str = READ) -> Participant:
    """Return the participant the actor plays for, or refuse with `not_a_participant`."""
    actor.need_scope(scope)
    participant = participant_of(actor, tournament)
    if participant is None:
        raise Forbidden("not_a_participant", f"You do not take part in {tournament.name}.")
    return participant


def visible(actor: Actor, tournament: Tournament) -> bool:
    """Say whether the actor may see this tournament's rounds and boards."""
    if tournament.read_rules().board == "public" or actor.oversees(tournament):
        return True
    return reader_in(actor, tournament) is not None


def find_tournament(actor: Actor, slug: str) -> Tournament:
    """Return the tournament, or refuse with `not_found` as if it were not there."""
    found = Tournament.objects.filter(slug=slug).first()
    if found is None or not visible(actor, found):
        _not_found("tournament", slug)
    return found


def list_rounds(actor: Actor, tournament: Tournament) -> QuerySet[Round]:
    """Return a tournament's rounds, newest first; drafts are for those who oversee it."""
    rounds = Round.objects.filter(tournament=tournament).select_related("tournament").order_by("-number")
    return rounds if actor.oversees(tournament) else rounds.exclude(state=Round.State.DRAFT)


def find_round(actor: Actor, slug: str, number: str | int) -> Round:
    """Return the round by number, or the newest that has opened for `current`."""
    tournament = find_tournament(actor, slug)
    rounds = list_rounds(actor, tournament)
    if number == "current":
        found = rounds.exclude(state=Round.State.DRAFT).first() or rounds.first()
    else:
        found = rounds.filter(number=number).first() if str(number).isdecimal() else None
    if found is None:
        _not_found("round", f"{slug}/{number}")
    return found


def find_submission(actor: Actor, pk: int) -> Submission:
    """Return a submission of the actor's own participant, or any for those who oversee the tournament."""
    found = (
        Submission.objects.select_related("round__tournament", "participant", "forecaster", "upload")
        .filter(pk=pk)
        .first()
    )
    if found is None or not (_own(actor, found) or actor.oversees(found.round.tournament)):
        _not_found("submission", pk)
    return found


def _own(actor: Actor, submission: Submission) -> bool:
    return (
        READ in actor.scopes
        and actor.user is not None
        and submission.participant.members.filter(user=actor.user).exists()
    )


def _not_found(what: str, name: object) -> NoReturn:
    raise Unknown("not_found", f"There is no {what} {name}, or it is not yours to see.")
