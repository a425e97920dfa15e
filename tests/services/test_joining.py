"""Joining by oneself: by code, through an open door, and for whom there is none."""

import pytest

from tests.world import World, user
from tournaments.models import AuditEvent, Member, Participant, Tournament, User
from tournaments.services import contests
from tournaments.services.access import STRANGER, Actor
from tournaments.services.errors import Refused
from tournaments.services.people import bans, joining, users
from tournaments.services.people.signup import NewUser

pytestmark = pytest.mark.django_db
GOOD = "long enough 83"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def coded(world):
    return joining.choose(world.operator, world.tournament, "code")


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as error:
        call(*args, **kwargs)
    return error.value.code


def someone(name="ann"):
    return Actor(users.create_user(name)[0])


def test_a_code_has_eight_characters_that_cannot_be_confused(coded):
    assert len(coded.join_code) == 8
    assert not set(coded.join_code) & set("0O1IL5S8B2ZAEUY") - {"2"}
    assert joining.by_code(f" {joining.written_code(coded.join_code).lower()} ") == coded


def test_a_new_code_ends_the_old_one_and_the_old_way_back_keeps_it(world, coded):
    renewed = joining.renew_code(world.operator, coded)
    assert renewed.join_code != coded.join_code
    assert refused(joining.by_code, coded.join_code) == "wrong_code"
    joining.choose(world.operator, coded, "closed")
    assert refused(joining.by_code, renewed.join_code) == "wrong_code"
    assert joining.choose(world.operator, coded, "code").join_code == renewed.join_code


@pytest.mark.parametrize("code", ["", "  ", "CDFGHJKM", "\0", "a" * 500])
def test_an_empty_or_wrong_code_leads_nowhere(world, code):
    assert refused(joining.by_code, code) == "wrong_code"


def test_only_operators_choose_how_one_joins(world):
    ann = world.player("ann")
    assert refused(joining.choose, ann, world.tournament, "open") == "operator_only"
    assert refused(joining.renew_code, ann, world.tournament) == "operator_only"
    assert refused(joining.choose, world.operator, world.tournament, "maybe") == "bad_joining"


def test_who_joins_plays_with_a_first_forecaster_and_it_is_logged(world, coded):
    made = joining.join(someone(), coded, "  Quiet   Heron ", coded.join_code)
    assert made.alias == "Quiet Heron"
    assert [one.name for one in made.forecasters.all()] == ["main"]
    assert made.members.get().user == user("ann")
    event = AuditEvent.objects.get(action="participant_joined")
    assert (event.actor, event.details) == (user("ann"), {"alias": "Quiet Heron"})


def test_the_code_of_another_tournament_does_not_open_this_one(world, coded):
    other = contests.create(world.operator.user, "other", "Other")
    other = joining.choose(world.operator, other, "code")
    assert refused(joining.join, someone(), coded, "Heron", other.join_code) == "wrong_code"
    assert refused(joining.join, someone("bob"), coded, "Heron", "") == "wrong_code"
    assert not Participant.objects.exists()


def test_a_closed_tournament_takes_nobody_even_with_its_old_code(world, coded):
    joining.choose(world.operator, coded, "closed")
    assert refused(joining.join, someone(), coded, "Heron", coded.join_code) == "joining_closed"


def test_an_open_tournament_needs_no_code(world):
    joining.choose(world.operator, world.tournament, "open")
    assert joining.join(someone(), world.tournament, "Heron").alias == "Heron"


def test_nobody_plays_twice_nor_under_a_taken_alias(world, coded):
    ann = someone()
    joining.join(ann, coded, "Heron", coded.join_code)
    assert refused(joining.join, ann, coded, "Stork", coded.join_code) == "plays_already"
    assert refused(joining.join, someone("bob"), coded, "HERON", coded.join_code) == "alias_taken"
    assert Participant.objects.count() == 1


def test_who_is_banned_is_told_so_and_does_not_join_again(world, coded):
    ann = someone()
    made = joining.join(ann, coded, "Heron", coded.join_code)
    bans.ban(world.operator, made, "Sent others' files")
    assert refused(joining.join, ann, coded, "Stork", coded.join_code) == "banned"


def test_a_stranger_gets_an_account_and_a_place_or_neither(world, coded):
    joining.join(someone(), coded, "Heron", coded.join_code)
    join = joining.join_as_new
    assert refused(join, NewUser("bob", GOOD), coded, "heron", coded.join_code) == "alias_taken"
    assert refused(join, NewUser("bob", "12345678"), coded, "Stork", coded.join_code) == "weak_password"
    assert refused(join, NewUser("bob", "bob"), coded, "Stork", coded.join_code) == "weak_password"
    assert refused(join, NewUser("b ob", GOOD), coded, "Stork", coded.join_code) == "bad_username"
    assert refused(join, NewUser("ann", GOOD), coded, "Stork", coded.join_code) == "username_taken"
    assert not User.objects.filter(username="bob").exists()
    made, _ = join(NewUser("bob", GOOD, "bob@example.org"), coded, "Stork", coded.join_code)
    assert made.check_password(GOOD)
    assert Member.objects.filter(user=made, participant__alias="Stork").exists()


def test_a_tournament_for_its_members_only_is_not_betrayed_by_its_door(world):
    stats = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    assert refused(joining.by_door, STRANGER, "stats") == "not_found"
    assert refused(joining.by_door, STRANGER, "nothing") == "not_found"
    stats = joining.choose(world.operator, stats, "code")
    assert refused(joining.by_door, STRANGER, "stats") == "not_found"
    assert joining.by_code(stats.join_code) == stats
    joining.choose(world.operator, stats, "open")
    assert joining.by_door(STRANGER, "stats") == stats


def test_the_door_of_a_public_tournament_says_what_is_needed(world):
    assert refused(joining.by_door, STRANGER, "weekly") == "joining_closed"
    joining.choose(world.operator, world.tournament, "code")
    assert refused(joining.by_door, STRANGER, "weekly") == "code_needed"


def test_codes_are_different(world):
    one = joining.choose(world.operator, world.tournament, "code")
    made = {joining.renew_code(world.operator, one).join_code for _ in range(20)}
    assert len(made) == 20
    assert Tournament.objects.get(pk=one.pk).join_code in made
