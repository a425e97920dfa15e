"""Who came first, and the one word that is told before the close."""

import numpy as np
import pytest

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Originality, Submission, Work
from tournaments.services import jobs, matrices, nearness, scoring, work
from tournaments.services.frames import frame_of
from tournaments.store.matrix import MatrixMiss

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


@stages.step
def world(tmp_path):
    return World(tmp_path)


@stages.step
def round_(world):
    return world.open_round()


@stages.step
def ann(world):
    return world.player("ann")


@stages.step
def bob(world):
    return world.player("bob")


def told(submission):
    drain()
    submission.refresh_from_db()
    return submission.nearness, submission.precedence


def mixed(world, share, first, second):
    """Logits that are `share` of one noise and the rest of another, of unit variance."""
    z = share * world.noise[first] + np.sqrt(1 - share**2) * world.noise[second]
    return 1 / (1 + np.exp(-0.2 * z))


def test_the_first_is_clear_and_its_copy_is_too_near(world, round_, ann, bob):
    p = world.skill(0.0, 1)
    assert told(world.submit(ann, round_, p)) == ("clear", 1)
    assert told(world.submit(bob, round_, p)) == ("too_near", 2)


@pytest.mark.parametrize("disguise", [lambda p: 1 - p, lambda p: p**3, lambda p: 0.4 + p / 10])
def test_a_monotone_disguise_hides_nothing(world, round_, ann, bob, disguise):
    p = world.skill(0.0, 1)
    world.submit(ann, round_, p)
    assert told(world.submit(bob, round_, disguise(p)))[0] == "too_near"


def test_turning_one_split_upside_down_hides_nothing(world, round_, ann, bob):
    p = world.skill(0.0, 1)
    world.submit(ann, round_, p)
    assert told(world.submit(bob, round_, np.where(world.splits == "live", 1 - p, p)))[0] == "too_near"


def test_copying_one_split_only_is_too_near(world, round_, ann, bob):
    p, q = world.skill(0.0, 1), world.skill(0.0, 2)
    world.submit(ann, round_, p)
    assert told(world.submit(bob, round_, np.where(world.splits == "live", p, q)))[0] == "too_near"


def test_a_close_relative_is_near(world, round_, ann, bob):
    world.submit(ann, round_, mixed(world, 1.0, 1, 2))
    found = []
    for share in (0.2, 0.9, 0.999):
        found.append(told(world.submit(bob, round_, mixed(world, share, 1, 2)))[0])
    assert found == ["clear", "near", "too_near"]


def test_ones_own_earlier_files_are_no_others_and_keep_ones_place(world, round_, ann, bob):
    p, other = world.skill(0.0, 1), world.skill(0.0, 2)
    assert told(world.submit(ann, round_, p)) == ("clear", 1)
    assert told(world.submit(bob, round_, other)) == ("clear", 2)
    assert told(world.submit(ann, round_, np.clip(p + 1e-6, 0, 1))) == ("clear", 1)


def test_a_slot_cannot_be_squatted_and_filled_later(world, round_, ann, bob):
    bob_first = world.submit(bob, round_, world.skill(0.0, 5))
    idea = world.skill(0.0, 1)
    told(world.submit(ann, round_, idea))
    assert told(world.submit(bob, round_, idea)) == ("too_near", 3)
    assert told(bob_first) == ("clear", 1)


def test_the_word_does_not_depend_on_when_a_worker_came(world, round_, ann, bob):
    late = world.submit(bob, round_, world.skill(0.0, 1))
    world.submit(ann, round_, world.skill(0.0, 1))
    assert told(late) == ("clear", 1), "who comes first is not harmed by who comes later"


def test_the_word_is_the_same_from_an_empty_and_from_a_damaged_matrix(world, round_, ann, bob):
    first = world.submit(ann, round_, world.skill(0.0, 1))
    second = world.submit(bob, round_, world.skill(0.0, 1))
    drain()
    frame = frame_of(round_)
    matrix = matrices.cache_of(round_, frame).ticks
    content = bytearray(matrix.path.read_bytes())
    content[4096] ^= 0xFF  # a bit of slot 1
    matrix.path.write_bytes(bytes(content))
    with pytest.raises(MatrixMiss):
        matrix.read([first.position])
    assert nearness.of_newcomers([Submission.objects.get(pk=second.pk)]) == {second.pk: (2, "too_near")}
    matrix.path.unlink()
    assert nearness.of_newcomers([Submission.objects.get(pk=second.pk)]) == {second.pk: (2, "too_near")}


