"""Eight blends of a round, from what was known when it closed and from nothing else."""

from typing import Any

import numpy as np
import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Evidence, LabelSet, MetaModel, MetaModelWeight, Round, RoundLog
from tournaments.numerics.blending.registry import NAMES
from tournaments.services import blending, headline, labels, phases, rescoring
from tournaments.services.labels import codec, files
from tournaments.services.people import players

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
SKILLS = {"Ann": 0.9, "Bob": 0.4, "Cyd": -0.3, "Dan": 0.6}
NEEDING = ("score", "greedy", "pool", "stack")


def play(world: World, people: dict[str, Any], number: int = 0) -> Round:
    """A round that is open, with a file of everyone; the noise is another one in each round."""
    round_ = world.open_round()
    for place, (alias, strength) in enumerate(SKILLS.items()):
        if alias in people:
            p = world.skill(strength, noise=1 + place + 5 * number, scale=0.4)
            world.submit(people[alias], round_, p)
    drain()
    return round_


def everyone(world: World) -> dict[str, Any]:
    return {alias: world.player(alias.lower()) for alias in SKILLS}


@stages.step
def second(tmp_path: Any) -> tuple[World, Round]:
    """The second round, open, after a resolved one: four live eras of that, and four test eras of its own."""
    world = World(tmp_path, blend="stack")
    people = everyone(world)
    world.resolve(world.close(play(world, people)))
    return world, play(world, people, 1)


@stages.step
def closed(second: tuple[World, Round]) -> tuple[World, Round]:
    world, round_ = second
    return world, world.close(round_)


@stages.step
def resolved(closed: tuple[World, Round]) -> tuple[World, Round]:
    world, round_ = closed
    return world, world.resolve(round_)


def vectors(round_: Round) -> dict[str, np.ndarray]:
    return {one.blend: blending.vector_of(one) for one in MetaModel.objects.filter(round=round_)}


def weights(round_: Round, blend: str) -> dict[str, float]:
    kept = MetaModelWeight.objects.filter(meta_model__round=round_, meta_model__blend=blend)
    return dict(kept.values_list("participant__alias", "weight"))


def turned(round_: Round, rows: np.ndarray) -> None:
    """Turn the labels of these rows round in the version that is in force, behind everybody's back."""
    known = labels.newest(round_)
    y = codec.decode(files.read_bytes(known.sha256), round_.row_count).copy()
    y[rows] = np.where(y[rows] < 0, y[rows], 1 - y[rows])
    LabelSet.objects.filter(pk=known.pk).update(sha256=files.keep_bytes(codec.encode(y)))


def place_of(round_: Round, split: str) -> slice:
    return files.place_of(files.rows_of(round_), split)


def test_every_blend_but_that_of_stakes_is_made_and_each_has_its_score(resolved: Any) -> None:
    _, round_ = resolved
    made = {one.blend: one for one in MetaModel.objects.filter(round=round_)}
    assert sorted(made) == sorted(set(NAMES) - {"stake"})
    round_.refresh_from_db()
    assert round_.missing_blends == {"stake": "Nobody stakes here."}
    for one in made.values():
        assert sorted(one.scores.values_list("split", flat=True)) == ["live", "test"]
        assert sum(weights(round_, one.blend).values()) == pytest.approx(1.0)
        assert one.certified
        assert (one.fitted_eras, one.fitted_rows) == ((0, 0) if one.blend == "equal" else (8, 64))
    assert [one.blend for one in made.values() if one.headline] == ["stack"]
    assert made["stack"].gap <= 1e-6
    assert made["pool"].gap <= 1e-6


