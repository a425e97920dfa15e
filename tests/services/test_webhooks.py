"""Webhooks: signed as the standard says, tried again, and never sent into the network of the server."""

import base64
import hashlib
import hmac
import json
import socket
import time
from datetime import timedelta

import pytest

from tests.receiver import DRIP, HANG, receiving
from tournaments.models import AuditEvent, Delivery, Notice, Webhook
from tournaments.services.access import STRANGER
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.telling import addresses, channels, outbox, sending, webhooks

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def hook(ann, receiver):
    return channels.add_webhook(ann, receiver.url, ["accepted", "opened"])


@pytest.fixture
def told(hook, ann):
    """A notice on its way to the hook."""
    body = {"at": "2026-11-23T10:00:00+00:00", "tournament": "weekly", "round": 1, "filename": "größe.csv"}
    outbox.put(Notice.ACCEPTED, "accepted:1", [outbox.Letter(ann.user, body)])
    return Delivery.objects.get()


def soon(one):
    """Let the pause before the next try be over."""
    Delivery.objects.filter(pk=one.pk).update(due_at=db_now())


def assert_signed(secret, headers, body):
    """Check a signature by the words of the standard, written anew."""
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[6:])
    assert len(key) == 32
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_the_signature_is_that_of_the_standards_own_example():
    # From the specification's reference libraries.
    found = webhooks.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}',
        1614265330,
    )  # fmt: skip
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_notice_is_posted_once_as_signed_json(receiver, hook, told):
    assert sending.deliver() == 1
    assert sending.deliver() == 0
    ((path, headers, body),) = receiver.got
    assert path == "/hook?of=ann"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == receiver.url.split("/")[2]
    assert headers["webhook-id"] == f"msg_{told.pk}"
    assert_signed(hook.secret, headers, body)
    assert json.loads(body) == {"id": f"msg_{told.pk}", "kind": "accepted", **told.body}
    told.refresh_from_db()
    assert (told.state, told.status, told.attempts, told.error) == (State.SENT, 204, 1, "")


def test_what_is_not_taken_is_sent_again_with_the_same_id_and_body(receiver, hook, told):
    receiver.answers = [500, 500, 200]
    for status in (500, 500, 200):
        assert sending.deliver() == 1
        told.refresh_from_db()
        assert told.status == status
        assert sending.deliver() == 0  # its pause is not over
        soon(told)
    assert (told.state, told.attempts, told.error) == (State.SENT, 3, "")
    assert len({(headers["webhook-id"], body) for _, headers, body in receiver.got}) == 1
    for _, headers, body in receiver.got:
        assert_signed(hook.secret, headers, body)


def test_pauses_double_over_a_day_and_the_eighth_failure_is_final_and_can_be_tried_again(
    receiver, hook, told, ann
):
    receiver.answers = [503]
    pauses = []
    for _ in range(8):
        before = db_now()
        sending.deliver()
        told.refresh_from_db()
        pauses.append((told.due_at - before).total_seconds() / 60)
        soon(told)
    assert pauses[:7] == pytest.approx([10, 20, 40, 80, 160, 320, 640], abs=0.2)
    assert 20 * 60 < sum(pauses[:7]) < 25 * 60
    assert (told.state, told.error) == (State.FAILED, "The receiver answered 503.")
    assert sending.deliver() == 0
    receiver.answers = [200]
    channels.retry(ann, told.pk)
    assert sending.deliver() == 1
    with pytest.raises(Conflict):
        channels.retry(ann, told.pk)


def test_410_switches_the_webhook_off_and_withdraws_what_waits(receiver, hook, told, ann):
    receiver.answers = [410]
    for number in (2, 3):
        outbox.put(Notice.OPENED, f"opened:{number}", [outbox.Letter(ann.user, {})])
    sending.deliver()
    hook.refresh_from_db()
    assert hook.active is False
    assert [(one.state, one.status) for one in Delivery.objects.all()] == [(State.FAILED, 410)]
    assert outbox.put(Notice.OPENED, "opened:4", [outbox.Letter(ann.user, {})]) == 0
    assert len(receiver.got) == 1


