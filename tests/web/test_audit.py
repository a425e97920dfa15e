"""The audit log in a browser: filtered, page by page, as a file, and who took the file."""

import csv
import io
from datetime import timedelta

import pytest

from tournaments.models import AuditEvent, User
from tournaments.services import audit, rounds
from tournaments.services.clock import db_now
from tournaments.services.people import users
from tournaments.services.reading import trail

pytestmark = pytest.mark.django_db
LOG = "/t/weekly/audit/"


@pytest.fixture
def ada(world):
    """An auditor."""
    made, _ = users.create_user("ada")
    users.grant_role(made, world.tournament, "auditor")
    return made


def rows_of(browser, query=""):
    response = browser.client.get(f"/t/weekly/audit.csv{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_newest_stands_first_with_who_what_and_why(look, world, open_round):
    rounds.void_rows(world.operator, open_round, ["r000"], "The source was wrong")
    page = look("olga").get(LOG).text.split("Reason and details", 1)[1]
    assert page.index("Voided rows") < page.index("Opened the round")
    assert "olga Voided rows 1 The source was wrong" in page


def test_a_look_at_predictions_is_seen_and_found(look, world, open_round, ada):
    submission = open_round.submissions.first()
    look("ada").get(f"/s/{submission.pk}/")
    page = look("olga").get(f"{LOG}?action=looks").text
    assert "ada Looked at a submission look 1" in page
    assert "Opened the round" not in page.split("Reason and details", 1)[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?action=round_extended", {"round_extended"}),
        ("?actor=ada", {"probe"}),
        ("?round=1&action=rows_voided", {"rows_voided"}),
        ("?q=source%20was", {"rows_voided"}),
        ("?q=needle", {"probe"}),
        ("?since=2999-01-01", set()),
        ("?until=2000-01-01", set()),
        ("?round=7", None),
        ("?action=nonsense&actor=nobody&since=x", None),
    ],
)
def test_the_log_is_filtered_by_action_actor_round_dates_and_text(look, world, open_round, ada, query, found):
    rounds.void_rows(world.operator, open_round, ["r000"], "The source was wrong")
    later = open_round.closes_at + timedelta(hours=1)
    rounds.extend(world.operator, open_round, later, "The network was down")
    audit.record(ada, "probe", world.tournament, place="needle in the hay")
    everything = {event.action for event in AuditEvent.objects.filter(tournament=world.tournament)}
    assert {row["action"] for row in rows_of(look("olga"), query)} == (everything if found is None else found)
    look("olga").get(f"{LOG}{query}")


def test_days_are_whole_days(look, world, open_round):
    today = f"{db_now():%Y-%m-%d}"
    assert rows_of(look("olga"), f"?since={today}&until={today}")


def test_taking_the_file_stands_in_the_log_and_not_in_the_file(look, world, open_round):
    olga = look("olga")
    rows = rows_of(olga, "?action=round_opened")
    assert [row["action"] for row in rows] == ["round_opened"]
    assert rows[0]["actor"] == "olga"
    exported = AuditEvent.objects.get(action="audit_exported")
    assert (exported.actor.username, exported.details) == ("olga", {"filter": {"action": "round_opened"}})
    assert "audit_exported" not in {row["action"] for row in rows}
    assert len(rows_of(olga)) == AuditEvent.objects.filter(tournament=world.tournament).count() - 1


def test_no_cell_of_the_file_is_a_formula(look, world, open_round):
    audit.record(world.operator.user, "probe", world.tournament, "=HYPERLINK(1)")
    assert rows_of(look("olga"), "?action=probe")[0]["reason"] == "'=HYPERLINK(1)"


def test_older_events_are_a_page_away_and_the_filter_stays_in_the_address(look, world, monkeypatch):
    monkeypatch.setattr(trail, "PAGE", 3)
    for i in range(7):
        audit.record(world.operator.user, "probe", world.tournament, f"number {i}.")
    olga = look("olga")
    address, seen = f"{LOG}?action=probe", []
    for _ in range(3):
        page = olga.get(address)
        seen += [i for i in range(7) if f"number {i}." in page.text]
        address = next((LOG + link for link in page.links if "before=" in link), "")
    assert seen == [4, 5, 6, 1, 2, 3, 0]
    assert address == ""
    olga.get(f"{LOG}?before=x")


def test_only_overseers_read_a_tournaments_log_and_only_superusers_the_servers(look, world, open_round, ada):
    audit.record(None, "backup_made", files=3, bytes=10)
    look("ann").get(LOG, status=403)
    assert "Made a backup" not in look("ada").get(LOG).text
    look("ada").get("/audit/", status=403)
    look("olga").get("/audit.csv", status=403)
    User.objects.create_superuser("root")
    assert "the server Made a backup" in look("root").get("/audit/").text
    assert "backup_made" in look("root").client.get("/audit.csv").content.decode()
    assert AuditEvent.objects.get(action="audit_exported").tournament is None


def test_the_log_asks_as_much_of_the_database_for_50_events_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 45):
        for _ in range(size):
            audit.record(world.operator.user, "probe", open_round, "again")
        olga = look("olga")
        with django_assert_max_num_queries(12) as asked:
            olga.get(LOG)
        counts.append(len(asked))
    assert counts[0] == counts[1]
