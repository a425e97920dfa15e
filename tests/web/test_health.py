"""The health page: every part with its state, quick also when a part is away, and without secrets."""

import time
from datetime import timedelta

import pytest

from tournaments.models import Delivery, User, Work
from tournaments.services import audit, queues
from tournaments.services.clock import db_now
from tournaments.services.reading import health
from tournaments.services.upkeep import pulse

pytestmark = pytest.mark.django_db
AWAY = "redis://:hush-hush@127.0.0.1:1/0"


@pytest.fixture
def signs(monkeypatch):
    """A place of its own for signs of life, empty at first."""
    monkeypatch.setattr(pulse, "KEY", "crowdblend:test-pulse")
    from django.conf import settings

    client = pulse.client(settings.REDIS_URL)
    client.delete(pulse.KEY)
    yield client
    client.delete(pulse.KEY)


def part(world, name):
    return next(one for one in health.of_server(world.operator) if one.name == name)


def test_operators_and_superusers_see_it_and_others_do_not(look, world, signs):
    assert "Database" in look("olga").get("/health/").text
    User.objects.create_superuser("root")
    assert "/audit/" in look("root").get("/health/").links
    look("ann").get("/health/", status=403)
    assert look().client.get("/health/")["Location"].startswith("/login/")


def test_workers_are_alive_as_long_as_they_are_heard_of(world, signs):
    assert part(world, "Workers").state == "bad"
    pulse.beat("celery@here", *(pulse.heard(name) for name in queues.NAMES if name != "blending"))
    found = part(world, "Workers")
    assert (found.state, "No worker listens to blending." in found.says) == ("bad", True)
    pulse.beat(pulse.heard("blending"))
    found = part(world, "Workers")
    assert (found.state, "start beat" in found.says) == ("bad", True)
    pulse.beat(pulse.SWEEP)
    found = part(world, "Workers")
    assert (found.state, found.facts[0].value) == ("ok", "celery@here")
    late = (db_now() - timedelta(minutes=5)).isoformat()
    signs.hset(pulse.KEY, pulse.SWEEP, late)
    assert "start beat" in part(world, "Workers").says
    signs.hset(pulse.KEY, "celery@here", late)
    assert "No worker was heard of" in part(world, "Workers").says
    signs.hset(pulse.KEY, "celery@gone", (db_now() - timedelta(days=2)).isoformat())
    assert "celery@gone" not in pulse.read()
    assert not signs.hexists(pulse.KEY, "celery@gone")


def test_it_answers_soon_while_the_broker_is_away_and_tells_no_password(look, world, settings):
    settings.REDIS_URL = AWAY
    began = time.monotonic()
    page = look("olga").get("/health/").text
    assert time.monotonic() - began < 3
    assert "Does not answer" in page
    assert "Not known while the broker is away" in page
    pulse.beat("celery@here")
    for secret in (
        "hush-hush",
        "127.0.0.1:1",
        settings.SECRET_KEY,
        str(settings.DATABASES["default"]["PASSWORD"]),
    ):
        assert secret not in page


def test_old_and_failed_work_is_told(world, open_round):
    Work.objects.filter(kind="close").update(due_at=db_now() + timedelta(hours=1))
    assert part(world, "Queue").state == "ok"
    Work.objects.filter(kind="score_validation").update(state="failed")
    assert part(world, "Queue").state == "warn"
    Work.objects.filter(kind="score_validation").update(state="due", due_at=db_now() - timedelta(hours=1))
    found = part(world, "Queue")
    assert (found.state, found.facts[0].value) == ("bad", 2)


def test_the_last_backup_and_its_age_are_told(world):
    assert "No backup" in part(world, "Backup").says
    audit.record(None, "backup_made", files=3, bytes=1_530)
    found = part(world, "Backup")
    assert (found.state, found.facts[1].value) == ("ok", 1_530)


def test_storage_counts_files_and_notices_count_failures(world, open_round, settings):
    stored = {fact.name: fact.value for fact in part(world, "Storage").facts}
    assert stored["Uploads"] == 2
    assert stored["Received"] > 0
    assert stored["Free"] > 0
    settings.CAN_MAIL = False
    assert "not set up" in part(world, "Notices").says
    settings.CAN_MAIL = True
    assert part(world, "Notices").state == "ok"
    user = world.ann.user
    Delivery.objects.create(user=user, kind="scored", event="e", body={}, state="failed", due_at=db_now())
    assert part(world, "Notices").state == "warn"


def test_versions_are_told(world):
    names = [fact.name for fact in part(world, "Versions").facts]
    assert names[:3] == ["Python", "Django", "Celery"]


def test_it_asks_a_bounded_number_of_questions(look, open_round, signs, django_assert_max_num_queries):
    olga = look("olga")
    with django_assert_max_num_queries(12):
        olga.get("/health/")
