"""A roster becomes participants: first what would happen, then all of it in one transaction, or nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tournaments.models import Forecaster, Member, Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, FileRefused, Invalid
from tournaments.services.people import logins, names, players
from tournaments.services.people.roster_file import Entry, Fault, faults_of, repeated

KEPT = ("name", "external_id", "group")


@dataclass(frozen=True)
class Planned:
    """What would become of one entry: a new participant, or what changes of the one who is here."""

    entry: Entry
    participant: Participant | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """(column, before, after), for those who are here."""

    @property
    def state(self) -> str:
        """Return new, changed or same."""
        if self.participant is None:
            return "new"
        return "changed" if self.changes else "same"


@dataclass(frozen=True)
class Plan:
    """What a roster would do."""

    rows: list[Planned]
    faults: list[Fault]

    def of(self, state: str) -> list[Planned]:
        """Return the rows in one state."""
        return [row for row in self.rows if row.state == state]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows are new, changed, same."""
        return {state: len(self.of(state)) for state in ("new", "changed", "same")}


@dataclass(frozen=True)
class Welcome:
    """Someone who was added, and the token of their login link, which is shown once."""

    participant: Participant
    user: User
    token: str


@dataclass(frozen=True)
class Enrolled:
    """What a roster did."""

    new: list[Welcome]
    changed: int
    same: int


def plan(actor: Actor, tournament: Tournament, entries: Iterable[Entry]) -> Plan:
    """Say what a roster would do, and what is wrong with it; operators only."""
    need_operator(actor, tournament)
    entries = list(entries)
    here = _Here(tournament)
    rows, faults = [], repeated(entries)
    for entry in entries:
        found, fault = here.find(entry)
        faults += [*faults_of(entry), *([fault] if fault else [])]
        rows.append(Planned(entry, found, _changes(entry, found)))
    wrong = {fault.line for fault in faults}
    sound = [row for row in rows if row.entry.line not in wrong]
    return Plan(sound, sorted(faults, key=lambda fault: fault.line))


def _changes(entry: Entry, found: Participant | None) -> list[tuple[str, str, str]]:
    """Return what an entry changes; what it leaves empty stays, and so does the alias."""
    if found is None:
        return []
    pairs = [(column, getattr(found, column), getattr(entry, column)) for column in KEPT]
    return [(column, before, after) for column, before, after in pairs if after and after != before]


class _Here:
    """Those who take part already, found by external id, else by alias, else by name alone."""

    def __init__(self, tournament: Tournament) -> None:
        self.ids: dict[str, Participant] = {}
        self.aliases: dict[str, Participant] = {}
        self.names: dict[str, list[Participant]] = defaultdict(list)
        self.claimed: dict[int, int] = {}
        for one in Participant.objects.filter(tournament=tournament):
            self.ids[one.external_id] = one
            self.aliases[one.alias.casefold()] = one
            self.names[one.name.casefold()].append(one)

    def find(self, entry: Entry) -> tuple[Participant | None, Fault | None]:
        """Return who an entry is, if they are here, or why that cannot be told."""
        found, fault = self._match(entry)
        if found is None or fault is not None:
            return None, fault
        first = self.claimed.setdefault(found.pk, entry.line)
        if first != entry.line:
            message = f"This is {found.alias}, whom line {first} means already."
            return None, Fault(entry.line, "same_person_twice", message)
        return found, None

    def _match(self, entry: Entry) -> tuple[Participant | None, Fault | None]:
        if entry.external_id and entry.external_id in self.ids:
            return self.ids[entry.external_id], None
        if entry.alias:
            found = self.aliases.get(entry.alias.casefold())
            if found is not None and entry.external_id and found.external_id:
                message = f"The alias {entry.alias} belongs to another participant here. Choose another."
                return None, Fault(entry.line, "alias_taken", message)
            return found, None
        named = self.names.get(entry.name.casefold(), []) if entry.only_named else []
        if len(named) > 1:
            message = f"{len(named)} participants here are called {entry.name}. Give the external id."
            return None, Fault(entry.line, "name_unclear", message)
        return (named[0] if named else None), None


def commit(
    actor: Actor, tournament: Tournament, entries: Iterable[Entry], hours: int = logins.HOURS
) -> Enrolled:
    """Do what `plan` says, in one transaction; what is here unchanged stays as it is.

    Raises FileRefused with every fault, Conflict `people_changed`. Operators only.
    """
    by = need_operator(actor, tournament)
    entries = list(entries)
    try:
        with transaction.atomic():
            # Two rosters at once: the second waits here, and then finds everyone of the first.
            Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)
            planned = plan(actor, tournament, entries)
            if planned.faults:
                raise FileRefused([fault.as_dict() for fault in planned.faults])
            _change(planned.of("changed"))
            new = _add(actor, tournament, [row.entry for row in planned.of("new")], hours)
            changed = planned.counts["changed"]
            if new or changed:
                audit.record(by, "roster_taken", tournament, new=len(new), changed=changed)
    except IntegrityError as error:
        raise Conflict(
            "people_changed", "Somebody joined meanwhile under one of these names. Look at the preview again."
        ) from error
    return Enrolled(new, changed, planned.counts["same"])


def add_one(actor: Actor, tournament: Tournament, entry: Entry) -> Welcome:
    """Add one participant with a new account; who is here already is refused. Operators only.

    Raises Invalid with what is wrong, Conflict `participant_exists`, `people_changed`.
    """
    for fault in plan(actor, tournament, [entry]).faults:
        raise Invalid(fault.code, fault.message)
    with transaction.atomic():
        done = commit(actor, tournament, [entry])
        if not done.new:
            raise Conflict("participant_exists", "This participant is here already.")
    return done.new[0]


def _change(rows: list[Planned]) -> None:
    changed = []
    for row in rows:
        assert row.participant is not None, "Who is new has no changes."
        for column, _, after in row.changes:
            setattr(row.participant, column, after)
        changed.append(row.participant)
    Participant.objects.bulk_update(changed, KEPT)


def _add(actor: Actor, tournament: Tournament, entries: list[Entry], hours: int) -> list[Welcome]:
    aliases = _aliases(tournament, entries)
    people = [
        Participant(tournament=tournament, alias=alias, **{column: getattr(entry, column) for column in KEPT})
        for entry, alias in zip(entries, aliases, strict=True)
    ]
    users = [
        # An unusable password is not hashed, so 150 people take no longer than one.
        User(username=username, email=entry.email, password=make_password(None))
        for entry, username in zip(entries, names.usernames(aliases), strict=True)
    ]
    User.objects.bulk_create(users)
    Participant.objects.bulk_create(people)
    pairs = list(zip(people, users, strict=True))
    Member.objects.bulk_create(Member(participant=one, tournament=tournament, user=u) for one, u in pairs)
    Forecaster.objects.bulk_create(
        Forecaster(participant=one, name=players.FIRST_FORECASTER) for one in people
    )
    tokens = {user.pk: token for user, token in logins.issue_logins(actor, tournament, users, hours)}
    return [Welcome(one, user, tokens[user.pk]) for one, user in pairs]


def _aliases(tournament: Tournament, entries: list[Entry]) -> list[str]:
    """Return the alias of each entry: the given one, else one that is drawn and reveals nothing."""
    given = [entry.alias for entry in entries if entry.alias]
    taken = [*given, *Participant.objects.filter(tournament=tournament).values_list("alias", flat=True)]
    drawn = iter(names.draw_aliases(len(entries) - len(given), taken))
    return [entry.alias or next(drawn) for entry in entries]
