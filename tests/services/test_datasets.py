"""An operator's files: other shapes, other names, and what may never be handed out."""

import bz2
import gzip
from datetime import timedelta

import pandas as pd
import pytest

from tests.world import World
from tournaments.models import DatasetFile, LabelSet, Round
from tournaments.services import datasets, files
from tournaments.services.clock import db_now
from tournaments.services.datasets import Columns, Division, RoundFiles
from tournaments.services.errors import Conflict, FileRefused, Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def create(world, given, **changes):
    return datasets.create_round(
        world.operator, world.tournament, given, db_now() + timedelta(days=1), **changes
    )


def write(world, name, text):
    path = world.folder / name
    path.write_text(text)
    return path


def test_rows_come_in_canonical_order_and_labels_are_kept_apart(world):
    round_ = create(world, world.files())
    rows = files.rows_of(round_)
    assert rows.sizes == {"validation": 32, "test": 32, "live": 32} == round_.split_rows
    assert rows.era_names("live") == ["era9", "era10", "era11", "era12"]
    assert LabelSet.objects.get().known == {"validation": 32, "test": 32, "live": 0}
    assert (round_.state, round_.number) == (Round.State.DRAFT, 1)


def test_targets_in_the_tournament_file_become_labels_and_are_never_handed_out(world):
    path = write(
        world, "t.csv", "id,data_type,x,target\na,validation,0.5,1\nb,validation,0.1,0\nc,live,0.2,\n"
    )
    create(world, RoundFiles(path))
    assert LabelSet.objects.get().known == {"validation": 2, "test": 0, "live": 0}
    given = DatasetFile.objects.get(kind="tournament")
    assert files.read_bytes(given.sha256).decode().splitlines() == [
        "id,data_type,x",
        "a,validation,0.5",
        "b,validation,0.1",
        "c,live,0.2",
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_packed_files_are_read(world, pack):
    path = world.folder / f"t.csv.{'gz' if pack is gzip.compress else 'bz2'}"
    path.write_bytes(pack(b"id,x\n007,0.5\n7,0.1\n"))
    round_ = create(world, RoundFiles(path))
    assert files.rows_of(round_).ids.to_pylist() == ["007", "7"]
    assert round_.split_rows == {"live": 2}


def test_parquet_files_lose_their_targets_too(world):
    path = world.folder / "t.parquet"
    pd.DataFrame({"id": [3, 1, 2], "era": ["e1"] * 3, "x": [0.5] * 3, "target": [1, 0, 1]}).to_parquet(path)
    create(world, RoundFiles(path))
    given = DatasetFile.objects.get(kind="tournament")
    (world.folder / "again.parquet").write_bytes(files.read_bytes(given.sha256))
    assert list(pd.read_parquet(world.folder / "again.parquet").columns) == ["id", "era", "x"]


@pytest.mark.parametrize(
    "text",
    ["", "x,y\n1,2\n", "id,x\na,1\na,2\n", "id,x,data_type\na,1,train\n", "id,x\n,1\n", "\xff\xfe\x00"],
)
def test_files_that_are_no_round_are_refused_and_leave_nothing(world, text):
    path = world.folder / "t.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid) as error:
        create(world, RoundFiles(path))
    assert error.value.code == "bad_dataset"
    assert not Round.objects.exists()


def test_labels_of_other_rows_are_refused_with_the_faults(world):
    given = world.files()
    labels = write(world, "l.csv", "id,target\nzzz,1\nr000,3\n")
    with pytest.raises(FileRefused) as error:
        create(world, RoundFiles(given.tournament, None, labels))
    assert {fault["code"] for fault in error.value.faults} == {"unknown_id", "not_a_label"}
    assert not Round.objects.exists()


def test_a_training_file_without_targets_is_refused(world):
    given = world.files()
    with pytest.raises(Invalid) as error:
        create(world, RoundFiles(given.tournament, write(world, "train.csv", "id,x\na,1\n"), None))
    assert error.value.code == "bad_dataset"


def test_a_round_closes_in_the_future(world):
    with pytest.raises(Invalid) as error:
        datasets.create_round(
            world.operator, world.tournament, world.files(), db_now() - timedelta(seconds=1)
        )
    assert error.value.code == "closes_in_the_past"


def test_the_current_round_is_the_newest_that_has_opened_also_for_operators(world):
    from tournaments.services import access

    opened = world.open_round()
    draft = create(world, world.files())
    assert access.find_round(world.operator, "weekly", "current") == opened
    assert access.find_round(world.operator, "weekly", str(draft.number)) == draft


def test_a_draft_is_made_anew_from_other_files_and_an_open_round_is_not(world):
    draft = world.draft_round()
    path = write(world, "n.csv", "id,x,target\nb,1,1\na,2,\n")
    made = datasets.replace_files(world.operator, draft, RoundFiles(path))
    assert (made.pk, made.number, made.seed, made.row_count) == (draft.pk, 1, draft.seed, 2)
    assert LabelSet.objects.get().known == {"validation": 0, "test": 0, "live": 1}
    assert {one.kind for one in DatasetFile.objects.all()} == {"tournament", "example"}
    Round.objects.update(state=Round.State.OPEN)
    with pytest.raises(Conflict):
        datasets.replace_files(world.operator, draft, RoundFiles(path))


def test_columns_of_other_names_are_taken_where_they_are_named(world):
    path = write(world, "t.csv", "flight;day;x;late\nb;d1;1;true\na;d2;2;false\n")
    given = RoundFiles(path, columns=Columns("flight", "day", "", "late"))
    round_ = create(world, given)
    assert round_.read_rules().id_column == "flight"
    assert files.rows_of(round_).era_names() == ["d1", "d2"]
    assert LabelSet.objects.get().known["live"] == 2
    assert public(world) == ["flight,day,x", "b,d1,1", "a,d2,2"]


def test_an_id_column_that_files_could_not_name_is_renamed(world):
    path = write(world, "t.csv", "flight no,x\nb,1\n")
    round_ = create(world, RoundFiles(path, columns=Columns("flight no")))
    assert round_.read_rules().id_column == "id"
    assert public(world) == ["id,x", "b,1"]


def public(world):
    given = DatasetFile.objects.get(kind="tournament")
    return files.read_bytes(given.sha256).decode().splitlines()


def test_labelled_rows_are_divided_and_never_all_taken_to_learn_from(world):
    path = write(world, "t.csv", "id,x,target\n" + "".join(f"r{n},1,{n % 2}\n" for n in range(20)))
    round_ = create(world, RoundFiles(path, division=Division(0.5, 0.2, 0.1)), seed=1)
    assert round_.split_rows == {"validation": 4, "test": 2, "live": 4}
    assert LabelSet.objects.get().known == {"validation": 4, "test": 2, "live": 4}
    with pytest.raises(Invalid) as error:
        create(world, RoundFiles(path, division=Division(1.0, 0.0, 0.0)))
    assert error.value.code == "bad_dataset"
    with pytest.raises(Invalid) as error:
        create(world, RoundFiles(path, path, division=Division(0.5, 0.2, 0.1)))
    assert error.value.code == "two_trainings"
