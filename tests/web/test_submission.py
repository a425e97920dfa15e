"""A submission's page: to its owner, to another, to those who oversee."""

import csv
import io

import numpy as np
import pytest

from tests.world import drain
from tournaments.models import AuditEvent, MetaModel, Round, Score, Selection, Submission, Work
from tournaments.models.score import SKILL
from tournaments.numerics.calibration import calibrate
from tournaments.numerics.skill import score_skill
from tournaments.services import blending, files, labels, rounds, scoring
from tournaments.services.frames import frame_of
from tournaments.services.reading import closeups

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


def test_before_the_close_the_shape_of_practice_rows_is_drawn_and_nobody_elses_place_told(look, sent):
    page = look("ann").get(f"/s/{sent.pk}/")
    assert "On validation rows" in page.text
    assert "Do the probabilities mean what they say?" in page.text
    assert "worst: " not in page.text  # it stands in the picture
    assert "Told after the round has closed" in page.text


@pytest.mark.parametrize(("feedback", "more"), [("sealed", {}), ("ladder", {"ladder_step": 0.01})])
def test_where_feedback_is_less_than_exact_no_chart_gives_it_away(look, world, feedback, more):
    world.tournament.rules = world.tournament.read_rules().but(feedback=feedback, **more).to_json()
    world.tournament.save()
    round_ = world.open_round()
    sent = world.submit(world.ann, round_, world.skill(0.5, noise=1))
    drain()
    assert Score.objects.get(submission=sent).histogram
    page = look("ann").client.get(f"/s/{sent.pk}/").content.decode()
    assert "data-chart" not in page
    world.close(round_)
    assert "data-chart" in look("ann").client.get(f"/s/{sent.pk}/").content.decode()


def test_after_the_close_the_share_of_others_that_are_worse_is_told(look, world, resolved):
    sent = Submission.objects.get(participant__alias="Bob")
    scores = {
        s.submission.participant.alias: s.units for s in Score.objects.filter(split="live") if s.submission
    }
    others = [scores["Ann"], scores["Cyd"]]
    share = sum(one > scores["Bob"] for one in others) / 2
    page = look("bob").get(f"/s/{sent.pk}/")
    assert f"Live {Score.objects.get(submission=sent, split='live').log_loss:.5f}" in page.text
    figures = {one.split: one.figures for one in closeups.of_submission(sent, whole=False)}
    assert figures["live"]["better_than"] == share
    assert f"{share:.0%}" in page.text


def test_each_eras_loss_stands_beside_its_name_also_when_one_is_void(look, world, open_round):
    sent = Submission.objects.get(participant__alias="Ann")
    rows = [i for i, (split, era) in enumerate(zip(world.splits, world.eras, strict=True)) if era == "era2"]
    rounds.void_rows(world.operator, open_round, [world.ids[i] for i in rows], "a sensor failed")
    drain()
    (practice,) = closeups.of_submission(sent, whole=False)
    assert [one.era for one in practice.eras] == ["era1", "era3", "era4"]
    page = look("ann").get(f"/s/{sent.pk}/")
    assert "in 3 eras" in page.text.replace("of 3 eras", "in 3 eras")


def test_charts_can_be_seen_of_each_split_that_is_told(look, resolved):
    sent = Submission.objects.get(participant__alias="Ann")
    assert "On live rows" in look("ann").get(f"/s/{sent.pk}/").text
    assert "On test rows" in look("ann").get(f"/s/{sent.pk}/?split=test").text
    assert "On live rows" in look("ann").get(f"/s/{sent.pk}/?split=nonsense").text


def test_originality_is_told_in_words_with_the_correlation_to_the_meta_model(look, closed):
    copy = Submission.objects.get(participant__alias="Cyd")
    page = look("cyd").get(f"/s/{copy.pk}/").text
    assert "The nearest file that came first is Ann’s: their ranks correlate 1.000" in page
    assert "The gate is a correlation of 0.95, so it does not pass." in page
    assert f"With the meta-model its ranks correlate {copy.originality.meta_rho:.3f}." in page


def test_the_api_tells_the_same_shape(look, resolved):
    sent = Submission.objects.get(participant__alias="Ann")
    found = look("ann").client.get(f"/api/v1/submissions/{sent.pk}/").json()
    score = Score.objects.get(submission=sent, split="live")
    assert found["scores"]["live"]["calibration"] == score.calibration
    assert sum(found["scores"]["live"]["histogram"]) == score.rows
    assert found["originality"]["meta_rho"] == sent.originality.meta_rho


def test_the_correlation_with_the_meta_model_is_that_of_the_ranks_on_test_rows(world, closed):
    frame = frame_of(closed)
    start, stop = frame.split_starts[frame.names.index("test") :][:2]
    crowd = frame.ranks(blending.vector_of(MetaModel.objects.get(round=closed, headline=True)))[start:stop]
    for one in Submission.objects.filter(selection__isnull=False):
        own = frame.ranks(files.vector_of(one))[start:stop]
        assert one.originality.meta_rho == pytest.approx(np.corrcoef(own, crowd)[0, 1], abs=1e-12)