def test_a_short_history_says_so_and_the_fallback_is_the_meta_model(tmp_path: Any) -> None:
    world = World(tmp_path, blend="pool", fallback_blend="calibrated")
    round_ = world.close(play(world, everyone(world)))
    assert round_.missing_blends == {
        "stake": "Nobody stakes here.",
        **dict.fromkeys(("greedy", "pool", "stack"), "It needs 5 resolved eras; there are 4."),
    }
    assert MetaModel.objects.get(round=round_, headline=True).blend == "calibrated"
    said = RoundLog.objects.get(round=round_, kind="blended").text
    assert said == (
        "The meta-model of 4 participants is made: blend “calibrated”. It stands in for “pool”. "
        "It needs 5 resolved eras; there are 4."
    )


def test_a_blend_that_is_not_certified_is_kept_and_the_fallback_is_the_meta_model(closed: Any) -> None:
    _, round_ = closed
    made = {one.blend: one.certified for one in MetaModel.objects.filter(round=round_)}
    rules = round_.read_rules()
    assert headline.among(rules, made) == "stack"
    assert headline.among(rules, made | {"stack": False}) == "rank"
    assert headline.among(rules.but(fallback_blend="equal"), {"equal": True}) == "equal"


def test_the_default_is_frozen_when_the_round_opens_by_the_eras_that_there_are(tmp_path: Any) -> None:
    world = World(tmp_path)
    people, chosen = everyone(world), []
    for number in range(4):
        round_ = play(world, people, number)
        chosen.append((round_.read_rules().blend, round_.rules_sha256 == round_.read_rules().sha256()))
        world.resolve(world.close(round_))
    # 4 test eras, then 4 live eras more after each: 4, 8, 12, 16.
    assert chosen == [("rank", True), ("rank", True), ("rank", True), ("stack", True)]
    assert world.tournament.read_rules().blend == "default"


def test_what_was_known_at_the_close_is_written_down(second: Any) -> None:
    world, round_ = second
    assert Evidence.objects.count() == 0
    world.close(round_)
    first = Round.objects.get(number=1)
    (one,) = Evidence.objects.all()
    assert (one.round, one.source, one.labels) == (round_, first, labels.newest(first))


def test_labels_that_came_later_are_not_used(closed: Any) -> None:
    world, round_ = closed
    before, first = vectors(round_), Round.objects.get(number=1)
    known = labels.newest(first)
    # A correction of the first round after the second one closed, and labels of the second one's live rows.
    newer = LabelSet.objects.create(
        round=first, version=known.version + 1, sha256=known.sha256, known=known.known, reason="a correction"
    )
    assert labels.newest(first) == newer
    turned(first, np.arange(first.row_count))
    labels.upload(world.operator, round_, [world.labels("live")], "live.csv")
    phases.score_again(round_, ["test"])
    drain()
    after = vectors(round_)
    live = place_of(round_, "live")
    assert {name: after[name][live].tolist() for name in after} == {
        name: before[name][live].tolist() for name in before
    }


def test_labels_of_validation_and_of_live_rows_are_not_used(second: Any) -> None:
    world, round_ = second
    for split in ("validation", "live"):
        first = Round.objects.get(number=1)
        turned(round_, np.arange(round_.row_count)[place_of(round_, split)])
        turned(first, np.arange(first.row_count)[place_of(first, "validation")])
    lying = vectors(world.close(round_))
    scene = blending.scene_of(round_)
    turned(round_, np.arange(round_.row_count)[place_of(round_, "validation")])
    for name, vector in lying.items():
        assert blending.make(scene, name).vector.tolist() == vector.tolist()
        assert blending.make(blending.scene_of(round_), name).vector.tolist() == vector.tolist()


@pytest.mark.parametrize("era", [1, 3])
def test_on_test_rows_it_says_what_it_would_have_said_at_the_time(closed: Any, era: int) -> None:
    _, round_ = closed
    true, (place, per_era) = vectors(round_), (place_of(round_, "test"), 8)
    later = np.arange(place.start + era * per_era, place.stop)
    turned(round_, later)
    scene, known = blending.scene_of(round_), min(place.start + (era + 2) * per_era, place.stop)
    for name, vector in true.items():
        lying = blending.make(scene, name).vector
        assert lying[place.start : known].tolist() == vector[place.start : known].tolist()
        # One era turned round does not always move the few that `pool` and `greedy` listen to.
        if name in ("calibrated", "rank", "score", "stack"):
            assert lying[place.stop :].tolist() != vector[place.stop :].tolist()


