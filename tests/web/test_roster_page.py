"""A roster in a browser: preview, commit, links that are shown once."""

import base64
import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.services.test_rosters import class_of
from tournaments.models import OneTimeLink, Participant, User
from tournaments.services import contests
from tournaments.web.joining import rosters

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/people/roster/"
TEXT = "name,external_id,group\nAda Byron,1,Tuesday\nEmil Post,2,Friday\n"


def found(pattern, text):
    """What the parts of a pattern are in a text that has it."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match


def send(browser, text, status=200, encoding="utf-8"):
    return browser.post(HERE, {"file": SimpleUploadedFile("class.csv", text.encode(encoding))}, status)


def rows_of(browser, text):
    """The signed value of a preview."""
    response = browser.client.post(HERE, {"file": SimpleUploadedFile("class.csv", text.encode())})
    return found(r'name="rows" value="([^"]+)"', response.content.decode())[1]


def test_a_roster_is_previewed_and_then_taken_with_links(look, world):
    olga = look("olga")
    page = send(olga, TEXT)
    assert "Would be added 2" in page.text
    assert "Add 2 participants" in page.text
    assert "Ada Byron 1 Tuesday drawn" in page.text
    assert Participant.objects.count() == 3
    response = olga.client.post(HERE, {"rows": rows_of(olga, TEXT)})
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert "2 participants added" in text
    links = re.findall(r">(http://testserver/in/[^<]+)<", text)
    assert len(set(links)) == 2
    file = base64.b64decode(found(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', text)[1]).decode()
    assert file.splitlines()[0] == "alias,name,external_id,group,user,link"
    assert all(link in file for link in links)
    assert OneTimeLink.objects.count() == 2
    assert links[0] not in olga.get("/t/weekly/people/").text


def test_no_cell_of_the_list_of_links_is_a_formula(look, world):
    olga = look("olga")
    rows = rows_of(olga, "name,external_id\n=HYPERLINK(1),@7\n")
    text = olga.client.post(HERE, {"rows": rows}).content.decode()
    file = base64.b64decode(found(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', text)[1]).decode()
    row = next(csv.DictReader(io.StringIO(file)))
    assert (row["name"], row["external_id"]) == ("'=HYPERLINK(1)", "'@7")


def test_a_link_from_the_list_lets_its_user_in(look, world):
    olga = look("olga")
    text = olga.client.post(HERE, {"rows": rows_of(olga, TEXT)}).content.decode()
    link = found(r">http://testserver(/in/[^<]+)<", text)[1]
    guest = look()
    guest.get(link)
    guest.post(link)
    user = User.objects.get(pk=guest.client.session["_auth_user_id"])
    assert user.memberships.get().participant.name in ("Ada Byron", "Emil Post")


def test_the_same_file_again_has_nothing_to_do(look, world):
    olga = look("olga")
    rows = rows_of(olga, TEXT)
    olga.post(HERE, {"rows": rows})
    assert "There is nothing to do" in send(olga, TEXT).text
    page = olga.post(HERE, {"rows": rows})
    assert "Everyone in the file was here already" in page.text
    assert Participant.objects.count() == 5


def test_changes_are_told_before_they_are_made(look, world):
    olga = look("olga")
    olga.post(HERE, {"rows": rows_of(olga, TEXT)})
    other = TEXT.replace("Ada Byron", "Ada King") + "Kurt Goedel,3,Friday\n"
    page = send(olga, other)
    assert "Name was “Ada Byron”" in page.text
    assert "Add 1 participant and change 1" in page.text
    assert "1 participant added" in olga.post(HERE, {"rows": rows_of(olga, other)}).text
    assert Participant.objects.filter(name="Ada King", external_id="1").exists()


def test_faults_are_listed_by_line_and_nothing_can_be_taken(look, world):
    page = send(look("olga"), "name,external_id,alias\nAda,1,\nEmil,1,\nKurt,3,?\n", 400)
    assert "class.csv has 2 faults" in page.text
    assert "3 The external id of line 2 stands here again." in page.text
    assert "4 “?” cannot be an alias" in page.text
    assert "Would be added 1 " in page.text
    assert "Add 1" not in page.text


def test_what_is_no_roster_is_told_at_the_field(look, world):
    olga = look("olga")
    assert "none of the columns name, external_id, alias" in send(olga, "a,b\n1,2\n", 400).text
    assert "The file is empty" in send(olga, "", 400).text
    assert "Choose a file first" in olga.post(HERE, {"x": "1"}, status=400).text


def test_a_file_in_latin_1_is_read_and_the_guess_is_told(look, world):
    page = send(look("olga"), "name\nZoë\n", encoding="latin-1")
    assert "read as Latin-1" in page.text
    assert "Zoë" in page.text


def test_a_value_that_was_not_previewed_here_is_refused(look, world):
    olga = look("olga")
    contests.create(world.operator.user, "other", "Other")
    rows = rows_of(olga, TEXT)
    for bad in ("", "nonsense", rows[:-3] + "abc"):
        assert "preview is too old" in olga.post(HERE, {"rows": bad}, status=400).text
    assert "preview is too old" in olga.post("/t/other/people/roster/", {"rows": rows}, status=400).text
    assert Participant.objects.count() == 3


def test_a_preview_of_long_ago_is_refused(look, world, monkeypatch):
    olga = look("olga")
    rows = rows_of(olga, TEXT)
    monkeypatch.setattr(rosters, "LASTS", -1)
    assert "preview is too old" in olga.post(HERE, {"rows": rows}, status=400).text


def test_what_became_impossible_since_the_preview_is_told_and_nothing_is_done(look, world):
    olga = look("olga")
    text = "alias,external_id\nDan,1\nEve,2\n"
    rows = rows_of(olga, text)
    world.player("dan")
    Participant.objects.filter(alias="Dan").update(external_id="77")
    page = olga.post(HERE, {"rows": rows}, status=409)
    assert "The alias Dan belongs to another participant" in page.text
    assert not Participant.objects.filter(alias="Eve").exists()


def test_a_class_of_150_comes_in_within_seconds(look, world, django_assert_max_num_queries):
    olga = look("olga")
    rows = rows_of(olga, class_of(150))
    with django_assert_max_num_queries(50):
        page = olga.post(HERE, {"rows": rows})
    assert "150 participants added" in page.text


def test_only_operators_come_here(look, world):
    look("ann").get(HERE, status=403)
    send(look("ann"), TEXT, 403)
    look("ann").post(HERE, {"rows": "x"}, status=403)
    assert look().client.get(HERE)["Location"].startswith("/login/")
