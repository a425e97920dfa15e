"""Operators make tournaments and rounds from their own files, in a browser and without a manual."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.web.pages import Looker
from tests.world import World
from tournaments.models import (
    AuditEvent,
    DatasetFile,
    LabelSet,
    Participant,
    Role,
    Round,
    Tournament,
    User,
)
from tournaments.services import contests, files, rounds
from tournaments.services.clock import db_now
from tournaments.services.people import users

pytestmark = pytest.mark.django_db


@pytest.fixture
def sue(look) -> Looker:
    """The browser of a superuser on an empty server."""
    User.objects.create_superuser("sue", "", "x")
    return look("sue")


def file(text: str, name: str = "rows.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def table(rows: int = 60, eras: int = 6, known: int = 60) -> str:
    """A CSV file with random-looking ids, eras in blocks, and targets of the first `known` rows."""
    lines = [
        f"k{(at * 37) % 101:03d}{at},w{at * eras // rows + 1},{(at * 7) % 10 / 10},"
        f"{(at * 5 % 7 % 2) if at < known else ''}"
        for at in range(rows)
    ]
    return "key,era,x,outcome\n" + "\n".join(lines) + "\n"


def send(browser: Looker, slug: str, given: SimpleUploadedFile, status: int = 200, **more):
    return browser.client.post(f"/t/{slug}/rounds/new/", {"tournament": given, **more})


CHOICES = {"id": "key", "era": "era", "target": "outcome", "split": "", "when": "7d"}
SHARES = {"divide": "on", "training": "50", "validation": "17", "test": "17"}


def left_over() -> list[str]:
    try:
        return storages["uploads"].listdir("incoming")[1]
    except FileNotFoundError:
        return []


def test_a_superuser_goes_from_an_empty_server_to_an_open_round(sue):
    start = sue.post("/")
    assert "Three steps to the first round" in start.text
    assert "/new/" in start.links
    page = sue.post("/new/", {"name": "Flights of Spring", "preset": "classroom", "question": "Late?"})
    assert "New round of Flights of Spring" in page.text
    answer = send(sue, "flights-of-spring", file(table()))
    columns = sue.get(answer["Location"])
    assert "60 rows and 4 columns, 1 of them features. 60 rows have a label." in columns.text
    check = sue.post(answer["Location"], {**CHOICES, **SHARES})
    assert "Check of round 1" in check.text
    assert "Next: add people" in check.text
    assert left_over() == []
    round_ = Round.objects.get()
    assert round_.split_rows == {"validation": 10, "test": 10, "live": 10}
    assert LabelSet.objects.get().known == {"validation": 10, "test": 10, "live": 10}
    sue.post("/t/flights-of-spring/1/open/", {"name": "flights-of-spring/1"})
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN


def test_what_participants_get_of_a_divided_file_holds_no_target_but_those_to_learn_from(sue):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    sue.post(send(sue, "weekly", file(table()))["Location"], {**CHOICES, **SHARES})
    given = {one.kind: files.read_bytes(one.sha256).decode() for one in DatasetFile.objects.all()}
    assert given["tournament"].splitlines()[0] == "key,era,x,data_type"
    assert len(given["tournament"].splitlines()) == 31
    assert given["training"].splitlines()[0] == "key,era,x,target"
    assert len(given["training"].splitlines()) == 31
    assert given["example"].splitlines()[0] == "key,probability"
    # The name of the ids is the file's, and labels may come under it.
    assert Round.objects.get().read_rules().id_column == "key"


def test_a_file_of_ids_and_targets_alone_is_enough(sue):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    answer = send(sue, "weekly", file("id,target\nc,1\na,0\nb,\n"))
    page = sue.post(answer["Location"], {"id": "id", "target": "target", "when": "1d"})
    assert "There are no features." in page.text
    assert Round.objects.get().split_rows == {"live": 3}
    assert LabelSet.objects.get().known["live"] == 2


def test_files_with_training_and_labels_of_their_own_are_taken(sue):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    answer = send(
        sue,
        "weekly",
        file("id,x,data_type\na,1,validation\nb,2,live\n"),
        training=file("id,x,target\nq,1,0\n", "train.csv"),
        labels=file("id,target\na,1\n", "known.csv"),
    )
    page = sue.get(answer["Location"])
    assert "1 validation, 1 live." in page.text
    assert "Which rows do what" not in page.text
    sue.post(answer["Location"], {"id": "id", "split": "data_type", "when": "1d"})
    assert {one.kind for one in DatasetFile.objects.all()} == {"training", "tournament", "example"}
    assert DatasetFile.objects.get(kind="training").filename == "train.csv"
    assert LabelSet.objects.get().known["validation"] == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), ("id,x\na,1,2\n", "not_a_table"), ("id,x\n", "empty")],
)
def test_a_file_that_is_no_table_is_refused_and_nothing_is_left(sue, text, code):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    page = sue.post("/t/weekly/rounds/new/", {"tournament": file(text)}, status=400)
    assert "was not accepted" in page.text
    assert code in page.text
    assert left_over() == []


def test_faults_in_rows_are_listed_with_their_lines_and_the_files_wait_for_other_columns(sue):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    answer = send(sue, "weekly", file("id,key,target\na,p,1\na,q,5\nb,r,0\n"))
    page = sue.post(answer["Location"], {"id": "id", "target": "target", "when": "1d"}, status=400)
    assert "duplicate_id" in page.text
    assert "Line 3: the id “a” is already in line 2" in page.text
    assert "not_a_label" in page.text
    assert not Round.objects.exists()
    sue.post(answer["Location"], {"id": "key", "when": "1d"})
    assert Round.objects.get().row_count == 3
    assert left_over() == []


def test_one_column_cannot_be_two_things_and_an_id_is_needed(sue):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    address = send(sue, "weekly", file("a,b\n1,2\n"))["Location"]
    assert "could not be told which column holds the ids" in sue.get(address).text
    assert "Choose the column that holds the ids." in sue.post(address, {"when": "1d"}, status=400).text
    page = sue.post(address, {"id": "a", "era": "a", "when": "1d"}, status=400)
    assert "a is the id already." in page.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"when": "at"}, "Give the date and the time."),
        ({"when": "at", "closes_at": "2001-01-01T10:00"}, "The deadline must be in the future."),
        ({**SHARES, "when": "1d", "training": "90"}, "come to 100 % at most"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(sue, data, words):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    address = send(sue, "weekly", file(table()))["Location"]
    assert words in sue.post(address, {**CHOICES, **data}, status=400).text
    assert not Round.objects.exists()


def test_files_of_one_operator_are_nobody_elses(sue, look):
    contests.create(User.objects.get(), "weekly", "Weekly", "classroom")
    address = send(sue, "weekly", file(table()))["Location"]
    other, _ = users.create_user("otto")
    Role.objects.create(tournament=Tournament.objects.get(), user=other, kind=Role.Kind.OPERATOR)
    assert "Send them again" in look("otto").get(address, status=404).text


def test_a_draft_gets_other_files_and_keeps_its_number(look, world):
    draft = world.draft_round()
    olga = look("olga")
    answer = olga.client.post(
        "/t/weekly/rounds/new/?replaces=1", {"tournament": file("id,x\nb,1\na,2\n"), "training": ""}
    )
    assert answer["Location"].endswith("?replaces=1")
    olga.post(answer["Location"], {"id": "id", "when": "at", "closes_at": "2100-01-01T10:00"})
    draft.refresh_from_db()
    assert (draft.number, draft.row_count, draft.closes_at.year) == (1, 2, 2100)
    assert Round.objects.count() == 1
    assert not LabelSet.objects.exists()
    assert AuditEvent.objects.filter(action="files_replaced").exists()
    rounds.open_round(world.operator, draft)
    olga.get("/t/weekly/rounds/new/?replaces=1", status=409)


def test_a_drafts_deadline_moves_both_ways_and_an_open_rounds_does_not(look, world):
    draft = world.draft_round(hours=50)
    olga = look("olga")
    olga.post("/t/weekly/1/check/", {"when": "1d"})
    draft.refresh_from_db()
    assert draft.closes_at < db_now() + timedelta(hours=26)
    rounds.open_round(world.operator, draft)
    assert "Round 1 is open" in olga.post("/t/weekly/1/check/", {"when": "7d"}, status=409).text


def test_the_check_shows_what_to_mend_first(look, world):
    world.draft_round()
    page = look("olga").get("/t/weekly/1/check/")
    assert "What the check found" in page.text
    assert "96 rows: 32 validation, 32 test, 32 live. Every id occurs once." in page.text
    assert page.text.index("To mend") < page.text.index("To notice") < page.text.index("Good")
    assert "Ids go with the order of the eras" in page.text


def test_a_draft_takes_the_rules_of_now_when_asked(look, world):
    draft = world.draft_round()
    olga = look("olga")
    assert "rules have changed" not in olga.get("/t/weekly/1/check/").text
    contests.change_rules(world.operator, world.tournament, {"quota": 7})
    assert "rules have changed" in olga.get("/t/weekly/1/check/").text
    olga.post("/t/weekly/1/adopt-rules/")
    draft.refresh_from_db()
    assert draft.read_rules().quota == 7


def test_superusers_and_operators_make_tournaments_and_nobody_else(look, world):
    for address in ("/new/", "/start/"):
        look("ann").get(address, status=403)
        assert look().client.get(address)["Location"].startswith("/login/?next=")
        look("olga").get(address)
    for page in ("rules/", "about/", "rounds/new/", "rounds/new/abc/"):
        look("ann").get(f"/t/weekly/{page}", status=403)
    world.draft_round()
    look("ann").get("/t/weekly/1/check/", status=404)
    look("ann").post("/t/weekly/1/adopt-rules/", status=404)


def test_the_first_hour_ticks_what_is_done(look, tmp_path):
    world = World(tmp_path)
    olga = look("olga")
    assert "Choose the files" in olga.get("/start/").text
    world.draft_round()
    page = olga.get("/start/")
    assert "Round 1 is a draft with 96 rows." in page.text
    assert reverse("roster", args=["weekly"]) in page.links
    world.player("ann")
    assert "1 participant can take part." in olga.get("/start/").text
    assert Participant.objects.count() == 1
    rounds.open_round(world.operator, Round.objects.get())
    assert "Create a tournament" in olga.get("/start/").text
