"""The season's standings as a worker writes them: by hand, again, side by side, and after a cancellation."""

from pathlib import Path

import numpy as np
import pytest

from tests.world import World, drain
from tournaments.models import Participant, Round, Score, Standing, Work
from tournaments.numerics.bootstrap import era_draws, gain_interval, own_intervals
from tournaments.services import jobs, rounds, settlement, standings, work
from tournaments.services.reading import standings as reading

pytestmark = pytest.mark.django_db
KEPT = ("participant__alias", "rank", "rounds", "missed", "gain", "units", "played_gain_low",
        "played_gain_high", "eras", "tie_group", "undefined")  # fmt: skip


class Season(World):
    """A tournament of three players with two rounds."""

    first: Round
    second: Round

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ann, self.bob, self.cyd = (self.player(name) for name in ("ann", "bob", "cyd"))


@pytest.fixture
def season(kept, tmp_path):
    """Two resolved rounds: Ann in the first, Bob in both, Cyd never; a benchmark in the first."""
    return kept("standings:season", lambda: _season(tmp_path))


def _season(folder):
    world = Season(folder)
    bench = world.player("bench", kind=Participant.Kind.BENCHMARK)
    first = world.open_round()
    for noise, actor in enumerate((world.ann, world.bob, bench), 1):
        world.submit(actor, first, world.skill(0.5, noise=noise))
    world.first = world.resolve(world.close(first))
    second = world.open_round()
    world.submit(world.bob, second, world.skill(0.4, noise=11))
    world.second = world.resolve(world.close(second))
    return world


def rows(world):
    return list(Standing.objects.filter(tournament=world.tournament).order_by("pk").values(*KEPT))


def gains(alias):
    found = Score.objects.filter(split="live", submission__participant__alias=alias)
    return {score.round.number: score for score in found}


def test_a_missed_round_counts_as_a_coin_and_the_interval_is_over_the_rounds_played(season):
    found = {row["participant__alias"]: row for row in rows(season)}
    ann, bob = gains("Ann"), gains("Bob")
    assert found["Ann"]["gain"] == pytest.approx(ann[1].gain / 2)
    assert found["Bob"]["gain"] == pytest.approx((bob[1].gain + bob[2].gain) / 2)
    assert (found["Ann"]["rounds"], found["Ann"]["missed"], found["Ann"]["eras"]) == (1, 1, 4)
    assert (found["Bob"]["rounds"], found["Bob"]["missed"], found["Bob"]["eras"]) == (2, 0, 8)
    losses, sizes = bob[1].era_losses + bob[2].era_losses, bob[1].era_rows + bob[2].era_rows
    ends = gain_interval(losses, sizes, era_draws(season.tournament.pk, 8))
    assert (found["Bob"]["played_gain_low"], found["Bob"]["played_gain_high"]) == ends
    assert "Cyd" not in found


def test_the_crowd_and_the_benchmark_stand_among_the_players_without_a_rank(season):
    found = {row["participant__alias"]: row for row in rows(season)}
    assert sorted(row["rank"] for row in found.values() if row["rank"]) == [1, 2]
    assert found["Bench"]["rank"] is None
    assert found["Bench"]["missed"] == 1
    crowd = Score.objects.filter(meta_model__headline=True, split="live").values_list("gain", flat=True)
    assert found[None]["gain"] == pytest.approx(sum(crowd) / 2)
    assert found[None]["tie_group"] is None


def test_intervals_of_many_are_those_of_each():
    random = np.random.default_rng(3)
    losses, sizes = random.uniform(0.6, 0.8, (5, 7)), random.integers(1, 400, (5, 7))
    draws = era_draws(1, 7)
    each = [gain_interval(loss, size, draws) for loss, size in zip(losses, sizes, strict=True)]
    assert own_intervals(losses, sizes, draws).tolist() == [list(ends) for ends in each]


def test_done_twice_the_rows_are_the_same(season):
    before = rows(season)
    pieces = Work.objects.filter(kind=Work.Kind.STANDINGS)
    assert set(pieces.values_list("state", flat=True)) == {Work.State.DONE}
    for piece in pieces:
        work.add(piece.kind, piece.round)
    assert drain() == 2
    assert rows(season) == before


def test_a_worker_that_died_before_the_end_leaves_the_old_rows_and_another_writes_the_new(season):
    before = rows(season)
    Standing.objects.filter(participant__alias="Bob").update(gain=0.5, units=500_000_000)
    piece = work.add(Work.Kind.STANDINGS, season.second)
    claimed = work.claim(piece.pk)
    assert claimed is not None
    Work.objects.filter(pk=piece.pk).update(lease=None, lease_until=None, state=Work.State.DUE)
    with pytest.raises(work.LeaseLost):
        standings.refresh(claimed)
    assert Standing.objects.get(participant__alias="Bob").gain == 0.5
    assert jobs.run(piece.pk)
    assert rows(season) == before


def test_what_was_read_before_another_round_was_resolved_is_not_written(season, monkeypatch):
    piece = work.add(Work.Kind.STANDINGS, season.first)
    compute, asked = standings.compute, []

    def overtaken(tournament):
        asked.append(tournament)
        made = compute(tournament)
        if len(asked) == 1:
            Round.objects.filter(pk=season.second.pk).update(state=Round.State.CANCELLED)
        return made

    monkeypatch.setattr(standings, "compute", overtaken)
    assert jobs.run(piece.pk)
    assert len(asked) == 2
    assert Standing.objects.get(participant__alias="Bob").rounds == 1


def test_cancelling_a_resolved_round_takes_it_out_of_the_season(season):
    rounds.cancel(season.operator, season.second, "The labels were wrong.")
    drain()
    found = {row["participant__alias"]: row for row in rows(season)}
    assert found["Ann"]["gain"] == pytest.approx(gains("Ann")[1].gain)
    assert (found["Bob"]["rounds"], found["Ann"]["missed"]) == (1, 0)
    rounds.cancel(season.operator, season.first, "Nothing is left.")
    drain()
    assert rows(season) == []


def test_who_is_excluded_from_a_round_has_missed_it(tmp_path):
    world = World(tmp_path)
    ann = world.player("ann")
    round_ = world.open_round()
    world.submit(ann, round_, world.skill(0.5, noise=1))
    drain()
    rounds.exclude(world.operator, round_, Participant.objects.get(alias="Ann"), "Two people, one file.")
    world.resolve(world.close(round_))
    assert not Standing.objects.filter(participant__isnull=False).exists()


def test_what_was_paid_is_read_as_it_is_now(season):
    assert {row["paid"] for row in reading.standings(season.tournament)} == {0}
    settlement.commit(season.operator, season.first)
    assert sum(row["paid"] for row in reading.standings(season.tournament)) > 0


def test_equal_players_share_a_rank_and_a_tie_group(tmp_path):
    world = World(tmp_path, originality_gate=None)
    round_ = world.open_round()
    for name in ("ann", "bob"):
        world.submit(world.player(name), round_, world.skill(0.5, noise=1))
    world.submit(world.player("cyd"), round_, world.skill(-3, noise=2))
    world.resolve(world.close(round_))
    found = {one.participant.alias: one for one in Standing.objects.filter(participant__isnull=False)}
    assert [found[name].rank for name in ("Ann", "Bob", "Cyd")] == [1, 1, 3]
    assert found["Ann"].tie_group == found["Bob"].tie_group
    assert found["Cyd"].tie_group != found["Ann"].tie_group
