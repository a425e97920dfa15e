"""create_key: a token that works, with the scopes it was asked for and no other."""

import json
from datetime import timedelta

import pytest

from tests.commands.conftest import Command
from tests.world import user
from tournaments.services.access import SCOPES, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Invalid, Unknown
from tournaments.services.people import keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def test_the_token_speaks_for_the_user_within_its_scopes(command: Command) -> None:
    token = json.loads(command("create_key", "olga", "--scopes", "read, upload", "--json").out)["token"]
    actor = keys.actor_of_token(token)
    assert actor == Actor(user("olga"), frozenset({"read", "upload"}))


def test_it_is_printed_once_ready_to_be_sent(command: Command) -> None:
    out = command("create_key", "olga", "--scopes", "all").out.splitlines()
    assert out[0] == f"olga has a key for {', '.join(SCOPES)}. This is shown once:"
    assert out[2] == f"Send it as: Authorization: Token {out[1].strip()}"


def test_it_can_end_by_itself(command: Command) -> None:
    command("create_key", "olga", "--scopes", "read", "--days", "3", "--name", "laptop")
    key = user("olga").api_keys.get()
    assert key.name == "laptop"
    assert key.expires_at is not None
    assert timedelta(days=3) - timedelta(minutes=1) < key.expires_at - db_now() < timedelta(days=3)


def test_an_unknown_scope_or_user_is_refused(command: Command) -> None:
    with pytest.raises(Invalid) as scope:
        command("create_key", "olga", "--scopes", "read,everything")
    assert scope.value.code == "unknown_scope"
    with pytest.raises(Unknown) as who:
        command("create_key", "zoe", "--scopes", "read")
    assert who.value.code == "unknown_user"