@pytest.mark.parametrize("how", [HANG, DRIP])
def test_a_receiver_that_hangs_or_drips_is_left_after_the_time(how, receiver, told, monkeypatch):
    monkeypatch.setattr(addresses, "SECONDS", 0.3)
    receiver.answers = [how]
    started = time.monotonic()
    sending.deliver()
    assert time.monotonic() - started < 3
    told.refresh_from_db()
    assert (told.state, told.status) == (State.DUE, None)
    assert "no answer within" in told.error


def test_a_redirect_is_not_followed(receiver, told):
    with receiving() as other:
        receiver.answers = [
            (302, other.url),
            (307, "http://169.254.169.254/latest/meta-data/"),
            (308, other.url),
        ]
        for status in (302, 307, 308):
            sending.deliver()
            told.refresh_from_db()
            assert told.status == status
            soon(told)
        assert other.got == []
    assert "Redirects are not followed" in told.error


def test_a_refused_connection_says_so(receiver, told, hook):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Webhook.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
        sending.deliver()
    told.refresh_from_db()
    assert told.error == "The connection failed: Connection refused."


def test_one_sees_changes_and_removes_only_ones_own_webhooks(ann, world, hook, told):
    bob = world.player("bob")
    doings = (
        lambda who: channels.find_webhook(who, hook.pk),
        lambda who: channels.choose_kinds(who, hook.pk, ["opened"]),
        lambda who: channels.switch(who, hook.pk, on=False),
        lambda who: channels.send_test(who, hook.pk),
        lambda who: channels.retry(who, told.pk),
        lambda who: channels.remove_webhook(who, hook.pk),
    )
    for doing in doings:
        with pytest.raises(Unknown):
            doing(bob)
        with pytest.raises(Forbidden):
            doing(STRANGER)
    channels.remove_webhook(ann, hook.pk)
    assert not Delivery.objects.exists()
    assert list(AuditEvent.objects.filter(actor=ann.user).values_list("action", flat=True)) == [
        "webhook_added", "webhook_removed",
    ]  # fmt: skip


def test_a_user_has_each_address_once_and_ten_at_most(ann):
    for number in range(10):
        channels.add_webhook(ann, f"https://example.org/{number}", ["accepted"])
    for address, code in (
        ("https://example.org/3", "webhook_exists"),
        ("https://x.org/", "too_many_webhooks"),
    ):
        with pytest.raises(Conflict) as caught:
            channels.add_webhook(ann, address, ["accepted"])
        assert caught.value.code == code
    for kinds in ([], ["everything"], ["accepted", "everything"]):
        with pytest.raises(Invalid):
            channels.add_webhook(ann, "https://y.org/", kinds)


def test_a_switched_off_webhook_gets_nothing_and_what_waited_is_withdrawn(receiver, hook, told, ann):
    claimed = outbox.claim(told.pk)
    channels.switch(ann, hook.pk, on=False)
    outbox.put(Notice.ACCEPTED, "accepted:2", [outbox.Letter(ann.user, {})])
    with pytest.raises(Conflict):
        channels.send_test(ann, hook.pk)
    with sending.Post() as post:
        claimed.webhook.refresh_from_db()
        sending.send(claimed, post)
    channels.switch(ann, hook.pk, on=True)
    assert sending.deliver() == 0
    assert receiver.got == []
    assert not Delivery.objects.exists()


def test_a_test_is_sent_once_and_twenty_an_hour_are_enough(receiver, hook, ann):
    receiver.answers = [500]
    channels.send_test(ann, hook.pk)
    sending.deliver()
    assert Delivery.objects.get().state == State.FAILED
    assert set(json.loads(receiver.got[0][2])) == {"id", "kind", "at"}
    for _ in range(19):
        channels.send_test(ann, hook.pk)
    with pytest.raises(Conflict):
        channels.send_test(ann, hook.pk)
    Delivery.objects.update(created_at=db_now() - timedelta(hours=2))
    channels.send_test(ann, hook.pk)
