"""Who operates and who audits a tournament: granted and revoked by its operators."""

from django.db import transaction

from tournaments.models import Role, Tournament
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Invalid, Unknown
from tournaments.services.people import users

Kind = Role.Kind


def roles(actor: Actor, tournament: Tournament) -> list[Role]:
    """Return the roles of a tournament, operators first; operators only."""
    need_operator(actor, tournament)
    found = Role.objects.filter(tournament=tournament).select_related("user")
    return list(found.order_by("-kind", "user__username"))


def grant(actor: Actor, tournament: Tournament, username: str, kind: str) -> Role:
    """Make a user operator or auditor; operators only.

    Raises Invalid `bad_role`, Unknown `unknown_user`, Conflict `has_role`.
    """
    by = need_operator(actor, tournament)
    if kind not in Kind.values:
        raise Invalid("bad_role", f"A role is one of {', '.join(Kind.values)}.")
    user = users.find_user(username)
    with transaction.atomic():
        role, new = Role.objects.get_or_create(user=user, tournament=tournament, kind=kind)
        if not new:
            raise Conflict("has_role", f"{user.username} is {kind} here already.")
        audit.record(by, "role_granted", tournament, user=user.username, role=kind)
    return role


def find(actor: Actor, tournament: Tournament, pk: int) -> Role:
    """Return a role of this tournament to an operator, or refuse with `not_found`."""
    need_operator(actor, tournament)
    found = Role.objects.filter(tournament=tournament, pk=pk).select_related("user").first()
    if found is None:
        raise Unknown("not_found", "This role was revoked already.")
    return found


def revoke(actor: Actor, tournament: Tournament, pk: int) -> None:
    """Take a role away; never the last operator's, since nobody could give one any more.

    Raises Unknown `not_found`, Conflict `last_operator`.
    """
    with transaction.atomic():
        # Two operators who revoke each other at once would leave nobody: one waits here.
        Tournament.objects.select_for_update(no_key=True).get(pk=tournament.pk)
        by = need_operator(actor, tournament)
        role = find(actor, tournament, pk)
        others = Role.objects.filter(tournament=tournament, kind=Kind.OPERATOR, user__is_active=True)
        if role.kind == Kind.OPERATOR and not others.exclude(pk=role.pk).exists():
            raise Conflict("last_operator", f"{role.user} is the last operator. Make another one first.")
        audit.record(by, "role_revoked", tournament, user=role.user.username, role=role.kind)
        role.delete()
