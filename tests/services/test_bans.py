"""Bans: with a reason, perhaps with an end, and gone everywhere once that has come."""

from datetime import timedelta

import pytest

from tournaments.models import AuditEvent, Participant
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.people import bans, roster
from tournaments.services.reading import desk

pytestmark = pytest.mark.django_db


def code(call, *args):
    with pytest.raises(Refused) as error:
        call(*args)
    return error.value.code


def test_who_is_banned_uploads_nothing_until_it_is_lifted(world, ann, heron):
    round_ = world.open_round()
    bans.ban(world.operator, heron, "Copies")
    assert code(world.submit, ann, round_, world.skill(0.5, noise=1)) == "excluded"
    bans.lift(world.operator, heron)
    assert world.submit(ann, round_, world.skill(0.5, noise=1))
    events = AuditEvent.objects.filter(action__in=["participant_banned", "ban_lifted"])
    assert [(one.action, one.reason) for one in events.order_by("pk")] == [
        ("participant_banned", "Copies"),
        ("ban_lifted", "Copies"),
    ]


def test_a_ban_that_has_ended_is_no_ban_anywhere(world, ann, heron):
    round_ = world.open_round()
    world.player("bob")
    bans.ban(world.operator, heron, "Copies", db_now() + timedelta(days=1))
    assert [one.alias for one in desk.of_round(world.operator, round_).missing] == ["Bob"]
    assert [row["banned_at"] is None for row in roster.participants(world.operator, world.tournament)] == [
        False,
        True,
    ]
    past = db_now() - timedelta(seconds=1)
    Participant.objects.filter(pk=heron.pk).update(banned_at=past - timedelta(days=1), banned_until=past)
    assert [one.alias for one in desk.of_round(world.operator, round_).missing] == ["Ann", "Bob"]
    assert {row["banned_at"] for row in roster.participants(world.operator, world.tournament)} == {None}
    assert code(bans.lift, world.operator, heron) == "not_banned"
    assert world.submit(ann, round_, world.skill(0.5, noise=1))


def test_a_ban_needs_an_operator_a_reason_and_an_end_to_come(world, ann, heron):
    assert code(bans.ban, ann, heron, "Copies") == "operator_only"
    assert code(bans.lift, ann, heron) == "operator_only"
    assert code(bans.ban, world.operator, heron, " x ") == "reason_needed"
    assert code(bans.ban, world.operator, heron, "Copies", db_now()) == "ban_ends_in_the_past"
    assert not Participant.objects.filter(banned_at__isnull=False).exists()


def test_a_second_ban_replaces_the_first(world, heron):
    until = db_now() + timedelta(days=3)
    bans.ban(world.operator, heron, "Copies")
    bans.ban(world.operator, heron, "Copies, three days", until)
    heron.refresh_from_db()
    assert (heron.ban_reason, heron.banned_until) == ("Copies, three days", until)
