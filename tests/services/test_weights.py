"""A participant's weights over constructed rounds, and what is told of why they moved."""

from pathlib import Path
from typing import Any

import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import MetaModelWeight, Participant, Round, Score
from tournaments.services import rounds
from tournaments.services.access import STRANGER, Actor
from tournaments.services.errors import Unknown
from tournaments.services.people import players
from tournaments.services.reading import weights

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


class Season:
    """Rounds one after another, each played by some."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Actor] = {}

    def play(self, resolve: bool = True, **strengths: float) -> Round:
        """Play a round: everybody with a strength of their own."""
        round_ = self.world.open_round()
        for place, (name, strength) in enumerate(strengths.items(), 1 + 5 * round_.number):
            actor = self.people.setdefault(name, self.people.get(name) or self.world.player(name))
            self.world.submit(actor, round_, self.world.skill(strength, noise=place))
        drain()
        closed = self.world.close(round_)
        return self.world.resolve(closed) if resolve else closed

    def tell(self, name: str, actor: Actor | None = None) -> list[weights.Line]:
        """What is told of a participant, to itself unless said."""
        reader = actor or self.people[name]
        return weights.find(reader, self.world.tournament, name.capitalize()).lines


def codes(line: weights.Line) -> list[str]:
    return [f"against {one.code}" if one.against else one.code for one in line.reasons]


def figures(line: weights.Line, code: str) -> dict[str, Any]:
    (found,) = [one.figures for one in line.reasons if one.code == code]
    return dict(found)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, blend="score", preset="classroom")


@stages.step
def season(world: World) -> Season:
    return Season(world)


@stages.step
def begun(season: Season) -> Season:
    """Ann and Bob have played the first round."""
    season.play(ann=0.5, bob=0.4)
    return season


def test_where_all_weigh_alike_it_is_their_number_that_moves_a_weight(tmp_path: Path) -> None:
    season = Season(World(tmp_path, blend="rank"))
    season.play(ann=0.5, bob=0.4, cyd=0.3)
    season.play(ann=0.5, bob=0.4, dan=0.2, eve=0.1)
    now, first = season.tell("ann")
    assert (codes(first), first.moved) == (["first", "equal"], None)
    assert codes(now) == ["equal"]
    assert (first.weight, now.weight, now.moved) == pytest.approx((1 / 3, 1 / 4, 1 / 4 - 1 / 3))
    assert figures(now, "equal") == {
        "blend": "rank",
        "participants": 4,
        "before": 3,
        "came": 2,
        "went": 1,
    }


def test_own_gains_over_the_new_evidence_are_told_beside_the_mean_of_all(season: Season) -> None:
    season.play(ann=0.9, bob=0.1, cyd=0.1)
    season.play(ann=0.9, bob=0.1, cyd=0.1)
    now, first = season.tell("ann")
    assert (now.blend, first.blend) == ("score", "score")
    assert now.moved is not None
    assert now.moved > 0
    assert codes(now)[0] == "ahead"
    told = [one.figures for one in now.reasons if one.code in ("ahead", "behind")]
    assert [(one["round"], one["split"]) for one in told] == [(1, "live"), (2, "test")]
    live = Score.objects.filter(round__number=1, split="live", submission__isnull=False)
    gains = dict(live.values_list("submission__participant__alias", "gain"))
    assert told[0]["own"] == pytest.approx(gains["Ann"])
    assert told[0]["mean"] == pytest.approx(sum(gains.values()) / 3)
    (worse, *_) = season.tell("bob")
    assert "behind" in codes(worse)


def test_a_cap_and_a_floor_are_named_where_they_hold(tmp_path: Path) -> None:
    season = Season(World(tmp_path, blend="score", weight_cap=0.4, weight_floor=0.3))
    season.play(ann=-0.5, bob=0.9, cyd=0.1)
    season.play(ann=2.0, bob=-1.0, cyd=-1.0)
    (ann, *_), (bob, *_) = season.tell("ann"), season.tell("bob")
    assert ann.weight == pytest.approx(0.4)
    assert figures(ann, "capped") == {"cap": 0.4}
    assert bob.weight == pytest.approx(0.3)
    assert "floored" in codes(bob)


def test_a_blend_that_stands_in_says_for_which_and_why(tmp_path: Path) -> None:
    season = Season(World(tmp_path, blend="stake"))
    season.play(ann=0.5, bob=0.4)
    (line,) = season.tell("ann")
    assert codes(line) == ["first", "stands_in", "equal"]
    told = figures(line, "stands_in")
    round_ = Round.objects.get()
    assert (told["wanted"], told["why"]) == ("stake", round_.missing_blends["stake"])


def test_who_was_away_is_compared_with_the_round_played_before(season: Season, begun: Season) -> None:
    season.play(bob=0.4, cyd=0.3)
    season.play(ann=0.5, bob=0.4, cyd=0.3)
    now, first = season.tell("ann")
    assert [now.round.number, first.round.number] == [3, 1]
    assert figures(now, "away") == {"rounds": 1}
    assert figures(now, "not_there")["round"] == 2


def test_the_excluded_are_in_no_crowd(season: Season, begun: Season) -> None:
    second = season.play(resolve=False, ann=0.5, bob=0.4)
    rounds.exclude(season.world.operator, second, Participant.objects.get(alias="Ann"), "asked to leave")
    drain()
    assert [line.round.number for line in season.tell("ann")] == [1]
    assert figures(season.tell("bob")[0], "others") == {"came": 0, "went": 1}


def test_closed_rounds_are_told_to_oneself_and_to_overseers_resolved_ones_to_all(
    season: Season, begun: Season
) -> None:
    season.play(resolve=False, ann=0.5, bob=0.4)
    numbers = {
        name: [line.round.number for line in season.tell("ann", actor)]
        for name, actor in {
            "ann": season.people["ann"],
            "bob": season.people["bob"],
            "olga": season.world.operator,
            "stranger": STRANGER,
        }.items()
    }
    assert numbers == {"ann": [2, 1], "bob": [1], "olga": [2, 1], "stranger": [1]}
    closed, resolved = season.tell("ann")
    assert closed.added is not None
    assert resolved.added is not None
    assert (closed.added["split"], resolved.added["split"]) == ("test", "live")
    with pytest.raises(Unknown):
        season.tell("nobody", season.world.operator)


def test_every_blend_has_its_weights_and_forecasters_of_one_are_one_voice(
    season: Season, begun: Season
) -> None:
    players.add_forecaster(season.people["ann"], season.world.tournament, "second")
    round_ = season.world.open_round()
    for name, noise in (("", 20), ("second", 21)):
        season.world.submit(season.people["ann"], round_, season.world.skill(0.5, noise), name)
    season.world.submit(season.people["bob"], round_, season.world.skill(0.4, 22))
    drain()
    season.world.close(round_)
    (line, _) = season.tell("ann")
    kept = MetaModelWeight.objects.filter(participant__alias="Ann", meta_model__round=round_)
    assert line.weights == dict(kept.values_list("meta_model__blend", "weight"))
    assert {"equal", "rank", "score"} <= set(line.weights)
    assert line.weights["rank"] == line.equal == 0.5


def test_it_asks_as_much_for_three_rounds_as_for_one(
    season: Season, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            season.play(ann=0.5, bob=0.4, cyd=0.3)
        with django_assert_max_num_queries(16) as asked:
            assert len(season.tell("ann")) in (1, 3)
        counts.append(len(asked))
    assert counts[0] == counts[1]
