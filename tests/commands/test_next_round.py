"""next_round and open_round: from files to a round that takes predictions."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.commands.conftest import Command
from tests.world import World
from tournaments.models import Role, Round
from tournaments.services import labels
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people import users

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(world: World) -> tuple[Any, ...]:
    given = world.files()
    return (
        "next_round",
        "weekly",
        "--tournament",
        given.tournament,
        "--labels",
        given.labels,
        "--closes",
        "7d",
    )


def test_the_round_is_open_until_its_deadline_and_has_the_tournaments_rules(
    world: World, command: Command, words: tuple[Any, ...]
) -> None:
    before = db_now()
    made = json.loads(command(*words, "--json").out)
    round_ = Round.objects.get()
    assert (made["round"], made["state"], round_.state) == (1, "open", "open")
    assert before < round_.closes_at - timedelta(days=7) < db_now()
    assert round_.read_rules() == world.tournament.read_rules().but(blend="rank")
    assert made["closes_at"] == round_.closes_at.isoformat()


def test_rows_eras_and_class_balance_are_told_per_split(
    world: World, command: Command, words: tuple[Any, ...]
) -> None:
    splits = json.loads(command(*words, "--json").out)["splits"]
    for split in ("validation", "test"):
        ones = int(world.y[world.splits == split].sum())
        assert splits[split] == {"rows": 32, "eras": 4, "labelled": 32, "ones": ones}
    assert splits["live"] == {"rows": 32, "eras": 4, "labelled": 0, "ones": 0}


def test_people_read_the_same_as_a_table(world: World, command: Command, words: tuple[Any, ...]) -> None:
    lines = command(*words).out.splitlines()
    share = world.y[world.splits == "test"].mean()
    assert lines[0] == "Round 1 of weekly is open."
    assert lines[1].endswith(", in 6 d 23 h.")
    assert lines[4].split() == ["test", "32", "4", "32", f"{share:.1%}"]
    assert lines[5].split() == ["live", "32", "4", "0", "–"]


def test_the_seed_can_be_given(command: Command, words: tuple[Any, ...]) -> None:
    command(*words, "--seed", "17")
    assert Round.objects.get().seed == 17


def test_a_draft_takes_no_files_until_it_is_opened(command: Command, words: tuple[Any, ...]) -> None:
    command(*words, "--draft")
    assert Round.objects.get().state == "draft"
    assert "open until" in command("open_round", "weekly").out
    assert Round.objects.get().state == "open"
    with pytest.raises(Conflict) as error:
        command("open_round", "weekly")
    assert error.value.code == "wrong_state"


@pytest.mark.parametrize(
    ("content", "code"),
    [("id,era,data_type\nr1,era1,live\nr1,era1,live\n", "bad_dataset"), ("x,y\n1,2\n", "bad_dataset")],
)
def test_a_bad_file_is_refused_and_leaves_no_round(
    world: World, command: Command, words: tuple[Any, ...], content: str, code: str
) -> None:
    (world.folder / "tournament.csv").write_text(content)
    with pytest.raises(Invalid) as error:
        command(*words)
    assert error.value.code == code
    assert not Round.objects.exists()


def test_a_deadline_that_has_passed_is_refused(command: Command, words: tuple[Any, ...]) -> None:
    with pytest.raises(Invalid) as error:
        command(*words[:-1], "2020-01-01T00:00Z")
    assert error.value.code == "closes_in_the_past"
    assert not Round.objects.exists()


def test_with_two_operators_one_must_be_named(world: World, command: Command, words: tuple[Any, ...]) -> None:
    otto, _ = users.create_user("otto")
    users.grant_role(otto, world.tournament, Role.Kind.OPERATOR)
    with pytest.raises(Invalid) as error:
        command(*words)
    assert (error.value.code, "olga, otto" in error.value.message) == ("name_the_operator", True)
    command(*words, "--operator", "otto")
    assert Round.objects.count() == 1


def test_the_service_refuses_who_is_no_operator(
    world: World, command: Command, words: tuple[Any, ...]
) -> None:
    world.player("ann")
    with pytest.raises(Forbidden) as error:
        command(*words, "--operator", "ann")
    assert error.value.code == "operator_only"


def test_an_unknown_tournament_is_told_with_those_that_there_are(
    command: Command, words: tuple[Any, ...]
) -> None:
    with pytest.raises(Unknown) as error:
        command("next_round", "weakly", *words[2:])
    assert "There are: weekly." in error.value.message


def test_a_target_in_the_tournament_file_becomes_the_labels(world: World, command: Command) -> None:
    rows = [
        f"{name},{era},{split},{y}"
        for name, era, split, y in zip(world.ids, world.eras, world.splits, world.y, strict=True)
    ]
    path = world.folder / "whole.csv"
    path.write_text("\n".join(["id,era,data_type,target", *rows]))
    command("next_round", "weekly", "--tournament", path, "--closes", "1h")
    assert labels.missing(Round.objects.get(), "live") == 0
