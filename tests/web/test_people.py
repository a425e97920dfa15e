"""The table of participants, one participant, bans, links: for operators; auditors see aliases only."""

import csv
import io
from datetime import timedelta

import pytest

from tests.world import user
from tournaments.models import AuditEvent, OneTimeLink, Participant, Role
from tournaments.services.clock import db_now
from tournaments.services.people import bans, enrolment, users
from tournaments.services.people.roster_file import Entry

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/people/"


def one(alias):
    return Participant.objects.get(alias=alias)


def place(alias, rest=""):
    return f"{HERE}{one(alias).pk}/{rest}"


@pytest.fixture
def auditor(world):
    made = users.create_user("audrey")[0]
    Role.objects.create(user=made, tournament=world.tournament, kind="auditor")
    return made


@pytest.fixture
def named(world):
    """Ann and Bob have names, ids and groups; Cyd has none."""
    Participant.objects.filter(alias="Ann").update(name="Zoe Adams", external_id="1", group="Tuesday")
    Participant.objects.filter(alias="Bob").update(name="Abe Brown", external_id="2", group="Friday")


def aliases(page):
    return [name for name in page.text.split() if name in ("Ann", "Bob", "Cyd")]


def test_an_operator_sees_everyone_with_names_and_who_is_in(look, world, named, open_round):
    user("ann").save()
    page = look("olga").get(HERE)
    assert "Ann Zoe Adams 1 Tuesday Never" in page.text
    assert "Round 1" in page.text
    assert page.text.count("✓") == 0
    assert "3 participants" in page.text
    assert page.text.split("Cyd")[1].count("Missing") == 1
    assert AuditEvent.objects.filter(action="participants_listed", actor=world.operator.user).count() == 1


def test_an_auditor_sees_aliases_and_no_names_anywhere(look, world, named, auditor, open_round):
    audrey = look("audrey")
    read = [audrey.get(HERE).text]
    read += [audrey.get(f"{HERE}?q=Zoe").text, audrey.get(f"{HERE}?group=Tuesday").text]
    read.append(audrey.client.get(f"{HERE}people.csv").content.decode())
    assert "Ann" in read[0]
    assert "Nobody matches" in read[1]
    for word in ("Zoe Adams", "Abe Brown", "Friday"):
        assert not [text for text in read if word in text]
    # The order of names would tell about names.
    assert aliases(audrey.get(f"{HERE}?sort=name")) == ["Ann", "Bob", "Cyd"]
    audrey.get(place("Ann"), status=403)
    assert AuditEvent.objects.filter(action="participants_listed", actor=auditor).count() == 5


def test_nobody_else_sees_the_table(look, world):
    look("ann").get(HERE, status=403)
    assert look("ann").client.get(f"{HERE}people.csv").status_code == 403
    assert look().client.get(HERE)["Location"].startswith("/login/")


def test_the_table_is_searched_filtered_and_sorted_by_its_address(look, world, named, open_round):
    olga = look("olga")
    assert aliases(olga.get(f"{HERE}?q=zoe")) == ["Ann"]
    assert aliases(olga.get(f"{HERE}?q=bob")) == ["Bob"]
    assert aliases(olga.get(f"{HERE}?group=Friday")) == ["Bob"]
    assert aliases(olga.get(f"{HERE}?only=missing")) == ["Cyd"]
    assert aliases(olga.get(f"{HERE}?only=in")) == ["Ann", "Bob"]
    assert aliases(olga.get(f"{HERE}?sort=-alias")) == ["Cyd", "Bob", "Ann"]
    assert aliases(olga.get(f"{HERE}?sort=name"))[1:] == ["Bob", "Ann"]
    assert aliases(olga.get(f"{HERE}?sort=seen&page=99999&only=nonsense&q=%00")) == ["Ann", "Bob", "Cyd"]
    assert "Nobody matches" in olga.get(f"{HERE}?q=nobody").text
    bans.ban(world.operator, one("Cyd"), "Copies")
    assert aliases(olga.get(f"{HERE}?only=banned")) == ["Cyd"]
    assert aliases(olga.get(f"{HERE}?only=missing")) == []


def test_those_who_never_came_can_be_found(look, world):
    ann = user("ann")
    ann.last_login = db_now()
    ann.save()
    assert aliases(look("olga").get(f"{HERE}?only=never")) == ["Bob", "Cyd"]
    assert aliases(look("olga").get(f"{HERE}?sort=-seen"))[0] == "Ann"


def test_the_file_has_what_the_screen_shows_over_all_pages(look, world, named):
    for n in range(55):
        world.player(f"p{n:02d}")
    olga = look("olga")
    assert "Page 1 of 2" in olga.get(HERE).text
    assert "/t/weekly/people/?page=2" in ["/t/weekly/people/" + link for link in olga.get(HERE).links]
    response = olga.client.get(f"{HERE}people.csv?q=p&sort=-alias")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert len(rows) == 55
    assert rows[0]["alias"] == "P54"
    assert rows[0]["users"] == "p54"
    full = list(csv.DictReader(io.StringIO(olga.client.get(f"{HERE}people.csv").content.decode())))
    assert (full[0]["alias"], full[0]["name"], full[0]["external_id"]) == ("Ann", "Zoe Adams", "1")


def test_no_cell_of_the_file_is_a_formula(look, world):
    Participant.objects.filter(alias="Ann").update(name="=HYPERLINK(1)", external_id="+1", group="@SUM(1)")
    file = look("olga").client.get(f"{HERE}people.csv").content.decode()
    row = next(csv.DictReader(io.StringIO(file)))
    assert (row["name"], row["external_id"], row["group"]) == ("'=HYPERLINK(1)", "'+1", "'@SUM(1)")


