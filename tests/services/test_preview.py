"""An open round blended as it stands: what its close would make of the past alone."""

from typing import Any

import numpy as np
import pytest
from django.conf import settings

from tests.services.test_blending import everyone, play, turned, vectors, weights
from tests.world import World, drain
from tournaments.models import AuditEvent, MetaModel, Round
from tournaments.numerics.blending.registry import NAMES
from tournaments.services import preview
from tournaments.services.errors import Conflict, Forbidden
from tournaments.services.people import players

pytestmark = pytest.mark.django_db
BOTH = ("rank", "stack")


@pytest.fixture
def third(kept: Any, tmp_path: Any) -> tuple[World, dict[str, Any], Round]:
    """The third round, open, after two with eight live eras; test rows are paid for, so the past is all."""
    found: tuple[World, dict[str, Any], Round] = kept("preview:third", lambda: _third(tmp_path))
    return found


def _third(folder: Any) -> tuple[World, dict[str, Any], Round]:
    world = World(folder, blend="stack", paid_split="test")
    people = everyone(world)
    eve = people["Eve"] = world.player("eve")
    for name in ("one", "two"):
        players.add_forecaster(eve, world.tournament, name)
    for number in range(2):
        world.resolve(world.close(play(world, people, number)))
    round_ = play(world, {alias: people[alias] for alias in ("Ann", "Bob", "Cyd")}, 2)
    world.submit(eve, round_, world.skill(0.5, noise=20), forecaster="one")
    world.submit(eve, round_, world.skill(0.2, noise=21), forecaster="two")
    drain()
    return world, people, round_


def test_it_says_what_the_close_would_make_of_the_past(third: Any) -> None:
    world, _, round_ = third
    found = {name: preview.now(world.operator, round_, name) for name in NAMES if name != "stake"}
    world.close(round_)
    made = vectors(round_)
    for name, one in found.items():
        assert one.vector == pytest.approx(made[name], abs=1e-12)
        assert {who.alias: weight for who, weight in one.weights} == pytest.approx(weights(round_, name))
        assert one.slope == pytest.approx(MetaModel.objects.get(round=round_, blend=name).slope)
        assert (one.blend, one.submissions, one.evidence) == (name, 5, [1, 2])


def test_what_comes_later_is_in_the_next_one_and_what_was_learnt_is_kept(third: Any) -> None:
    world, people, round_ = third
    for blend in BOTH:
        preview.now(world.operator, round_, blend)
    kept = sorted(settings.MATRIX_DIR.glob("*.weights-*"))
    fay = world.player("fay")
    for actor, strength in ((fay, 0.4), (people["Ann"], -0.5)):
        world.submit(actor, round_, world.skill(strength, noise=30))
    drain()
    found = {blend: preview.now(world.operator, round_, blend) for blend in BOTH}
    # Fay was in no earlier round, and Ann's weight is that of her past: nothing is fitted anew.
    assert sorted(settings.MATRIX_DIR.glob("*.weights-*")) == kept
    world.close(round_)
    for blend, one in found.items():
        assert one.vector == pytest.approx(vectors(round_)[blend], abs=1e-12)
        assert {who.alias: weight for who, weight in one.weights} == pytest.approx(weights(round_, blend))


def test_caps_hold_here_too(third: Any) -> None:
    world, _, round_ = third
    rules = round_.read_rules().but(weight_cap=0.3, weight_floor=0.2)
    Round.objects.filter(pk=round_.pk).update(rules=rules.to_json())
    round_.refresh_from_db()
    found = [weight for _, weight in preview.now(world.operator, round_).weights]
    assert sum(found) == pytest.approx(1.0)
    assert min(found) >= 0.2 - 1e-9
    assert max(found) <= 0.3 + 1e-9


def test_its_own_test_labels_are_not_read_before_the_close(tmp_path: Any) -> None:
    world = World(tmp_path, blend="rank")
    round_ = play(world, everyone(world))
    true = preview.now(world.operator, round_)
    turned(round_, np.arange(round_.row_count))
    assert preview.now(world.operator, round_).vector.tolist() == true.vector.tolist()


def test_a_blend_without_a_past_is_stood_in_for_unless_it_was_asked_for(tmp_path: Any) -> None:
    world = World(tmp_path, blend="stack")
    round_ = play(world, everyone(world))
    found = preview.now(world.operator, round_)
    assert (found.blend, found.why) == ("rank", "Nobody here was there in an earlier round.")
    with pytest.raises(Conflict) as refused:
        preview.now(world.operator, round_, "stack")
    assert refused.value.code == "too_few_eras"


def test_only_operators_may_look_and_it_is_written_down(third: Any) -> None:
    world, people, round_ = third
    with pytest.raises(Forbidden):
        preview.now(people["Ann"], round_)
    assert not AuditEvent.objects.filter(action="meta_model_previewed").exists()
    preview.now(world.operator, round_)
    (event,) = AuditEvent.objects.filter(action="meta_model_previewed")
    assert event.details == {"blend": "stack", "submissions": 5}


def test_without_submissions_and_after_the_close_there_is_nothing_to_preview(tmp_path: Any) -> None:
    world = World(tmp_path)
    round_ = world.open_round()
    with pytest.raises(Conflict) as empty:
        preview.now(world.operator, round_)
    assert empty.value.code == "nobody_submitted"
    with pytest.raises(Conflict) as closed:
        preview.now(world.operator, world.close(round_))
    assert closed.value.code == "wrong_state"


def test_a_damaged_file_of_what_was_learnt_is_made_anew(third: Any) -> None:
    world, _, round_ = third
    true = preview.now(world.operator, round_)
    for path in settings.MATRIX_DIR.glob("*.weights-*"):
        path.write_text("{")
    assert preview.now(world.operator, round_).vector.tolist() == true.vector.tolist()
