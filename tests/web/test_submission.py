"""A submission's page: to its owner, to another, to those who oversee."""

import pytest

from tests.world import drain
from tournaments.models import AuditEvent, Score, Selection, Submission, Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(open_round):
    return Submission.objects.get(participant__alias="Ann")


def test_its_owner_sees_the_practice_score_and_nothing_later(look, sent):
    page = look("ann").get(f"/s/{sent.pk}/").text
    score = Score.objects.get(submission=sent)
    assert f"{score.log_loss:.5f}" in page
    assert sent.upload.sha256 in page
    assert "Clear. No earlier file" in page
    assert "Test" not in page.replace("Test rows are scored", "")
    assert "Nearest earlier file" not in page


def test_nobody_else_sees_it(look, sent):
    assert sent.upload.sha256 not in look("bob").get(f"/s/{sent.pk}/", status=404).text
    assert sent.upload.sha256 not in look().get(f"/s/{sent.pk}/", status=404).text
    assert look("bob").client.get(f"/api/v1/submissions/{sent.pk}/file/").status_code == 404


def test_an_operators_look_is_written_down(look, world, sent):
    look("olga").get(f"/s/{sent.pk}/")
    assert AuditEvent.objects.get(action="submission_viewed").actor == world.operator.user


def test_while_it_waits_the_page_asks_again_and_then_shows_the_score(look, world, open_round):
    sent = world.submit(world.cyd, open_round, world.skill(0.3, noise=5))
    browser = look("cyd")
    waiting = browser.client.get(f"/s/{sent.pk}/").content.decode()
    assert 'data-live="waiting"' in waiting
    assert "Not scored yet" in waiting
    drain()
    done = browser.client.get(f"/s/{sent.pk}/").content.decode()
    assert 'data-live="still"' in done
    assert f"{Score.objects.get(submission=sent).log_loss:.5f}" in done


def test_a_failed_score_is_told(look, sent):
    Submission.objects.filter(pk=sent.pk).update(state="failed")
    assert "Scoring failed" in look("ann").get(f"/s/{sent.pk}/").text


def test_after_the_close_originality_is_told_exactly(look, world, resolved):
    copy = Submission.objects.get(participant__alias="Cyd")
    page = look("cyd").get(f"/s/{copy.pk}/").text
    assert "Nearest earlier file Ann, ρ 1.000" in page
    assert "Not original" in page
    assert {"Validation", "Test", "Live"} <= set(page.split())


def test_an_earlier_submission_can_be_made_to_count(look, world, open_round, sent):
    later = world.submit(world.ann, open_round, world.skill(0.1, noise=9))
    assert Selection.objects.get(forecaster=sent.forecaster).submission == later
    page = look("ann").post(f"/s/{sent.pk}/choose/")
    assert "Yes, you chose it" in page.text
    assert Selection.objects.get(forecaster=sent.forecaster).submission == sent
    look("bob").post(f"/s/{later.pk}/choose/", status=404)


def test_after_the_close_the_choice_is_fixed(look, world, open_round, sent):
    world.submit(world.ann, open_round, world.skill(0.1, noise=9))
    world.close(open_round)
    assert "the selection is fixed" in look("ann").post(f"/s/{sent.pk}/choose/", status=409).text
    assert not Work.objects.filter(state="failed").exists()
