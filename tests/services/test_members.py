"""Members of a participant: invited once, removed with their invitations, never the last."""

from datetime import timedelta

import pytest

from tournaments.models import Member, OneTimeLink, User
from tournaments.services.access import Actor, participant_of
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.people import bans, members, users
from tournaments.services.people.signup import NewUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(world):
    return Actor(users.create_user("bob")[0])


def code(call, *args):
    with pytest.raises(Refused) as error:
        call(*args)
    return error.value.code


def joined(world, host, guest):
    members.accept(guest, members.invite(host, world.tournament)[1])


def test_an_invitation_is_kept_as_a_hash_for_seven_days(world, ann, heron):
    link, token = members.invite(ann, world.tournament)
    assert token not in link.token_sha256
    assert (link.participant, link.created_by) == (heron, ann.user)
    assert timedelta(days=6, hours=23) < link.expires_at - db_now() <= timedelta(days=7)


def test_looking_at_an_invitation_does_not_use_it_up_and_accepting_does(world, ann, bob, heron):
    _, token = members.invite(ann, world.tournament)
    assert members.invitation(token).participant == heron
    assert members.accept(bob, token) == heron
    assert participant_of(bob, world.tournament) == heron
    assert OneTimeLink.objects.get().used_by == bob.user
    assert code(members.invitation, token) == "link_spent"
    assert code(members.accept, Actor(users.create_user("cyd")[0]), token) == "link_spent"


def test_what_is_revoked_too_old_or_made_up_is_refused_alike(world, ann, bob):
    link, token = members.invite(ann, world.tournament)
    members.revoke(ann, world.tournament, link.pk)
    assert code(members.accept, bob, token) == "link_spent"
    assert code(members.revoke, ann, world.tournament, link.pk) == "not_found"
    _, late = members.invite(ann, world.tournament)
    OneTimeLink.objects.update(expires_at=db_now())
    assert code(members.accept, bob, late) == "link_spent"
    assert code(members.accept, bob, "nonsense") == "link_spent"
    assert not Member.objects.filter(user=bob.user).exists()


def test_who_plays_here_already_is_refused_and_the_invitation_stays_open(world, ann):
    bob = world.player("bob")
    _, token = members.invite(ann, world.tournament)
    assert code(members.accept, bob, token) == "plays_already"
    assert members.invitation(token).used_at is None


def test_a_stranger_gets_an_account_and_a_place_or_neither(world, ann, heron):
    _, token = members.invite(ann, world.tournament)
    assert code(members.accept_as_new, NewUser("bob", "short"), token) == "weak_password"
    assert code(members.accept_as_new, NewUser("bob", "long enough 83"), "nonsense") == "link_spent"
    assert not User.objects.filter(username="bob").exists()
    made, where = members.accept_as_new(NewUser("bob", "long enough 83"), token)
    assert (made.username, where) == ("bob", heron)


def test_the_last_member_stays(world, ann):
    assert code(members.remove, ann, world.tournament, "ann") == "last_member"


def test_a_removed_member_is_out_with_their_invitations(world, ann, bob):
    joined(world, ann, bob)
    _, token = members.invite(bob, world.tournament)
    members.remove(ann, world.tournament, "bob")
    assert participant_of(bob, world.tournament) is None
    assert code(members.accept, bob, token) == "link_spent"
    assert code(members.remove, bob, world.tournament, "ann") == "not_a_participant"


def test_one_leaves_and_may_play_elsewhere(world, ann, bob):
    joined(world, ann, bob)
    members.remove(ann, world.tournament, "ann")
    cyd = world.player("cyd")
    joined(world, cyd, ann)
    assert participant_of(ann, world.tournament).alias == "Cyd"


def test_members_of_others_cannot_be_removed_nor_their_invitations_revoked(world, ann):
    bob = world.player("bob")
    link, token = members.invite(bob, world.tournament)
    assert code(members.remove, ann, world.tournament, "bob") == "unknown_member"
    assert code(members.revoke, ann, world.tournament, link.pk) == "not_found"
    assert members.invitation(token).used_at is None


def test_while_a_ban_holds_nobody_comes_or_goes(world, ann, bob, heron):
    joined(world, ann, bob)
    _, token = members.invite(ann, world.tournament)
    bans.ban(world.operator, heron, "Copies")
    assert code(members.invite, ann, world.tournament) == "banned"
    assert code(members.accept, Actor(users.create_user("cyd")[0]), token) == "banned"
    assert code(members.remove, bob, world.tournament, "bob") == "banned"


def test_twenty_invitations_may_be_open(world, ann):
    for _ in range(20):
        members.invite(ann, world.tournament)
    assert code(members.invite, ann, world.tournament) == "too_many_invitations"


def test_a_login_link_is_no_invitation(world, bob):
    token = "t" * 20
    OneTimeLink.objects.create(
        kind="login", user=bob.user, token_sha256=members._digest(token), expires_at=db_now() + timedelta(1)
    )
    assert code(members.accept, bob, token) == "link_spent"
