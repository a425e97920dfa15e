"""Ranks and ties are kept with the scores when a round is resolved, and say what a query over all would."""

from collections import Counter

import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Participant, Round, Score
from tournaments.services import amendments, labels, ranks, rounds
from tournaments.services.access import STRANGER
from tournaments.services.reading import histories, ranking, reports

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
STRENGTHS = {"ann": 0.6, "bob": 0.4, "cyd": 0.4, "dan": -0.6, "eve": 0.1}


@stages.step
def world(tmp_path):
    return World(tmp_path)


@stages.step
def round_(world):
    """Five players, two of them with the same file, and a benchmark."""
    found = world.open_round()
    for n, (name, strength) in enumerate(STRENGTHS.items(), 1):
        world.submit(world.player(name), found, world.skill(strength, 2 if name == "cyd" else n))
    house = world.player("house", Participant.Kind.BENCHMARK)
    world.submit(house, found, world.skill(0.2, 9))
    drain()
    return world.close(found)


@stages.step
def resolved(world, round_):
    return world.resolve(round_)


def participant(alias):
    return Participant.objects.get(alias=alias)


def kept(round_, split):
    found = Score.objects.filter(round=round_, split=split, rank__isnull=False)
    return dict(found.values_list("submission", "rank"))


def asked(round_, split):
    """Return the ranks by the query that boards ask before the resolution."""
    all_ = Score.objects.filter(round=round_, split=split, submission__isnull=False)
    return ranking.computed_ranks(round_, split, list(all_.values_list("submission", flat=True)))


def assert_kept_is_asked(round_):
    for split in ("test", "live"):
        found = kept(round_, split)
        assert found == asked(round_, split)
        assert round_.ranked[split] == len(found)
        groups = Counter(
            Score.objects.filter(round=round_, split=split, rank__isnull=False).values_list(
                "tie_group", flat=True
            )
        )
        for score in Score.objects.filter(round=round_, split=split, tie_group__isnull=False):
            assert score.tied_with == groups[score.tie_group] - (score.rank is not None)


def test_what_is_kept_is_what_a_query_over_all_scores_says(resolved):
    assert_kept_is_asked(resolved)
    assert sorted(kept(resolved, "live").values()) == [1, 2, 2, 4, 5]
    house = Score.objects.get(round=resolved, split="live", submission__participant__alias="House")
    assert (house.rank, house.tie_group is None) == (None, False)


def test_it_holds_after_an_exclusion_a_readmission_and_a_correction_of_labels(world, round_):
    rounds.exclude(world.operator, round_, participant("Ann"), "two accounts")
    rounds.exclude(world.operator, round_, participant("Bob"), "two accounts")
    drain()
    amendments.readmit(world.operator, round_, participant("Bob"), "a mistake")
    flipped = f"id,target\nr032,{1 - world.y[32]}\n".encode()
    labels.upload(world.operator, round_, [flipped], "fix.csv", "typing error")
    drain()
    round_ = world.resolve(round_)
    assert_kept_is_asked(round_)
    out = Score.objects.filter(round=round_, submission__participant__alias="Ann")
    assert {(one.rank, one.tied_with) for one in out} == {(None, None)}
    assert round_.ranked == {"test": 4, "live": 4}


def test_before_the_resolution_nothing_is_kept_and_an_exclusion_counts_at_once(world, round_):
    assert (kept(round_, "test"), round_.ranked) == ({}, {})
    rounds.exclude(world.operator, round_, participant("Ann"), "two accounts")
    rows = {row["alias"]: row["rank"] for row in reports.leaderboard(STRANGER, round_).rows}
    assert rows["Ann"] is None
    assert sorted(rank for rank in rows.values() if rank) == [1, 1, 3, 4]


def test_boards_and_histories_tell_what_is_kept(resolved):
    rows = {row["alias"]: row for row in reports.leaderboard(STRANGER, resolved).rows}
    for score in Score.objects.filter(round=resolved, split="live", submission__isnull=False):
        player = score.submission.participant
        assert (rows[player.alias]["rank"], rows[player.alias]["tied_with"]) == (score.rank, score.tied_with)
        (played,) = histories.of_participant(player)
        assert (played.rank, played.ranked, played.tied_with) == (score.rank, 5, score.tied_with)


def test_a_score_made_anew_has_no_rank_until_it_is_placed_again(resolved):
    before = kept(resolved, "live")
    Score.objects.filter(round=resolved).update(rank=None, tied_with=None, tie_group=None)
    assert ranks.keep(ranks.placed(resolved, "live")) == 5
    assert kept(resolved, "live") == before
    assert Round.objects.get(pk=resolved.pk).ranked["live"] == 5
