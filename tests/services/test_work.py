"""The queue: leases, attempts, the sweep, fan-in. Each test is a way for a worker to die or be doubled."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery.signals import celeryd_after_setup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aggregator import celery_app
from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Score, Submission, Work
from tournaments.services import jobs, queues, work
from tournaments.services.clock import db_now

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
State = Work.State


@stages.step
def world(tmp_path):
    return World(tmp_path)


@stages.step
def round_(world):
    return world.open_round()


@stages.step
def submission(world, round_):
    return world.submit(world.player("ann"), round_, world.skill(0.3, 1))


@pytest.fixture
def piece(submission):
    return Work.objects.get(submission=submission)


def expire(piece):
    Work.objects.filter(pk=piece.pk).update(lease_until=db_now() - timedelta(seconds=1))


def test_work_is_claimed_by_one_worker_only(piece):
    assert work.claim(piece.pk).attempts == 1
    assert work.claim(piece.pk) is None


def test_work_that_is_not_due_yet_cannot_be_claimed(round_):
    close = Work.objects.get(round=round_, kind=Work.Kind.CLOSE)
    assert work.claim(close.pk) is None
    assert work.sweep() == 0


def test_done_work_is_not_done_again(piece):
    assert jobs.run(piece.pk) is True
    assert jobs.run(piece.pk) is False
    assert Score.objects.count() == 1


def test_work_done_ten_times_leaves_one_score(world, round_, submission, piece):
    for _ in range(10):
        work.add(Work.Kind.SCORE_VALIDATION, round_, submission)
        drain()
    assert Score.objects.count() == 1
    assert Work.objects.get(pk=piece.pk).state == State.DONE


def test_a_dead_workers_lease_runs_out_and_another_takes_over(piece):
    work.claim(piece.pk)
    assert work.sweep() == 0
    expire(piece)
    assert work.sweep() == 1
    assert jobs.run(piece.pk) is True
    assert Work.objects.get(pk=piece.pk).attempts == 2


def test_a_worker_that_lost_its_lease_writes_nothing(piece):
    slow = work.claim(piece.pk)
    expire(piece)
    assert jobs.run(piece.pk) is True
    Score.objects.all().delete()
    with pytest.raises(work.LeaseLost):
        jobs.VERBS[slow.kind](slow)
    assert not Score.objects.exists()


def test_an_error_is_kept_and_tried_again_after_pauses_that_double(piece, settings):
    def broken(_):
        raise ValueError("the disk is full")

    for attempt in range(1, settings.MAX_ATTEMPTS + 1):
        before = db_now()
        assert work.perform(piece.pk, {piece.kind: broken}, {}) is False
        found = Work.objects.get(pk=piece.pk)
        assert "the disk is full" in found.error
        pause = (found.due_at - before).total_seconds()
        assert pause == pytest.approx(settings.RETRY_SECONDS * 2 ** (attempt - 1), abs=1)
        Work.objects.filter(pk=piece.pk).update(due_at=before)
    assert found.state == State.FAILED
    assert Submission.objects.get().state == Submission.State.FAILED
    assert work.sweep() == 0


def test_work_that_kills_every_worker_is_given_up_visibly_and_can_be_retried(piece, settings):
    for _ in range(settings.MAX_ATTEMPTS):
        assert work.claim(piece.pk) is not None
        expire(piece)
    work.sweep()
    found = Work.objects.get(pk=piece.pk)
    assert found.state == State.FAILED
    assert "killed" in found.error
    work.retry(found)
    assert jobs.run(piece.pk) is True
    assert Submission.objects.get().state == Submission.State.SCORED


def test_a_join_starts_when_its_last_part_is_done(world, round_):
    ann, bob = world.player("ann"), world.player("bob")
    parts = [
        (Work.Kind.SCORE_TEST, world.submit(a, round_, world.skill(0.3, n)), "")
        for n, a in enumerate((ann, bob))
    ]
    join = work.fan_out(Work.Kind.META_MODEL, round_, [*parts, (Work.Kind.BLEND, None, "equal")])
    one, two, three = Work.objects.filter(parent=join).order_by("pk")
    for part, left, state in ((one, 2, State.WAITING), (three, 1, State.WAITING), (two, 0, State.DUE)):
        work.finish(work.claim(part.pk))
        join.refresh_from_db()
        assert (join.parts_left, join.state) == (left, state)


def test_a_join_without_parts_is_due_at_once(round_):
    assert work.fan_out(Work.Kind.META_MODEL, round_, []).state == State.DUE


BLENDS = [(Work.Kind.BLEND, None, name) for name in ("equal", "rank")]


def test_alike_parts_are_pieces_of_their_own_and_each_is_written_once(round_):
    for _ in range(2):
        join = work.fan_out(Work.Kind.META_MODEL, round_, BLENDS)
        pieces = Work.objects.filter(kind=Work.Kind.BLEND).order_by("pk")
        assert [(one.part, one.parent_id) for one in pieces] == [("equal", join.pk), ("rank", join.pk)]
    work.fail(work.claim(pieces[0].pk), ValueError("broken"))
    assert [bool(one.error) for one in pieces.all()] == [True, False]
    assert str(pieces[1]) == f"blend rank of {round_}"


def test_a_part_that_failed_for_good_holds_the_join_until_it_is_tried_again(round_, settings):
    join = work.fan_out(Work.Kind.META_MODEL, round_, BLENDS)
    equal, rank = Work.objects.filter(parent=join).order_by("pk")
    Work.objects.filter(pk=equal.pk).update(state=State.FAILED, attempts=settings.MAX_ATTEMPTS)
    work.finish(work.claim(rank.pk))
    join.refresh_from_db()
    assert (join.parts_left, join.state) == (1, State.WAITING)
    work.retry(Work.objects.get(pk=equal.pk))
    work.finish(work.claim(equal.pk))
    join.refresh_from_db()
    assert (join.parts_left, join.state) == (0, State.DUE)


def test_parts_made_due_again_are_locked_before_their_join_as_those_who_finish_them_do(round_):
    work.fan_out(Work.Kind.META_MODEL, round_, BLENDS)
    with CaptureQueriesContext(connection) as asked:
        work.fan_out(Work.Kind.META_MODEL, round_, BLENDS)
    locks = [one["sql"] for one in asked if " FOR NO KEY UPDATE" in one["sql"] or " FOR UPDATE" in one["sql"]]
    assert "'meta_model'" in locks[0]
    assert locks[0].endswith('FOR NO KEY UPDATE OF "tournaments_work"')


def test_cancelled_work_stays_cancelled(round_, piece):
    running = work.claim(piece.pk)
    work.cancel_all(round_)
    with pytest.raises(work.LeaseLost):
        work.finish(running)
    assert jobs.run(piece.pk) is False


def test_what_is_due_is_rung_once_the_transaction_is_committed(
    world, round_, submission, django_capture_on_commit_callbacks
):
    rung = []

    def listen(kinds, **_):
        rung.extend(kinds.items())

    def broken(kinds, **_):
        raise ConnectionError("the broker is away")

    work.work_due.connect(listen)
    work.work_due.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            added = work.add(Work.Kind.SCORE_VALIDATION, round_, submission)
            assert rung == []
    finally:
        work.work_due.disconnect(listen)
        work.work_due.disconnect(broken)
    assert rung == [(added.pk, "score_validation")]


def test_every_kind_of_work_has_a_queue_and_every_queue_its_kinds(settings):
    assert {queues.queue_of(kind) for kind in Work.Kind.values} == set(queues.NAMES)
    assert set(queues.kinds_of(set(queues.NAMES))) == set(Work.Kind.values)
    assert set(settings.CELERY_TASK_QUEUES) == set(queues.NAMES)


def test_a_worker_takes_from_the_queues_that_it_is_told_and_can_still_ring_all(settings):
    known = celery_app.amqp.queues
    try:
        for told, listened in (([], set(queues.NAMES)), (["blending"], {"blending"})):
            settings.LISTENED = told
            celeryd_after_setup.send("a worker", instance=SimpleNamespace(app=celery_app), conf=None)
            assert set(known.consume_from) == listened
            assert set(known) == set(queues.NAMES)
    finally:
        known.select(queues.NAMES)


def test_a_sweep_leaves_out_what_long_queues_tell_of(round_, submission):
    assert work.sweep(besides=queues.kinds_of({queues.BLENDING})) == 1
    assert work.sweep(besides=queues.kinds_of({queues.SCORING})) == 0
