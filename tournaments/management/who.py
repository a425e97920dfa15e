"""On whose behalf a command acts, and the users that commands make on the way."""

from dataclasses import asdict, dataclass
from typing import Any

from tournaments.models import Role, Tournament, User
from tournaments.services.access import Actor
from tournaments.services.errors import Invalid, Unknown
from tournaments.services.people import keys, users


@dataclass(frozen=True)
class Login:
    """A user's name and, where the user was made just now, the password and token that are shown once."""

    user: str
    password: str | None = None
    token: str | None = None

    def lines(self) -> list[str]:
        """Return what to print of it."""
        if self.password is None:
            return []
        return [
            f"{self.user} is a new user. This is shown once:",
            f"  password  {self.password}",
            f"  token     {self.token}",
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def user_of(name: str) -> User:
    """Return a user by name, or refuse with `unknown_user`."""
    found = User.objects.filter(username=name).first()
    if found is None:
        raise Unknown("unknown_user", f"There is no user {name}.")
    return found


def find_or_make(name: str, scopes: list[str]) -> tuple[User, Login]:
    """Return a user; one that is missing is made, with a random password and a token of these scopes."""
    found = User.objects.filter(username=name).first()
    if found is not None:
        return found, Login(name)
    made, password = users.create_user(name)
    _, token = keys.create_key(made, "made with the user", scopes)
    return made, Login(name, password, token)


def tournament_of(slug: str) -> Tournament:
    """Return a tournament, or refuse with `not_found` and the names of those that there are."""
    found = Tournament.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Tournament.objects.order_by("slug").values_list("slug", flat=True))
        advice = f"There are: {known}." if known else "Make the first with create_tournament."
        raise Unknown("not_found", f"There is no tournament {slug}. {advice}")
    return found


def operator_of(tournament: Tournament, name: str | None) -> Actor:
    """Return who acts: the user of this name, whom the service may refuse, or the only operator."""
    if name:
        return Actor(user_of(name))
    operators = User.objects.filter(roles__tournament=tournament, roles__kind=Role.Kind.OPERATOR)
    names = sorted(operators.values_list("username", flat=True))
    if len(names) != 1:
        whom = f"one of {', '.join(names)}" if names else "a superuser, since it has none"
        raise Invalid("name_the_operator", f"Name the operator of {tournament.slug} with --operator: {whom}.")
    return Actor(operators.get())


def acting(options: dict[str, Any]) -> tuple[Actor, Tournament]:
    """Return the operator and the tournament that the options name."""
    tournament = tournament_of(options["slug"])
    return operator_of(tournament, options["operator"]), tournament
