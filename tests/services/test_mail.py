"""Notices by email: what a mail says, how it is stopped, and a mail server that is away or refuses."""

import smtplib

import pytest
from django.core import mail as mailbox
from django.core.mail.backends.locmem import EmailBackend

from tests.postbox import postbox
from tests.told import BODY, put
from tournaments.models import Delivery, Notice, User
from tournaments.services.errors import Unknown
from tournaments.services.people import users
from tournaments.services.telling import channels, mail, outbox, sending
from tournaments.services.telling.outbox import Letter

State = Delivery.State


@pytest.fixture
def ann(db):
    user, _ = users.create_user("ann", email="ann@example.org")
    return user


def test_a_mail_has_a_short_subject_a_sentence_and_a_link_and_can_be_stopped(ann):
    one = put(ann)
    assert sending.deliver() == 1
    (sent,) = mailbox.outbox
    assert sent.subject == "Weekly, round 1: it is open"
    assert sent.to == ["ann@example.org"]
    lines = sent.body.split("\n")
    assert lines[:3] == ["The round is open until 17:00 UTC on 24 November 2026.", "", BODY["url"]]
    stop = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert f"Stop emails of this kind: {stop}" in lines
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.extra_headers["Message-ID"] == f"<notice-{one.pk}@localhost>"
    assert sent.message().get_content_type() == "text/plain"


def test_mails_go_to_a_real_server_over_one_connection(ann, settings):
    for number in range(3):
        put(ann, f"opened:{number}")
    with postbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        assert sending.deliver() == 3
    assert (len(box.mails), box.connections) == (3, 1)
    came = box.mails[0]
    assert came["Subject"] == "Weekly, round 1: it is open"
    assert came["To"] == "ann@example.org"
    stop = came["List-Unsubscribe"].strip(" <>")
    assert stop.startswith("http://localhost:8000/account/notices/stop/")
    assert came["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in came.get_content()
    assert channels.stop(stop.split("/")[-2]) == "opened"


def test_a_user_without_an_address_or_who_left_gets_no_mail(ann, settings):
    User.objects.filter(pk=ann.pk).update(email="")
    ann.refresh_from_db()
    assert outbox.put(Notice.OPENED, "opened:1", [Letter(ann, BODY)]) == 0
    ann.email, ann.is_active = "ann@example.org", False
    assert outbox.put(Notice.OPENED, "opened:1", [Letter(ann, BODY)]) == 0
    ann.is_active, settings.CAN_MAIL = True, False
    assert outbox.put(Notice.OPENED, "opened:1", [Letter(ann, BODY)]) == 0
    assert not Delivery.objects.exists()


def test_what_was_muted_while_it_waited_is_not_sent(ann):
    one = put(ann)
    claimed = outbox.claim(one.pk)
    second = put(ann, "opened:2")
    assert channels.stop(mail.token(ann, "opened")) == "opened"
    assert not Delivery.objects.filter(pk=second.pk).exists()
    claimed.user.refresh_from_db()
    with mail.Post() as post:
        sending.send(claimed, post)
    assert mailbox.outbox == []
    assert not Delivery.objects.exists()
    ann.refresh_from_db()
    assert ann.muted == ["opened"]


def test_a_word_that_was_changed_stops_nothing(ann):
    word = mail.token(ann, "opened")
    for wrong in (word[:-1], word + "x", "", "a:b:c", mail.signing.dumps([ann.pk, "opened"], salt="other")):
        with pytest.raises(Unknown):
            channels.stop(wrong)
    ann.refresh_from_db()
    assert ann.muted == []


class Away(EmailBackend):
    """A mail server that does not answer."""

    tries = 0

    def open(self):
        Away.tries += 1
        raise ConnectionRefusedError(111, "Connection refused")


class Picky(EmailBackend):
    """A mail server that refuses bob."""

    def send_messages(self, messages):
        if "bob@example.org" in messages[0].to:
            raise smtplib.SMTPRecipientsRefused({"bob@example.org": (550, b"unknown")})
        return super().send_messages(messages)


def test_while_the_mail_server_is_away_one_mail_is_tried_and_no_other(ann, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    for number in range(5):
        put(ann, f"opened:{number}")
    assert sending.deliver() == 1
    assert Away.tries == 1
    one = Delivery.objects.get(attempts=1)
    assert one.state == State.DUE
    assert "cannot be reached: [Errno 111] Connection refused" in one.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert sending.deliver() == 4


def test_a_refused_recipient_does_not_hold_up_the_others(ann, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    bob, _ = users.create_user("bob", email="bob@example.org")
    for user in (bob, ann):
        put(user)
    assert sending.deliver() == 2
    assert [one.to for one in mailbox.outbox] == [["ann@example.org"]]
    assert "did not take it" in Delivery.objects.get(user=bob).error