def test_an_empty_tournament_says_how_people_come_in(look, world):
    Participant.objects.all().update(kind="player")
    for name in ("Ann", "Bob", "Cyd"):
        made = one(name)
        made.forecasters.all().delete()
        made.delete()
    page = look("olga").get(HERE)
    assert "Nobody takes part yet" in page.text
    assert "/t/weekly/people/roster/" in page.links


def test_20_people_ask_as_much_of_the_database_as_5(look, world, open_round, django_assert_max_num_queries):
    counts = []
    for size in (5, 20):
        for n in range(Participant.objects.count(), size):
            world.player(f"p{n}")
        olga = look("olga")
        with django_assert_max_num_queries(30) as asked:
            olga.get(HERE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_operator_changes_what_someone_is_called(look, world, named):
    olga = look("olga")
    page = olga.get(place("Ann"))
    assert "Zoe Adams" in page.text
    data = {"alias": "Heron", "name": "Zoe King", "external_id": "9", "group": ""}
    where = place("Ann")
    assert "Zoe King" in olga.post(where, data).text
    assert "Somebody plays under this alias" in olga.post(where, {**data, "alias": "bob"}, status=409).text
    assert "Another participant has" in olga.post(where, {**data, "external_id": "2"}, status=409).text
    olga.post(where, {**data, "alias": "?"}, status=400)
    heron = one("Heron")
    assert (heron.name, heron.external_id, heron.group) == ("Zoe King", "9", "")
    event = AuditEvent.objects.get(action="participant_edited")
    assert event.details["changed"] == ["name", "external_id", "group", "alias"]
    assert "Zoe" not in str(event.details)


def test_an_operator_bans_with_a_reason_and_lifts_it(look, world, open_round):
    olga = look("olga")
    last_day = (db_now() + timedelta(days=2)).date()
    page = olga.post(place("Ann", "ban/"), {"reason": "Copies", "last_day": last_day.isoformat()})
    assert "Banned since" in page.text
    assert "Copies" in page.text
    ann = one("Ann")
    assert ann.banned_until.isoformat() == f"{last_day + timedelta(days=1)}T00:00:00+00:00"
    assert "banned" in olga.get(HERE).text
    assert "Banned since" not in olga.post(place("Ann", "lift/")).text
    assert "3 to 300" in olga.post(place("Ann", "ban/"), {"reason": "x"}, status=400).text
    past = {"reason": "Copies", "last_day": "2020-01-01"}
    assert "have ended already" in olga.post(place("Ann", "ban/"), past, status=400).text
    olga.post(place("Ann", "lift/"), status=409)


def test_a_login_link_is_made_shown_once_and_revoked(look, world):
    enrolment.add_one(world.operator, world.tournament, Entry(1, name="Ada", alias="Heron"))
    olga = look("olga")
    assert "waits until" in olga.get(place("Heron")).text
    response = olga.client.post(place("Heron", "link/heron/"))
    assert "no-store" in response["Cache-Control"]
    assert "http://testserver/in/" in response.content.decode()
    assert OneTimeLink.objects.filter(revoked_at__isnull=True).count() == 1
    page = olga.post(place("Heron", "unlink/heron/"))
    assert "waits until" not in page.text
    olga.post(place("Heron", "link/ann/"), status=404)


def test_who_has_a_role_keeps_their_own_login(look, world):
    Role.objects.create(user=user("ann"), tournament=world.tournament, kind="auditor")
    assert "Keeps their own login" in look("olga").get(place("Ann")).text
    look("olga").post(place("Ann", "link/ann/"), status=403)


def test_fresh_links_for_all_who_never_came(look, world):
    ann = user("ann")
    ann.last_login = db_now()
    ann.save()
    olga = look("olga")
    assert "2 users have never logged in" in olga.get(f"{HERE}links/").text
    page = olga.post(f"{HERE}links/")
    assert page.text.count("http://testserver/in/") == 2
    assert "Ann" not in page.text
    for name in ("bob", "cyd"):
        made = user(name)
        made.last_login = db_now()
        made.save()
    assert "has logged in" in olga.get(f"{HERE}links/").text


def test_one_is_added_by_hand_new_or_known(look, world):
    olga = look("olga")
    new = {"new-alias": "", "new-name": "Ada", "new-external_id": "5", "new-group": "", "new-email": ""}
    page = olga.post(f"{HERE}add/", new)
    assert "http://testserver/in/" in page.text
    assert Participant.objects.get(external_id="5").name == "Ada"
    assert "is here already" in olga.post(f"{HERE}add/", new, status=409).text
    empty = {**new, "new-name": "", "new-external_id": ""}
    assert "neither a name" in olga.post(f"{HERE}add/", empty, status=400).text
    users.create_user("kim")
    known = {"known": "1", "known-username": "kim", "known-alias": "Stork"}
    assert "Stork" in olga.post(f"{HERE}add/", known).text
    assert one("Stork").members.get().user == user("kim")
    nobody = {**known, "known-username": "nobody"}
    assert "There is no user nobody" in olga.post(f"{HERE}add/", nobody, status=404).text


def test_only_operators_act_on_people(look, world, auditor):
    for name in ("ann", "audrey"):
        browser = look(name)
        for path in ("ban/", "lift/", "link/ann/", "unlink/ann/", ""):
            browser.post(place("Ann", path), {"reason": "Copies", "alias": "X"}, status=403)
        browser.get(f"{HERE}add/", status=403)
        browser.get(f"{HERE}links/", status=403)
        browser.post(f"{HERE}links/", status=403)
    assert look("olga").client.get(f"{HERE}999999/").status_code == 404
