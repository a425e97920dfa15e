"""What is told, to whom, and when: feedback before the close, boards after it, standings over rounds."""

import math

import pytest

from tests.world import World, drain
from tournaments.models import Round, Score, Submission
from tournaments.services import settlement
from tournaments.services.access import STRANGER, participant_of
from tournaments.services.reading import feedback, reports, standings, status

pytestmark = pytest.mark.django_db
LN2 = math.log(2)


def played(world, *, until="open"):
    round_ = world.open_round()
    actors = {name: world.player(name) for name in ("ann", "bob", "cyd")}
    sent = {}
    for n, (name, strength) in enumerate((("ann", 0.6), ("bob", 0.4), ("cyd", -0.6)), 1):
        sent[name] = world.submit(actors[name], round_, world.skill(strength, n))
    drain()
    if until in ("closed", "resolved"):
        round_ = world.close(round_)
    if until == "resolved":
        round_ = world.resolve(round_)
    round_.refresh_from_db()
    return round_, actors, sent


def test_before_the_close_a_participant_sees_own_scores_only(tmp_path):
    world = World(tmp_path)
    round_, actors, _ = played(world)
    board = reports.leaderboard(actors["ann"], round_)
    own, *others = sorted(board.rows, key=lambda row: not row["own"])
    assert (own["alias"], board.split) == ("Ann", "validation")
    assert own["log_loss"] == Score.objects.get(submission__participant__alias="Ann").log_loss
    for row in others:
        assert not {"log_loss", "gain", "originality", "nearest"} & set(row)
        assert (row["rank"], row["submission"]) == (None, None)


def test_before_the_close_a_stranger_sees_who_submitted_and_an_operator_sees_all(tmp_path):
    world = World(tmp_path)
    round_, _, _ = played(world)
    assert [row["alias"] for row in reports.leaderboard(STRANGER, round_).rows] == ["Ann", "Bob", "Cyd"]
    assert all("log_loss" not in row for row in reports.leaderboard(STRANGER, round_).rows)
    assert all("log_loss" in row for row in reports.leaderboard(world.operator, round_).rows)


def test_a_split_that_may_not_be_shown_yet_is_not_shown(tmp_path):
    world = World(tmp_path)
    round_, _, sent = played(world)
    assert set(feedback.scores_of(sent["ann"], whole=False)) == {"validation"}
    world.close(round_)
    assert reports.leaderboard(world.operator, round_, "live").split == "test"
    after = Submission.objects.get(pk=sent["ann"].pk)
    assert set(feedback.scores_of(after, whole=False)) == {"validation", "test"}


def test_sealed_feedback_tells_nothing_until_the_close(tmp_path):
    world = World(tmp_path, feedback="sealed")
    round_, _, sent = played(world)
    told = feedback.scores_of(sent["ann"], whole=False)["validation"]
    assert told == {"log_loss": None, "gain": None, "undefined": {"log_loss": "sealed_until_close"}}
    world.close(round_)
    sent["ann"].round.refresh_from_db()
    assert feedback.scores_of(sent["ann"], whole=False)["validation"]["log_loss"] > 0


def test_a_ladder_tells_whole_steps_of_the_best_so_far(tmp_path):
    step = 0.01
    world = World(tmp_path, feedback="ladder", ladder_step=step)
    round_, actors, sent = played(world)
    gain = Score.objects.get(submission=sent["ann"]).gain
    assert gain > step
    told = feedback.scores_of(sent["ann"], whole=False)["validation"]
    assert told["gain"] == math.floor(gain / step) * step
    worse = world.submit(actors["ann"], round_, world.skill(-0.6, 7))
    drain()
    assert feedback.scores_of(worse, whole=False)["validation"]["gain"] == told["gain"]
    losing = feedback.scores_of(sent["cyd"], whole=False)["validation"]
    assert (losing["gain"], losing["log_loss"]) == (0, LN2)


def test_the_crowd_is_compared_with_its_members(tmp_path):
    world = World(tmp_path)
    round_, _, _ = played(world, until="resolved")
    losses = sorted(
        Score.objects.filter(split="live", submission__isnull=False).values_list("log_loss", flat=True)
    )
    found = reports.crowd(round_, "live")
    assert (found["best"], found["median"]) == (losses[0], losses[1])
    assert found["mean"] == pytest.approx(sum(losses) / 3)
    assert set(found["blends"]) == {"equal", "calibrated", "rank", "score"}
    assert found["meta_model"] == found["blends"]["rank"]


def test_standings_are_the_mean_gain_over_rounds_and_a_missed_round_is_a_coin(tmp_path):
    world = World(tmp_path)
    first, actors, _ = played(world, until="resolved")
    settlement.commit(world.operator, first)
    second = world.open_round()
    world.submit(actors["bob"], second, world.skill(0.5, 11))
    drain()
    world.resolve(world.close(second))
    rows = {row["alias"]: row for row in standings.standings(world.tournament)}
    gains = {
        (s.submission.participant.alias, s.round.number): s.gain
        for s in Score.objects.filter(split="live", submission__isnull=False)
    }
    assert rows["Ann"]["gain"] == pytest.approx(gains["Ann", 1] / 2)
    assert rows["Bob"]["gain"] == pytest.approx((gains["Bob", 1] + gains["Bob", 2]) / 2)
    assert (rows["Ann"]["missed"], rows["Bob"]["missed"]) == (1, 0)
    assert (rows["Ann"]["eras"], rows["Bob"]["eras"]) == (4, 8)
    assert sum(row["paid"] for row in rows.values()) == world.tournament.read_rules().pool
    assert rows["Ann"]["played_gain_low"] < gains["Ann", 1] < rows["Ann"]["played_gain_high"]
    assert sorted(row["rank"] for row in rows.values()) == [1, 2, 3]


def test_a_status_says_submitted_rejected_or_missing(tmp_path):
    from tournaments.services import intake
    from tournaments.services.errors import FileRefused
    from tournaments.services.people import players

    world = World(tmp_path)
    round_, actors, sent = played(world)
    ann = actors["ann"]
    for name in ("second", "third"):
        players.add_forecaster(ann, world.tournament, name)
    with pytest.raises(FileRefused):
        intake.submit(ann, round_, [b"id,probability\n"], "empty.csv", "second")
    (found,) = status.of_participant(participant_of(ann, world.tournament))
    assert [(f["forecaster"], f["state"]) for f in found["forecasters"]] == [
        ("main", "submitted"),
        ("second", "rejected"),
        ("third", "missing"),
    ]
    assert found["forecasters"][0]["receipt"]["submission"] == sent["ann"].pk
    assert found["forecasters"][1]["faults"][0]["code"] == "empty"
    assert (found["quota_used"], found["round"]) == (1, 1)


def test_a_round_paid_on_test_rows_needs_no_live_labels_and_fits_nothing_on_them(tmp_path):
    from tournaments.models import MetaModel
    from tournaments.services import resolution

    world = World(tmp_path, paid_split="test")
    world.splits[world.splits == "live"] = "validation"
    world.eras = world.eras + world.splits
    round_, _, _ = played(world, until="closed")
    assert set(MetaModel.objects.values_list("fitted_rows", flat=True)) == {0}
    resolution.resolve(world.operator, round_)
    drain()
    assert Round.objects.get().state == Round.State.RESOLVED
    plan = settlement.preview(world.operator, Round.objects.get())
    assert {line.units for line in plan.lines} == set(
        Score.objects.filter(split="test", submission__isnull=False).values_list("units", flat=True)
    )
