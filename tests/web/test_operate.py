"""Operators run a round in a browser; nobody else can."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import drain
from tournaments.models import AuditEvent, Round, Settlement, Work
from tournaments.services import rounds

pytestmark = pytest.mark.django_db
PAGES = ("open", "labels", "resolve", "settle")


def test_only_operators_may_run_a_round(look, resolved):
    for verb in PAGES:
        for data in ({}, {"name": "weekly/1"}):
            look("ann").post(f"/t/weekly/1/{verb}/", data, status=403)
        look("ann").get(f"/t/weekly/1/{verb}/", status=403)
        assert look().client.get(f"/t/weekly/1/{verb}/")["Location"].startswith("/login/?next=")
    resolved.refresh_from_db()
    assert resolved.state == Round.State.RESOLVED


def test_a_round_is_run_from_draft_to_settlement(look, world):
    world.draft_round()
    olga = look("olga")
    assert "Open round 1" in olga.get("/t/weekly/1/").text
    olga.post("/t/weekly/1/open/", {"name": "weekly/1"})
    round_ = Round.objects.get()
    assert round_.state == Round.State.OPEN
    world.submit(world.ann, round_, world.skill(0.6, noise=1))
    world.submit(world.bob, round_, world.skill(0.5, noise=2))
    drain()
    world.close(round_)
    assert "32 live rows have no label yet" in olga.get("/t/weekly/1/").text
    file = SimpleUploadedFile("live.csv", world.labels("live"))
    assert "Every live row has a label" in olga.post("/t/weekly/1/labels/", {"file": file}).text
    assert "Scoring the live rows" in olga.post("/t/weekly/1/resolve/", {"name": "weekly/1"}).text
    drain()
    preview = olga.get("/t/weekly/1/settle/").text
    assert "Sum, which is the pool 10.00" in preview
    assert not Settlement.objects.exists()
    assert "Nothing is left to do" in olga.post("/t/weekly/1/settle/", {"name": "weekly/1"}).text
    assert Settlement.objects.get().paid == 1_000


def test_nothing_is_settled_without_the_name_typed(look, resolved):
    for name in ("", "weekly", "weekly/2", "WEEKLY/1"):
        page = look("olga").post("/t/weekly/1/settle/", {"name": name}, status=400)
        assert "Type weekly/1 to confirm" in page.text
        assert not Settlement.objects.exists()


def test_settling_twice_settles_once(look, resolved):
    olga = look("olga")
    olga.post("/t/weekly/1/settle/", {"name": "weekly/1"})
    olga.post("/t/weekly/1/settle/", {"name": "weekly/1"}, status=409)
    assert Settlement.objects.count() == 1


def test_a_verb_out_of_its_state_is_refused_with_the_state(look, open_round):
    assert "Round 1 is open" in look("olga").get("/t/weekly/1/settle/", status=409).text
    assert "Round 1 is open" in look("olga").get("/t/weekly/1/resolve/", status=409).text


def test_a_broken_label_file_shows_its_faults(look, world, closed):
    file = SimpleUploadedFile("live.csv", b"id,target\nr064,5\nzzz,1\n")
    page = look("olga").post("/t/weekly/1/labels/", {"file": file}, status=400)
    assert "was not accepted" in page.text
    assert "unknown_id" in page.text


def test_a_corrected_label_needs_a_reason(look, world, closed):
    wrong = world.labels("test").replace(b",1", b",9").replace(b",0", b",1").replace(b",9", b",0")
    page = look("olga").post("/t/weekly/1/labels/", {"file": SimpleUploadedFile("l.csv", wrong)}, status=400)
    assert "Give a reason" in page.text


def test_failed_work_is_shown_with_its_error_and_tried_again(look, world, open_round):
    work = Work.objects.filter(kind="score_validation")[0]
    Work.objects.filter(pk=work.pk).update(state="failed", attempts=5, error="Traceback\nBlobError: damaged")
    assert "BlobError: damaged" in look("olga").get("/t/weekly/1/").text
    assert "BlobError" not in look("ann").get("/t/weekly/1/").text
    look("ann").post(f"/t/weekly/1/retry/{work.pk}/", status=403)
    look("olga").post(f"/t/weekly/1/retry/{work.pk}/")
    assert Work.objects.get(pk=work.pk).state == Work.State.DUE
    assert AuditEvent.objects.filter(action="work_retried").count() == 1


def test_a_get_changes_nothing(look, world):
    draft = world.draft_round()
    look("olga").get("/t/weekly/1/open/")
    draft.refresh_from_db()
    assert draft.state == Round.State.DRAFT
    rounds.open_round(world.operator, draft)
    work = Work.objects.all()[0]
    assert look("olga").client.get(f"/t/weekly/1/retry/{work.pk}/").status_code == 405


def test_a_form_without_its_token_is_refused(world, resolved):
    from django.test import Client

    from tests.world import user

    client = Client(enforce_csrf_checks=True)
    client.force_login(user("olga"))
    response = client.post("/t/weekly/1/settle/", {"name": "weekly/1"})
    assert response.status_code == 403
    assert b"The page had expired" in response.content
    assert not Settlement.objects.exists()
