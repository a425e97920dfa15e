"""roster: a whole class, or nobody."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.world import World, user
from tournaments.models import Participant, User
from tournaments.services.errors import FileRefused, Invalid
from tournaments.services.people import users

pytestmark = pytest.mark.django_db


@pytest.fixture
def people_csv(world: World) -> Callable[..., Path]:
    path = world.folder / "people.csv"

    def write(text: str, encoding: str = "utf-8") -> Path:
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_everyone_is_added_and_each_new_user_can_come_in(
    command: Command, people_csv: Callable[..., Path]
) -> None:
    users.create_user("bob")
    file = people_csv("alias,user,name,external_id\nHeron,ann,Ann Lee,1\nStork,bob,,\n", "utf-8-sig")
    added = json.loads(command("roster", "weekly", file, "--json").out)["added"]
    assert [(one["alias"], one["user"]) for one in added] == [("Heron", "ann"), ("Stork", "bob")]
    assert user("ann").check_password(added[0]["password"])
    assert added[1]["password"] is None
    assert list(Participant.objects.order_by("pk").values_list("alias", "name", "external_id")) == [
        ("Heron", "Ann Lee", "1"),
        ("Stork", "", ""),
    ]


def test_people_read_a_table_of_the_new_ones(command: Command, people_csv: Callable[..., Path]) -> None:
    out = command("roster", "weekly", people_csv("user,alias\nann,Heron\n")).out.splitlines()
    assert out[0] == "1 participants were added to weekly."
    assert out[2].split() == ["alias", "user", "password", "token"]
    assert out[3].split()[:2] == ["Heron", "ann"]


def test_every_fault_is_told_with_its_line_and_nobody_is_added(
    command: Command, people_csv: Callable[..., Path]
) -> None:
    file = people_csv("alias,user\nHeron,ann\nheron,bob\n?,cyd\nStork,d d\nEgret\n")
    with pytest.raises(FileRefused) as error:
        command("roster", "weekly", file)
    assert [(fault["code"], fault["rows"]) for fault in error.value.faults] == [
        ("participant_exists", [3]),
        ("bad_alias", [4]),
        ("bad_username", [5]),
        ("bad_username", [6]),
    ]
    assert not Participant.objects.exists()
    assert list(User.objects.values_list("username", flat=True)) == ["olga"]


@pytest.mark.parametrize("head", ["alias,name", "alias,user,grade", "", "alias,user,user"])
def test_a_header_that_says_something_else_is_refused(
    command: Command, people_csv: Callable[..., Path], head: str
) -> None:
    with pytest.raises(Invalid) as error:
        command("roster", "weekly", people_csv(f"{head}\nHeron,ann\n"))
    assert error.value.code == "bad_roster"


def test_a_file_that_is_not_there_is_refused(command: Command, world: World) -> None:
    with pytest.raises(Invalid) as error:
        command("roster", "weekly", world.folder / "nobody.csv")
    assert error.value.code == "bad_roster"
