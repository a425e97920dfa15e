"""Roles: granted and revoked by operators, and never the last operator's."""

import pytest

from tests.world import World
from tournaments.models import AuditEvent, Role
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.people import roles, users

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def code(call, *args):
    with pytest.raises(Refused) as error:
        call(*args)
    return error.value.code


def test_roles_are_granted_and_revoked_with_a_trace(world):
    bob = users.create_user("bob")[0]
    role = roles.grant(world.operator, world.tournament, "bob", "auditor")
    assert Actor(bob).oversees(world.tournament)
    roles.revoke(world.operator, world.tournament, role.pk)
    assert not Actor(bob).oversees(world.tournament)
    events = AuditEvent.objects.filter(actor=world.operator.user, action__startswith="role_")
    assert [(one.action, one.details["user"]) for one in events.order_by("pk")] == [
        ("role_granted", "bob"),
        ("role_revoked", "bob"),
    ]


def test_the_last_operator_stays_and_superusers_and_inactive_ones_do_not_count(world):
    own = Role.objects.get()
    root = users.create_user("root")[0]
    root.is_superuser = True
    root.save()
    gone = users.create_user("gone")[0]
    roles.grant(world.operator, world.tournament, "gone", "operator")
    gone.is_active = False
    gone.save()
    roles.grant(world.operator, world.tournament, "root", "auditor")
    assert code(roles.revoke, world.operator, world.tournament, own.pk) == "last_operator"
    assert code(roles.revoke, Actor(root), world.tournament, own.pk) == "last_operator"
    users.create_user("bob")
    roles.grant(world.operator, world.tournament, "bob", "operator")
    roles.revoke(world.operator, world.tournament, own.pk)
    assert not world.operator.operates(world.tournament)


def test_only_operators_grant_revoke_and_look(world):
    ann = world.player("ann")
    own = Role.objects.get()
    assert code(roles.grant, ann, world.tournament, "ann", "operator") == "operator_only"
    assert code(roles.revoke, ann, world.tournament, own.pk) == "operator_only"
    assert code(roles.roles, ann, world.tournament) == "operator_only"
    roles.grant(world.operator, world.tournament, "ann", "auditor")
    assert code(roles.grant, ann, world.tournament, "ann", "operator") == "operator_only"


def test_what_makes_no_sense_is_refused(world):
    assert code(roles.grant, world.operator, world.tournament, "nobody", "auditor") == "unknown_user"
    assert code(roles.grant, world.operator, world.tournament, "olga", "king") == "bad_role"
    assert code(roles.grant, world.operator, world.tournament, "olga", "operator") == "has_role"
    assert code(roles.revoke, world.operator, world.tournament, 999_999) == "not_found"
