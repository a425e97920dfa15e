"""Tournaments: made from a preset, changed only for rounds that are not open yet."""

import re
import unicodedata
from typing import Any

from django.db import IntegrityError, transaction

from tournaments.models import PRESETS, Role, Rules, RulesError, Tournament, User
from tournaments.services import audit, currencies
from tournaments.services.access import OPERATE, Actor, need_operator
from tournaments.services.errors import Conflict, Forbidden, Invalid
from tournaments.services.people import users

NEEDED_BY = {"ladder_step": "feedback", "pool": "rewards", "network": "rewards"}
"""A rule that may be at fault unchanged → the rule whose change makes it so."""


def need_founder(actor: Actor) -> User:
    """Return who may create tournaments here: a superuser, or an operator of some tournament.

    Raises Forbidden `login_needed`, `founder_only`.
    """
    actor.need_scope(OPERATE)
    user = actor.user
    if user is None or not (user.is_superuser or user.roles.filter(kind=Role.Kind.OPERATOR).exists()):
        raise Forbidden("founder_only", "Superusers and operators create tournaments. Ask one of them.")
    return user


def suggest_slug(name: str) -> str:
    """Return a short name made of a name, which no tournament has yet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36].rstrip("-") or "tournament"
    taken = set(Tournament.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 1_000))) if slug not in taken)


def create(
    operator: User,
    slug: str,
    name: str,
    preset: str = "alpha",
    question: str = "",
    changes: dict[str, Any] | None = None,
) -> Tournament:
    """Create a tournament with the rules of a preset, some of them changed, and its first operator.

    Raises Invalid `unknown_preset`, `bad_slug`, `invalid_rule`, Conflict `tournament_exists`.
    """
    if preset not in PRESETS:
        raise Invalid("unknown_preset", f"Presets are {', '.join(PRESETS)}.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", slug):
        raise Invalid("bad_slug", "A tournament's short name has small letters, digits and - only.")
    rules = changed(PRESETS[preset], changes or {})
    try:
        with transaction.atomic():
            made = Tournament.objects.create(slug=slug, name=name, question=question, rules=rules.to_json())
            users.grant_role(operator, made, Role.Kind.OPERATOR)
            audit.record(operator, "tournament_created", made, preset=preset)
    except IntegrityError as error:
        raise Conflict("tournament_exists", f"There is a tournament {slug} already.") from error
    return made


def changed(rules: Rules, changes: dict[str, Any]) -> Rules:
    """Return rules with some changed; refuses with `invalid_rule`."""
    try:
        return Rules.from_json({**rules.to_json(), **changes})
    except RulesError as error:
        raise Invalid(error.code, f"Rule {error.field}: {error.message}", field=error.field) from error


def change_rules(actor: Actor, tournament: Tournament, changes: dict[str, Any]) -> Rules:
    """Change the rules of the rounds that are made from now on; those of existing rounds are their own.

    Raises Invalid `invalid_rule`, Conflict `currency_digits_fixed`, `currency_network_fixed`.
    """
    by = need_operator(actor, tournament)
    rules = changed(tournament.read_rules(), changes)
    currencies.need_same(tournament, rules)
    with transaction.atomic():
        Tournament.objects.filter(pk=tournament.pk).update(rules=rules.to_json())
        audit.record(by, "rules_changed", tournament, **changes)
    return rules


def faults_in(rules: Rules, changes: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with each of the changed rules: rule → sentence; {} when all can be played."""
    found: dict[str, str] = {}
    left = dict(changes)
    while True:
        try:
            changed(rules, left)
        except Invalid as invalid:
            name = invalid.details["field"]
            found[name] = invalid.message.partition(": ")[2]
            if left.pop(name if name in left else NEEDED_BY.get(name, ""), None) is None:
                return found
        else:
            return found


def rename(actor: Actor, tournament: Tournament, name: str, question: str) -> Tournament:
    """Change a tournament's name and question; its short name, which stands in addresses, stays."""
    by = need_operator(actor, tournament)
    name, question = name.strip(), question.strip()
    if not 1 <= len(name) <= 120:
        raise Invalid("bad_name", "A tournament's name has 1 to 120 characters.")
    before = tournament.name
    with transaction.atomic():
        tournament.name, tournament.question = name, question[:300]
        tournament.save(update_fields=["name", "question"])
        audit.record(by, "tournament_renamed", tournament, before=before, name=name)
    return tournament