def test_where_test_rows_are_paid_for_nothing_of_them_is_fitted_on(tmp_path: Any) -> None:
    world = World(tmp_path, blend="score", paid_split="test")
    people = everyone(world)
    first = world.close(play(world, people))
    assert set(MetaModel.objects.filter(round=first).values_list("fitted_eras", flat=True)) == {0}
    assert first.missing_blends["score"] == "It needs 1 resolved eras; there are 0."
    world.resolve(first)
    second = world.close(play(world, people, 1))
    assert MetaModel.objects.get(round=second, blend="score").fitted_eras == 4
    before = vectors(second)
    turned(second, np.arange(second.row_count)[place_of(second, "test")])
    scene = blending.scene_of(second)
    assert {name: blending.make(scene, name).vector.tolist() for name in before} == {
        name: vector.tolist() for name, vector in before.items()
    }


def test_a_newcomer_weighs_as_all_would_without_a_past(tmp_path: Any) -> None:
    world = World(tmp_path, blend="score", paid_split="test")
    people = everyone(world)
    world.resolve(world.close(play(world, {alias: people[alias] for alias in ("Ann", "Cyd")})))
    found = weights(world.close(play(world, people, 1)), "score")
    assert found["Bob"] == found["Dan"] == pytest.approx(0.25)
    assert found["Ann"] > 0.25 > found["Cyd"]


def test_caps_hold_for_participants_and_for_each_of_their_forecasters(second: Any) -> None:
    world, round_ = second
    Round.objects.filter(pk=round_.pk).update(
        rules=round_.read_rules().but(weight_cap=0.4, weight_cap_forecaster=0.3, weight_floor=0.1).to_json()
    )
    round_ = world.close(Round.objects.get(pk=round_.pk))
    for blend in (*NEEDING, "rank"):
        found = weights(round_, blend)
        assert sum(found.values()) == pytest.approx(1.0)
        assert max(found.values()) <= 0.3 + 1e-9
        assert min(found.values()) >= 0.1 - 1e-9


def test_each_blend_is_set_beside_the_meta_model_over_the_same_eras(resolved: Any) -> None:
    _, round_ = resolved
    models = {one.blend: one for one in MetaModel.objects.filter(round=round_)}
    for split in ("test", "live"):
        gains = {name: one.scores.get(split=split).gain for name, one in models.items()}
        for name, one in models.items():
            lead = one.leads[split]
            assert lead["gain"] == pytest.approx(gains[name] - gains["stack"], abs=1e-12)
            assert lead["low"] <= lead["gain"] <= lead["high"]
        assert models["stack"].leads[split] == {"gain": 0.0, "low": 0.0, "high": 0.0}


def test_all_of_it_comes_out_of_the_uploads_again(resolved: Any) -> None:
    world, round_ = resolved
    assert rescoring.compare(world.operator, round_).differences == []


def test_several_forecasters_have_one_voice_in_the_past_too(tmp_path: Any) -> None:
    world = World(tmp_path, blend="score", paid_split="test")
    ann, eve = world.player("ann"), world.player("eve")
    players.add_forecaster(eve, world.tournament, "one")
    players.add_forecaster(eve, world.tournament, "two")

    def sent() -> Round:
        round_ = world.open_round()
        world.submit(ann, round_, world.skill(0.5, noise=1))
        world.submit(eve, round_, world.skill(0.5, noise=1), forecaster="one")
        world.submit(eve, round_, world.skill(0.5, noise=1), forecaster="two")
        drain()
        return world.close(round_)

    world.resolve(sent())
    assert weights(sent(), "score") == pytest.approx({"Ann": 0.5, "Eve": 0.5})
