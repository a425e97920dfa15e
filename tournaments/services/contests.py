"""Tournaments: made from a preset, changed only for rounds that are not open yet."""

import re
from typing import Any

from django.db import IntegrityError, transaction

from tournaments.models import PRESETS, Role, Rules, RulesError, Tournament, User
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.people import users


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
    """Change the rules of the rounds that are made from now on; those of existing rounds are their own."""
    by = need_operator(actor, tournament)
    rules = changed(tournament.read_rules(), changes)
    with transaction.atomic():
        Tournament.objects.filter(pk=tournament.pk).update(rules=rules.to_json())
        audit.record(by, "rules_changed", tournament, **changes)
    return rules
