"""The outbox: each way for a worker to die or to be doubled."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as mailbox
from django.db import connection, transaction

from tests.told import BODY, put
from tournaments.models import Delivery, Notice
from tournaments.services.clock import db_now
from tournaments.services.people import users
from tournaments.services.telling import outbox, sending
from tournaments.services.telling.outbox import Letter
from tournaments.tasks import sweep, tidy

State = Delivery.State


@pytest.fixture
def ann(db):
    user, _ = users.create_user("ann", email="ann@example.org")
    return user


def expire(one):
    Delivery.objects.filter(pk=one.pk).update(lease_until=db_now() - timedelta(seconds=1))


def test_the_same_event_is_written_once(ann):
    for _ in range(3):
        put(ann)
    assert sending.deliver() == 1
    put(ann)
    assert sending.deliver() == 0


def test_what_arrived_is_forgotten_after_30_days_and_nothing_else(ann, settings):
    ages = {State.SENT: 31, State.FAILED: 31, State.DUE: 31}
    made = {state: put(ann, event=f"event {state}") for state in ages}
    young = put(ann, event="young")
    for state, days in ages.items():
        Delivery.objects.filter(pk=made[state].pk).update(
            state=state, sent_at=db_now() - timedelta(days=days)
        )
    Delivery.objects.filter(pk=young.pk).update(state=State.SENT, sent_at=db_now() - timedelta(days=29))
    assert settings.CELERY_BEAT_SCHEDULE["tidy"] == {"task": tidy.name, "schedule": 24 * 3600}
    tidy()
    assert set(Delivery.objects.values_list("pk", flat=True)) == {
        made[State.FAILED].pk, made[State.DUE].pk, young.pk,
    }  # fmt: skip


def test_a_delivery_is_claimed_once_while_its_lease_holds(ann):
    one = put(ann)
    assert outbox.claim(one.pk).attempts == 1
    assert outbox.claim(one.pk) is None
    assert outbox.next_due() is None
    assert sending.deliver() == 0


def test_a_killed_senders_delivery_is_sent_by_another(ann):
    one = put(ann)
    outbox.claim(one.pk)
    expire(one)
    assert outbox.sweep() is True
    assert sending.deliver() == 1
    one.refresh_from_db()
    assert (one.state, one.attempts, len(mailbox.outbox)) == (State.SENT, 2, 1)


def test_a_sender_that_lost_its_lease_notes_nothing(ann):
    one = put(ann)
    slow = outbox.claim(one.pk)
    expire(one)
    quick = outbox.claim(one.pk)
    outbox.failed(slow, "too late")
    outbox.sent(slow)
    one.refresh_from_db()
    assert (one.state, one.lease, one.error) == (State.RUNNING, quick.lease, "")


def test_what_kills_every_sender_is_given_up_visibly_and_can_be_tried_again(ann):
    one = put(ann)
    for _ in range(outbox.ATTEMPTS):
        assert outbox.claim(one.pk) is not None
        expire(one)
    assert outbox.claim(one.pk) is None
    assert outbox.sweep() is False
    one.refresh_from_db()
    assert (one.state, one.error) == (State.FAILED, outbox.GIVEN_UP)
    assert outbox.retry(one) is True
    assert sending.deliver() == 1


def test_first_tries_go_before_the_retries_of_others(ann):
    old, new = put(ann, "opened:1"), put(ann, "opened:2")
    past = db_now() - timedelta(hours=1)
    Delivery.objects.filter(pk=old.pk).update(attempts=3, due_at=past)
    assert outbox.next_due() == new.pk


def test_a_turn_ends_after_its_time_and_rings_for_the_rest(ann, django_capture_on_commit_callbacks):
    for number in range(3):
        put(ann, f"opened:{number}")
    rung = []
    listen = lambda **_: rung.append(1)  # noqa: E731  (a receiver is kept weakly)
    outbox.notices_due.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert sending.deliver(seconds=0) == 0
    finally:
        outbox.notices_due.disconnect(listen)
    assert rung == [1]


def test_an_unforeseen_error_is_kept_and_the_others_are_sent(ann):
    broken, _ = put(ann, "opened:1"), put(ann, "opened:2")
    Delivery.objects.filter(pk=broken.pk).update(body={})
    assert sending.deliver() == 2
    broken.refresh_from_db()
    assert (broken.state, broken.error) == (State.DUE, "KeyError: 'closes_at'")
    assert len(mailbox.outbox) == 1


def test_the_sweep_of_the_tasks_looks_into_the_outbox(ann, django_capture_on_commit_callbacks):
    put(ann)
    rung = []
    listen = lambda **_: rung.append(1)  # noqa: E731
    outbox.notices_due.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            sweep()
    finally:
        outbox.notices_due.disconnect(listen)
    assert rung == [1]


class TestAtOnce:
    """Real transactions, in threads. What they wrote is taken away by hand, for the ledger lets nobody
    empty all tables.
    """

    @pytest.fixture
    def ann(self, django_db_setup, django_db_blocker):
        with django_db_blocker.unblock():
            user, _ = users.create_user("ann", email="ann@example.org")
            yield user
            Delivery.objects.all().delete()
            user.delete()

    @staticmethod
    def at_once(number, doing):
        """Run `doing` in so many threads that start together; returns what each gave."""
        gate, given = threading.Barrier(number), []

        def run():
            gate.wait()
            try:
                given.append(doing())
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return given

    def test_of_ten_that_claim_one_gets_it(self, ann):
        one = put(ann)
        claimed = self.at_once(10, lambda: outbox.claim(one.pk))
        assert len([got for got in claimed if got]) == 1

    def test_ten_that_write_the_same_event_write_it_once(self, ann):
        def write():
            with transaction.atomic():
                outbox.put(Notice.OPENED, "opened:1", [Letter(ann, BODY)])

        self.at_once(10, write)
        assert Delivery.objects.count() == 1

    def test_ten_that_send_send_each_mail_once(self, ann):
        for number in range(30):
            put(ann, f"opened:{number}")
        tried = self.at_once(10, sending.deliver)
        assert sum(tried) == 30
        assert len(mailbox.outbox) == 30
        assert not Delivery.objects.exclude(state=State.SENT, attempts=1).exists()

    def test_while_one_sends_others_leave_at_once(self, ann):
        put(ann)
        with outbox.alone() as mine:
            assert mine is True
            assert self.at_once(3, sending.deliver) == [0, 0, 0]
        assert sending.deliver() == 1

    def test_what_is_rolled_back_is_not_in_the_outbox(self, ann):
        def write_and_fail():
            with transaction.atomic():
                put(ann)
                raise RuntimeError("no")

        with pytest.raises(RuntimeError):
            write_and_fail()
        assert not Delivery.objects.exists()
