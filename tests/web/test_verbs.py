"""Verbs on a round, each with a page that says what will happen, and a reason that all can read."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import drain
from tournaments.models import Exclusion, Extension, LabelSet, Participant, Round, VoidRow
from tournaments.services import ledger, pools
from tournaments.services.amendments import read_ids

pytestmark = pytest.mark.django_db


def log_of(round_):
    return " ".join(round_.log.values_list("text", flat=True))


@pytest.mark.parametrize("verb", ["void", "extend", "exclude", "cancel", "labels"])
def test_only_operators_have_verbs(look, open_round, verb):
    look("ann").get(f"/t/weekly/1/{verb}/", status=403)
    look("ann").post(f"/t/weekly/1/{verb}/", {"reason": "because", "name": "weekly/1"}, status=403)
    assert look().client.get(f"/t/weekly/1/{verb}/")["Location"].startswith("/login/?next=")
    look("olga").get(f"/t/weekly/1/{verb}/")


def test_voiding_is_previewed_and_unknown_ids_are_named(look, world, open_round):
    data = {"ids": "r000, r064\nr065 nope", "check": "1"}
    page = look("olga").post("/t/weekly/1/void/", data)
    assert "Rows that would become void 3" in page.text
    assert "Of them validation 1 Of them live 2" in page.text
    assert "These ids are not in round 1: nope" in page.text
    assert not VoidRow.objects.exists()


def test_rows_are_voided_when_the_name_is_typed(look, world, open_round):
    given = {"ids": "r000", "reason": "sensor was off", "void": "1"}
    look("olga").post("/t/weekly/1/void/", {**given, "name": "weekly/2"}, status=400)
    assert not VoidRow.objects.exists()
    look("olga").post("/t/weekly/1/void/", {**given, "name": "weekly/1"})
    assert VoidRow.objects.count() == 1
    assert "1 rows were voided: sensor was off" in log_of(open_round)
    assert "1 of 96 rows are void already" in look("olga").get("/t/weekly/1/void/").text


def test_ids_come_from_a_file_too_and_stay_for_the_next_step(look, world, open_round):
    page = look("olga").post(
        "/t/weekly/1/void/", {"file": SimpleUploadedFile("ids.csv", b"id\r\nr001\r\nr002\r\n"), "check": "1"}
    )
    assert "Rows that would become void 2" in page.text
    assert "r001 r002" in page.text


def test_unknown_ids_are_not_voided(look, world, open_round):
    data = {"ids": "r000 nope", "reason": "sensor was off", "void": "1", "name": "weekly/1"}
    page = look("olga").post("/t/weekly/1/void/", data, status=400)
    assert "1 ids are not in this round" in page.text
    assert not VoidRow.objects.exists()


def test_nothing_given_is_said(look, open_round):
    page = look("olga").post("/t/weekly/1/void/", {"check": "1"}, status=400)
    assert "Paste ids, or choose a file of them." in page.text


def test_an_id_with_spaces_is_one_id(world, open_round):
    assert read_ids(open_round, "r000\n\nr001 ; r002,r000\n") == ["r000", "r001", "r002"]


def test_a_deadline_is_extended_for_all(look, world, open_round):
    before = open_round.closes_at
    look("olga").post("/t/weekly/1/extend/", {"by": "6h", "participant": "", "reason": "server was down"})
    open_round.refresh_from_db()
    assert open_round.closes_at == before + timedelta(hours=6)
    assert "server was down" in log_of(open_round)


def test_a_deadline_is_extended_for_one(look, world, open_round):
    ann = Participant.objects.get(alias="Ann")
    data = {"by": "at", "closes_at": "2100-01-01T10:00", "participant": ann.pk, "reason": "was ill"}
    look("olga").post("/t/weekly/1/extend/", data)
    assert Extension.objects.get().participant == ann
    assert "Deadlines of single participants Participant Until Reason Ann" in (
        look("olga").get("/t/weekly/1/extend/").text
    )


def test_a_deadline_does_not_move_earlier(look, open_round):
    data = {"by": "at", "closes_at": "2001-01-01T10:00", "participant": "", "reason": "too long"}
    page = look("olga").post("/t/weekly/1/extend/", data, status=400)
    assert "An extension moves the deadline later" in page.text


def test_a_participant_is_excluded_and_comes_back(look, world, open_round):
    ann = Participant.objects.get(alias="Ann")
    page = look("olga").post("/t/weekly/1/exclude/", {"participant": ann.pk, "reason": "two accounts"})
    assert "Ann" in page.text
    assert Exclusion.objects.get().participant == ann
    look("olga").post(f"/t/weekly/1/exclude/{ann.pk}/", {"reason": ""}, status=400)
    look("olga").post(f"/t/weekly/1/exclude/{ann.pk}/", {"reason": "it was a brother"})
    assert not Exclusion.objects.exists()
    assert "Ann is excluded: two accounts" in log_of(open_round)
    assert "Ann takes part again: it was a brother" in log_of(open_round)
    look("olga").post(f"/t/weekly/1/exclude/{ann.pk}/", {"reason": "once more"}, status=404)


def test_one_who_comes_back_is_blended_again(look, world, closed):
    from tournaments.models import MetaModelWeight

    before = MetaModelWeight.objects.filter(meta_model__headline=True).count()
    ann = Participant.objects.get(alias="Ann")
    look("olga").post("/t/weekly/1/exclude/", {"participant": ann.pk, "reason": "two accounts"})
    drain()
    assert MetaModelWeight.objects.filter(meta_model__headline=True).count() == before - 1
    look("olga").post(f"/t/weekly/1/exclude/{ann.pk}/", {"reason": "it was a brother"})
    drain()
    assert MetaModelWeight.objects.filter(meta_model__headline=True).count() == before


def test_a_round_is_cancelled_with_its_refund_told(look, world, open_round):
    page = look("olga").get("/t/weekly/1/cancel/")
    assert "10.00 USD of its pool go back" in page.text
    assert "Its 2 submissions and the log stay." in page.text
    data = {"reason": "wrong data"}
    look("olga").post("/t/weekly/1/cancel/", {**data, "name": "1"}, status=400)
    look("olga").post("/t/weekly/1/cancel/", {**data, "name": "weekly/1"})
    open_round.refresh_from_db()
    assert open_round.state == Round.State.CANCELLED
    assert ledger.balance(pools.pool_of(open_round)) == 0
    assert "wrong data" in log_of(open_round)


def test_cancelling_where_nothing_is_paid_speaks_of_no_money(look, tmp_path):
    from tests.world import World

    World(tmp_path, "classroom").open_round()
    assert "pool" not in look("olga").get("/t/weekly/1/cancel/").text


def test_labels_are_checked_first_and_then_applied(look, world, closed):
    file = SimpleUploadedFile("live.csv", world.labels("test", "live"))
    page = look("olga").post("/t/weekly/1/labels/", {"file": file, "check": "1"})
    assert "New labels 32 Corrected 0 Here already, alike 32 Live rows still without one 0" in page.text
    assert LabelSet.objects.count() == 1
    address = next(
        line.split('action="')[1].split('"')[0]
        for line in check(look, world).splitlines()
        if "/labels/" in line
    )
    assert "Every live row has a label" in look("olga").post(address).text
    assert LabelSet.objects.count() == 2


def check(look, world, content=None):
    """The page after a check, as it was sent."""
    file = SimpleUploadedFile("live.csv", content or world.labels("live"))
    answer = look("olga").client.post("/t/weekly/1/labels/", {"file": file, "check": "1"})
    return answer.content.decode().partition("What live.csv would do")[2]


def test_a_checked_correction_asks_for_its_reason(look, world, closed):
    flipped = f"id,target\nr032,{1 - world.y[32]}\n".encode()
    page = check(look, world, flipped)
    assert "Correct 1 label" in page
    address = page.split('action="')[1].split('"')[0]
    refused = look("olga").post(address, {"reason": ""}, status=400)
    assert "Give a reason" in refused.text
    look("olga").post(address, {"reason": "typing error"})
    assert "1 labels were corrected: typing error" in log_of(closed)
    assert "Send them again" in look("olga").get(address, status=404).text


def test_labels_that_are_here_already_leave_nothing_to_do(look, world, closed):
    page = check(look, world, world.labels("test"))
    assert "There is nothing to do" in page


def test_a_verb_out_of_its_state_is_refused(look, resolved):
    for verb in ("void", "extend", "exclude"):
        assert "Round 1 is resolved" in look("olga").get(f"/t/weekly/1/{verb}/", status=409).text
