"""create_tournament: rules from a preset, an operator who can log in, and the way on."""

import json

import pytest

from tests.commands.conftest import Command
from tests.world import user
from tournaments.models import ApiKey, Role, Tournament, User
from tournaments.services.access import SCOPES
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.people import keys, users

pytestmark = pytest.mark.django_db
WORDS = ("create_tournament", "weekly", "--name", "Weekly", "--preset", "classroom", "--operator", "olga")


def test_the_operator_is_made_and_can_come_in_both_ways(command: Command) -> None:
    made = json.loads(command(*WORDS, "--json").out)
    assert made["operator"]["user"] == "olga"
    assert user("olga").check_password(made["operator"]["password"])
    actor = keys.actor_of_token(made["operator"]["token"])
    assert actor.user == user("olga")
    assert actor.scopes == frozenset(SCOPES)
    assert actor.operates(Tournament.objects.get(slug="weekly"))


def test_secrets_are_printed_once_with_what_to_do_next(command: Command) -> None:
    out = command(*WORDS).out
    assert out.count("password") == out.count("token") == 1
    assert 'python manage.py next_round weekly --tournament FILE --closes "in 7 days"' in out


def test_an_operator_who_is_there_keeps_password_and_keys(command: Command) -> None:
    users.create_user("olga")
    out = command(*WORDS).out
    assert "password" not in out
    assert not ApiKey.objects.exists()
    assert Role.objects.get().user == user("olga")


def test_rules_can_be_changed_one_by_one(command: Command) -> None:
    command(*WORDS, "--set", "id_column=t_id", "--set", "quota=3", "--set", "originality_gate=0.9")
    rules = Tournament.objects.get().read_rules()
    assert (rules.id_column, rules.quota, rules.originality_gate, rules.rewards) == ("t_id", 3, 0.9, "none")


@pytest.mark.parametrize("rule", ["quote=3", "quota=0", "feedback=loud"])
def test_a_rule_that_cannot_be_played_is_refused_and_nothing_is_left(command: Command, rule: str) -> None:
    with pytest.raises(Invalid) as error:
        command(*WORDS, "--set", rule)
    assert error.value.code == "invalid_rule"
    assert not User.objects.exists()
    assert not Tournament.objects.exists()


def test_a_second_tournament_of_that_name_is_refused_and_makes_nobody(command: Command) -> None:
    command(*WORDS)
    with pytest.raises(Conflict) as error:
        command(*WORDS[:-1], "otto")
    assert error.value.code == "tournament_exists"
    assert not User.objects.filter(username="otto").exists()