def test_what_a_score_keeps_is_what_the_formulas_say_of_its_rows(world, open_round):
    sent = Submission.objects.get(participant__alias="Bob")
    kept = Score.objects.get(submission=sent)
    practice = world.splits == "validation"
    p, y = world.skill(0.4, noise=2)[practice], world.y[practice]
    found = calibrate(p, y)
    assert [one["rate"] for one in kept.calibration["bins"]] == pytest.approx(found.rate.tolist())
    assert kept.calibration["slope"] == pytest.approx(found.slope)
    assert kept.histogram == np.histogram(p, bins=20, range=(0, 1))[0].tolist()


def test_every_metric_stands_on_the_page_with_its_interval_and_its_meaning(look, resolved):
    sent = Submission.objects.get(participant__alias="Ann")
    score = Score.objects.get(submission=sent, split="live")
    page = look("ann").get(f"/s/{sent.pk}/").text
    assert (
        f"Brier {score.brier:.5f} {score.brier_low:.5f} to {score.brier_high:.5f} Mean squared error" in page
    )
    for name in ("auc", "corr", "sharpe"):
        ends = [getattr(score, f"{name}{end}") for end in ("", "_low", "_high")]
        value, low, high = (f"{one:.3f}".replace("-", "−") for one in ends)
        assert f"{value} {low} to {high}" in page
    assert f"Drawdown {score.drawdown:.3f} Largest fall" in page


def test_an_era_without_corr_is_a_dash_with_its_reason_and_is_counted(look, world, open_round):
    p = np.where(world.eras == "era1", 0.5, world.skill(0.1, noise=3))
    sent = world.submit(world.ann, open_round, p)
    drain()
    page = look("ann").get(f"/s/{sent.pk}/").text
    assert "mean of eras, 3 of 4 that have one" in page
    assert "era1 8 0.69315 0.25000 0.500 – All rows have the same probability" in page
    assert Score.objects.get(submission=sent).undefined == {"era_corr": "constant"}


def test_a_sealed_page_has_no_metric(look, world, open_round):
    Round.objects.filter(pk=open_round.pk).update(rules={**open_round.rules, "feedback": "sealed"})
    sent = Submission.objects.get(participant__alias="Ann")
    browser = look("ann")
    assert "Every metric" not in browser.get(f"/s/{sent.pk}/").text
    assert browser.client.get(f"/s/{sent.pk}/eras/validation.csv").status_code == 404


def test_the_eras_come_as_a_file_with_all_their_digits(look, resolved):
    sent = Submission.objects.get(participant__alias="Ann")
    score = Score.objects.get(submission=sent, split="live")
    answer = look("ann").client.get(f"/s/{sent.pk}/eras/live.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert list(rows[0]) == ["era", "rows", "log_loss", "brier", "auc", "corr"]
    assert [float(row["corr"]) for row in rows] == score.era_corr
    assert [float(row["log_loss"]) for row in rows] == score.era_losses
    assert look("bob").client.get(f"/s/{sent.pk}/eras/live.csv").status_code == 404
    assert look("ann").client.get(f"/s/{sent.pk}/eras/nothing.csv").status_code == 404


def test_the_api_tells_every_metric_also_by_era(look, resolved):
    sent = Submission.objects.get(participant__alias="Ann")
    score = Score.objects.get(submission=sent, split="live")
    client = look("ann").client
    told = client.get(f"/api/v1/submissions/{sent.pk}/").json()["scores"]["live"]
    assert {name: told[name] for name in SKILL} == {name: getattr(score, name) for name in SKILL}
    assert [one["auc"] for one in told["by_era"]] == score.era_auc
    assert [one["era"] for one in told["by_era"]] == [f"era{number}" for number in (9, 10, 11, 12)]
    board = client.get("/api/v1/tournaments/weekly/rounds/1/leaderboard/").json()["results"]
    (row,) = (one for one in board if one["alias"] == "Ann")
    assert {name: row[name] for name in SKILL} == {name: told[name] for name in SKILL}
    assert all(one["brier"] is not None for one in board if one["kind"] == "meta_model")


def test_a_score_keeps_every_metric_of_its_rows_and_so_does_the_meta_model(world, resolved):
    draws = scoring.draws_of(resolved, 4)
    live = world.splits == "live"
    sent = Submission.objects.get(participant__alias="Bob")
    crowd = MetaModel.objects.get(round=resolved, headline=True)
    vectors = {"submission": (sent, files.vector_of(sent)), "meta_model": (crowd, blending.vector_of(crowd))}
    for whose, (one, vector) in vectors.items():
        frame = frame_of(resolved)
        start, stop = frame.split_starts[frame.names.index("live") :][:2]
        assert stop - start == live.sum()
        known = labels.read(resolved, "live")
        found = score_skill(vector[start:stop], known.y, known.starts, draws)
        kept = Score.objects.get(**{whose: one}, split="live")
        for name in (*SKILL, "era_brier", "era_auc", "era_corr"):
            assert getattr(kept, name) == getattr(found, name), name
        assert kept.era_corr is not None
        assert set(found.undefined) <= set(kept.undefined)
