"""Uploading in a browser: good, broken, late and over quota; checked only; by whom."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart

from aggregator.embedded.stack import CHECKOUT
from tests.world import drain
from tournaments.models import Rejection, Round, Submission, Upload
from tournaments.services.clock import db_now
from tournaments.services.people import players, users
from tournaments.web import words

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/1/upload/"


@pytest.fixture
def round_(world):
    return world.open_round()


def form(content, name="p.csv", **more):
    return {"file": SimpleUploadedFile(name, content), **more}


def test_a_good_file_gets_its_receipt(look, world, round_):
    content = world.csv(world.skill(0.5, noise=1))
    page = look("ann").post(HERE, form(content))
    assert "Accepted" in page.text
    assert hashlib.sha256(content).hexdigest() in page.text
    assert "Position in the round 1" in page.text
    assert "24 of 25 files left" in page.text
    assert Submission.objects.get().upload.uploaded_by == world.ann.user


def test_the_same_bytes_again_get_the_same_receipt_and_cost_nothing(look, world, round_):
    content = world.csv(world.skill(0.5, noise=1))
    look("ann").post(HERE, form(content))
    page = look("ann").post(HERE, form(content))
    assert "has this file already" in page.text
    assert Upload.objects.count() == 1


def test_a_broken_file_shows_every_kind_of_fault_with_lines_and_what_to_do(look, world, round_):
    lines = world.csv(world.skill(0.5, noise=1)).decode().splitlines()
    lines[5], lines[9], lines[12] = "r004,1.4", "r008,abc", "<i>zzz</i>,0.5"
    page = look("ann").post(HERE, form("\n".join(lines).encode()), status=400)
    for code in ("missing_id", "unknown_id", "not_a_number", "out_of_range"):
        assert code in page.text
    assert "Line 6" in page.text
    assert "Send probabilities, from 0 to 1." in page.text
    assert "<i>zzz</i>" in page.text
    assert not Upload.objects.exists()
    assert Rejection.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "p.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "p.png", "not_a_table"),
        (b"name,value\na,1\n", "p.csv", "bad_header"),
    ],
)
def test_what_is_no_table_of_predictions_is_named(content, name, code, look, round_):
    assert code in look("ann").post(HERE, form(content, name), status=400).text


def test_check_only_says_what_would_happen_and_keeps_nothing(look, world, round_):
    good = world.csv(world.skill(0.5, noise=1))
    page = look("ann").post(HERE, form(good, check="1"))
    assert "would be accepted" in page.text
    assert "25 of 25 files left" in page.text
    assert (
        "out_of_range" in look("ann").post(HERE, form(good.replace(b"0.", b"7."), check="1"), status=400).text
    )
    assert not Upload.objects.exists()
    assert not Rejection.objects.exists()


def test_a_late_file_is_refused_with_both_times(look, world, round_):
    past = db_now() - timedelta(seconds=5)
    Round.objects.filter(pk=round_.pk).update(closes_at=past, opens_at=past - timedelta(hours=1))
    page = look("ann").post(HERE, form(world.csv(world.skill(0.5, noise=1))), status=409)
    assert "too_late" in page.text
    assert f"{past:%H:%M:%S} UTC" in page.text
    assert not Upload.objects.exists()


def test_a_closed_round_offers_no_form(look, world, open_round):
    world.close(open_round)
    page = look("ann").get(HERE)
    assert "it takes no files" in page.text
    assert "Check only" not in page.text


def test_a_file_over_quota_is_refused(look, world):
    world.tournament.rules = world.tournament.read_rules().but(quota=1).to_json()
    world.tournament.save()
    world.open_round()
    assert "0 of 1 files" not in look("ann").get(HERE).text
    look("ann").post(HERE, form(world.csv(world.skill(0.5, noise=1))))
    page = look("ann").post(HERE, form(world.csv(world.skill(0.5, noise=2))), status=409)
    assert "You have used all 1 files" in page.text
    assert Upload.objects.count() == 1


def test_a_file_of_ranks_is_taken_with_a_warning(look, world, round_):
    ranks = world.noise[3].argsort().argsort() / (len(world.ids) - 1)
    page = look("ann").post(HERE, form(world.csv(ranks)))
    assert "Accepted" in page.text
    assert "looks_like_ranks" in page.text


def test_a_file_can_hold_a_column_for_each_forecaster(look, world, round_):
    players.add_forecaster(world.ann, world.tournament, "second")
    rows = [f"{i},{0.4 + 0.001 * (n % 50)},{0.6 - 0.001 * (n % 40)}" for n, i in enumerate(world.ids)]
    page = look("ann").post(HERE, form("\n".join(["id,main,second", *rows]).encode()))
    assert page.text.count("Follow its score") == 2
    drain()


def test_a_file_goes_to_the_forecaster_that_was_chosen(look, world, round_):
    players.add_forecaster(world.ann, world.tournament, "second")
    look("ann").post(HERE, form(world.csv(world.skill(0.5, noise=1)), forecaster="second"))
    assert Submission.objects.get().forecaster.name == "second"


def test_nobody_uploads_for_another(look, world, round_):
    players.add_forecaster(world.bob, world.tournament, "bobs")
    content = world.csv(world.skill(0.5, noise=1))
    assert "bobs" in look("ann").post(HERE, form(content, forecaster="bobs"), status=400).text
    assert not Upload.objects.exists()


def test_a_form_without_a_file_says_so(look, round_):
    assert "Choose a file first." in look("ann").post(HERE, {}, status=400).text


def test_a_stranger_is_asked_to_log_in_and_an_outsider_is_refused(look, world, round_):
    assert look().client.get(HERE)["Location"] == f"/login/?next={HERE}"
    users.create_user("zoe")
    assert "You do not take part" in look("zoe").get(HERE, status=403).text
    look("zoe").post(HERE, form(world.csv(world.skill(0.5, noise=1))), status=403)


def test_another_participants_receipt_is_not_shown(look, world, round_):
    sent = world.submit(world.ann, round_, world.skill(0.5, noise=1))
    assert look("ann").get(f"{HERE}?receipt={sent.pk}")
    page = look("bob").get(f"{HERE}?receipt={sent.pk}", status=404)
    assert sent.upload.sha256 not in page.text


def test_every_fault_says_how_to_mend_it(look, world, round_):
    lines = world.csv(world.skill(0.5, noise=1)).decode().splitlines()
    lines[5], lines[9] = "r004,1.4", "zzz,0.5"
    page = look("ann").post(HERE, form("\n".join(lines).encode()), status=400)
    for code in ("missing_id", "unknown_id", "out_of_range"):
        assert words.FIXES[code] in page.text
    assert page.text.count("To mend it:") == 3


def test_there_is_a_remedy_for_every_fault_that_a_file_can_have():
    sources = (CHECKOUT / "tournaments/store/formats").glob("*.py")
    codes = {
        code
        for source in sources
        for code in re.findall(r'(?:Fault|reject|_values|_fault)\(\s*"([a-z_]+)"', source.read_text())
    }
    assert {"missing_id", "not_a_number", "out_of_range", "too_many_rows"} <= codes
    assert codes - {"extra_ids"} <= set(words.FIXES)  # extra ids are a warning


def test_the_same_key_gives_the_same_receipt_after_a_lost_answer(look, world, round_):
    content = world.csv(world.skill(0.5, noise=1))
    first = look("ann").post(HERE, form(content, key="abc"))
    again = look("ann").post(HERE, form(content, key="abc"))
    assert Upload.objects.count() == 1
    assert Submission.objects.count() == 1
    for page in (first, again):
        assert hashlib.sha256(content).hexdigest() in page.text


def test_a_key_that_was_used_for_another_file_is_refused(look, world, round_):
    look("ann").post(HERE, form(world.csv(world.skill(0.5, noise=1)), key="abc"))
    other = form(world.csv(world.skill(0.5, noise=2)), key="abc")
    assert "idempotency_key_reused" in look("ann").post(HERE, other, status=409).text
    assert Upload.objects.count() == 1


def test_a_form_cut_off_in_its_last_number_is_not_taken_for_a_whole_file(look, world, round_):
    """Django's parser takes what came as the file: 0.5123 cut to 0.51 would count as another prediction."""
    content = world.csv(world.skill(0.5, noise=1))
    body = encode_multipart("boundary", {"key": "abc", **form(content)})
    for lost in (1, 30, 700):
        wire = {"wsgi.input": io.BytesIO(body[:-lost]), "CONTENT_LENGTH": str(len(body))}
        kind = "multipart/form-data; boundary=boundary"
        answer = look("ann").client.generic("POST", HERE, body, kind, **wire)
        assert answer.status_code == 400
        assert "incomplete_body" in answer.content.decode()
    assert not Upload.objects.exists()


def test_the_receipts_hash_can_be_copied(look, world, round_):
    page = look("ann").client.post(HERE, form(world.csv(world.skill(0.5, noise=1))), follow=True)
    sent = Submission.objects.get()
    assert f'data-copy="hash-{sent.pk}"' in page.content.decode()
