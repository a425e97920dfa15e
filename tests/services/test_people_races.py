"""Two at once: one invitation, one alias, one roster, two operators. On a database where things commit."""

import pytest

from tests.racing import at_once
from tests.world import World
from tournaments.models import Member, Participant, Role, User
from tournaments.services.access import Actor
from tournaments.services.people import enrolment, joining, members, roles, users
from tournaments.services.people.roster_file import Entry
from tournaments.services.people.signup import NewUser

ROUNDS = 3


@pytest.fixture
def world(tmp_path, own_database) -> World:
    """A tournament where things commit."""
    return World(tmp_path)


def someone(name: str) -> Actor:
    return Actor(users.create_user(name)[0])


def test_one_invitation_makes_one_member(world):
    ann = world.player("ann")
    for n in range(ROUNDS):
        _, token = members.invite(ann, world.tournament)
        two = [someone(f"guest{n}{one}") for one in "ab"]
        found = at_once(*(lambda actor=actor, token=token: members.accept(actor, token) for actor in two))
        assert found == ["done", "link_spent"]
        assert Member.objects.count() == n + 2


def test_one_alias_is_taken_once_and_the_other_has_no_account_either(world):
    open_ = joining.choose(world.operator, world.tournament, "open")
    for n in range(ROUNDS):
        news = [NewUser(f"new{n}{one}", "long enough 83") for one in "ab"]
        aliases = [f"Heron {n}", f"HERON {n}"]
        calls = [
            lambda new=new, alias=alias: joining.join_as_new(new, open_, alias)
            for new, alias in zip(news, aliases, strict=True)
        ]
        assert at_once(*calls) == ["alias_taken", "done"]
        assert User.objects.filter(username__startswith=f"new{n}").count() == 1


def test_one_user_who_joins_twice_plays_once(world):
    open_ = joining.choose(world.operator, world.tournament, "open")
    ann = someone("ann")
    found = at_once(*(lambda alias=alias: joining.join(ann, open_, alias) for alias in ("Heron", "Stork")))
    assert found == ["done", "plays_already"]
    assert Participant.objects.count() == 1


def test_a_roster_that_comes_twice_at_once_is_taken_once(world):
    people = [Entry(n, name=f"Person {n}", external_id=str(n)) for n in range(40)]
    call = lambda: enrolment.commit(world.operator, world.tournament, people)  # noqa: E731
    assert at_once(call, call, call) == ["done"] * 3
    assert Participant.objects.count() == Member.objects.count() == 40


def test_two_operators_who_revoke_each_other_leave_one(world):
    users.create_user("otto")
    roles.grant(world.operator, world.tournament, "otto", "operator")
    olga, otto = Role.objects.order_by("pk")
    found = at_once(
        lambda: roles.revoke(world.operator, world.tournament, otto.pk),
        lambda: roles.revoke(Actor(otto.user), world.tournament, olga.pk),
    )
    assert found == ["done", "operator_only"]
    assert Role.objects.count() == 1


def test_two_members_who_remove_each_other_leave_one(world):
    ann, bob = world.player("ann"), someone("bob")
    members.accept(bob, members.invite(ann, world.tournament)[1])
    found = at_once(
        lambda: members.remove(ann, world.tournament, "bob"),
        lambda: members.remove(bob, world.tournament, "ann"),
    )
    assert found == ["done", "not_a_participant"]
    assert Member.objects.count() == 1
