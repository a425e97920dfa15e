"""add_participant: one player, with a way in when the user is new."""

import json

import pytest

from tests.commands.conftest import Command
from tests.world import user
from tournaments.models import Participant, User
from tournaments.services.errors import Conflict
from tournaments.services.people import keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
WORDS = ("add_participant", "weekly", "Heron", "--user", "ann")


def test_a_new_user_gets_a_password_and_a_token_to_read_upload_and_stake(command: Command) -> None:
    login = json.loads(command(*WORDS, "--json").out)["login"]
    assert user("ann").check_password(login["password"])
    assert keys.actor_of_token(login["token"]).scopes == {"read", "upload", "stake"}
    assert Participant.objects.get().members.get().user == user("ann")


def test_what_operators_alone_see_is_kept(command: Command) -> None:
    command(*WORDS, "--name", "Ann Lee", "--external-id", "17")
    assert list(Participant.objects.values_list("alias", "name", "external_id", "kind")) == [
        ("Heron", "Ann Lee", "17", "player")
    ]


def test_a_benchmark_is_the_operators_own(command: Command) -> None:
    command("add_participant", "weekly", "Coin", "--user", "olga", "--benchmark")
    assert Participant.objects.get().kind == Participant.Kind.BENCHMARK


def test_a_taken_alias_is_refused_and_makes_nobody(command: Command) -> None:
    command(*WORDS)
    with pytest.raises(Conflict) as error:
        command("add_participant", "weekly", "heron", "--user", "bob")
    assert error.value.code == "participant_exists"
    assert not User.objects.filter(username="bob").exists()