def test_rebuilding_the_matrix_gives_the_same_bytes(world, round_, ann, bob):
    for n, actor in enumerate((ann, bob), 1):
        world.submit(actor, round_, world.skill(0.0, n))
    drain()
    matrix = matrices.cache_of(round_, frame_of(round_)).ticks
    before = matrix.read([1, 2]).tobytes()
    matrix.path.unlink()
    assert matrices.rebuild(round_) == 2
    assert matrix.read([1, 2]).tobytes() == before


def test_a_mix_of_two_passes_the_gate_and_is_named_by_its_residual(tmp_path):
    world = World(tmp_path, per_era=60)
    round_, ann, bob = world.open_round(), world.player("ann"), world.player("bob")
    world.submit(ann, round_, world.skill(0.0, 1))
    world.submit(bob, round_, world.skill(0.0, 2))
    z = world.noise[1] + world.noise[2]
    world.submit(world.player("cyd"), round_, 1 / (1 + np.exp(-0.1 * z)))
    drain()
    world.close(round_)
    found = Originality.objects.get(submission__participant__alias="Cyd")
    assert found.passes is True
    assert found.max_abs_rho < 0.95
    assert found.residual < 0.05


def test_without_a_gate_no_word_is_told(tmp_path):
    world = World(tmp_path, preset="classroom")
    round_ = world.open_round()
    p = world.skill(0.0, 1)
    for name in ("ann", "bob"):
        assert told(world.submit(world.player(name), round_, p))[0] == ""
    world.close(round_)
    assert all(Originality.objects.values_list("passes", flat=True))


def told_of_all(world):
    return list(
        Submission.objects.order_by("position").values_list("position", "precedence", "nearness", "state")
    )


def crowd_of_uploads(world, round_):
    """Ideas, copies, near-copies and second thoughts of four participants; none is scored yet."""
    actors = [world.player(name) for name in ("ann", "bob", "cyd", "dan")]
    files = [world.skill(0.0, 1), world.skill(0.0, 2), mixed(world, 0.97, 1, 3), world.skill(0.0, 1) ** 2]
    files += [world.skill(0.0, 4), 1 - world.skill(0.0, 2), mixed(world, 0.92, 2, 5)]
    files.append(world.skill(0.0, 1, 0.3))
    for at, p in enumerate(files):
        world.submit(actors[(at + at // 4) % 4], round_, p)


def score_all(order):
    for pk in order:
        work.add(
            Work.Kind.SCORE_VALIDATION, Submission.objects.get(pk=pk).round, Submission.objects.get(pk=pk)
        )
    pieces = dict(Work.objects.filter(submission__in=order).values_list("submission", "pk"))
    for pk in order:
        jobs.run(pieces[pk])


def test_in_whatever_order_and_company_each_gets_the_same(world, round_, monkeypatch):
    crowd_of_uploads(world, round_)
    drain()
    expected = told_of_all(world)
    assert {word for _, _, word, _ in expected} == {"clear", "near", "too_near"}
    assert any(precedence < position for position, precedence, _, _ in expected)
    ids = list(Submission.objects.order_by("position").values_list("pk", flat=True))
    shuffled = np.random.default_rng(3)
    for size in (1, 2, 5, 16):
        monkeypatch.setitem(jobs.TOGETHER, "score_validation", (size, scoring.together))
        Submission.objects.update(precedence=None, nearness="", state=Submission.State.ACCEPTED)
        order = shuffled.permutation(ids).tolist()
        score_all([*order, *order[:3]])
        assert told_of_all(world) == expected


def test_of_several_that_wait_one_worker_takes_all_and_a_broken_one_breaks_no_other(world, round_):
    crowd_of_uploads(world, round_)
    pieces = list(Work.objects.filter(kind=Work.Kind.SCORE_VALIDATION).order_by("pk"))
    # The last one, for who comes later cannot be compared with what cannot be read.
    Submission.objects.filter(work=pieces[-1]).update(column="gone")
    assert jobs.run(pieces[0].pk) is True
    states = Work.objects.filter(pk__in=[one.pk for one in pieces]).order_by("pk")
    assert [one.state for one in states] == [*["done"] * 7, "due"]
    assert "gone" in states[7].error
