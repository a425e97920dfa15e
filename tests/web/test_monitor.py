"""The live monitor: what waits, runs and failed, how fast it goes, and when files came in."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Round, Upload, Work
from tournaments.services import work
from tournaments.services.clock import db_now
from tournaments.services.people import users
from tournaments.services.reading import workload

pytestmark = pytest.mark.django_db
MONITOR = "/t/weekly/1/monitor/"


@pytest.fixture
def round_(world):
    return world.open_round()


def test_work_is_counted_by_kind_and_state_with_its_pace(world, round_):
    for noise, actor in enumerate((world.ann, world.bob, world.cyd)):
        world.submit(actor, round_, world.skill(0.3, noise))
    now = db_now()
    pieces = list(Work.objects.filter(kind="score_validation").order_by("pk"))
    state = Work.objects.filter
    state(pk=pieces[0].pk).update(state="done", started_at=now - timedelta(seconds=8), finished_at=now)
    state(pk=pieces[1].pk).update(
        state="done",
        started_at=now - timedelta(seconds=4),
        finished_at=now - timedelta(seconds=2),
    )
    found = workload.of_round(world.operator, round_)
    kind = next(one for one in found.kinds if one.kind == "score_validation")
    assert (kind.due, kind.done, kind.last_hour, kind.seconds) == (1, 2, 2, 5.0)
    assert found.oldest.pk == pieces[2].pk
    assert not found.stuck
    old = now - timedelta(hours=2)
    state(pk=pieces[1].pk).update(started_at=old, finished_at=old)
    state(pk=pieces[2].pk).update(due_at=old)
    found = workload.of_round(world.operator, round_)
    assert [one.last_hour for one in found.kinds if one.kind == "score_validation"] == [1]
    assert found.stuck


def test_submissions_are_summed_by_the_hour(world, round_):
    hours = (1, 1, 3)
    began = datetime(2026, 3, 4, 0, 20, tzinfo=UTC)
    for noise, hour in enumerate(hours):
        sent = world.submit(world.ann, round_, world.skill(0.3, noise))
        Upload.objects.filter(pk=sent.upload_id).update(received_at=began + timedelta(hours=hour))
    found = workload.arrivals(world.operator, round_)
    start = began.replace(minute=0)
    assert found.unit == "hour"
    assert found.rows == [(start + timedelta(hours=1), 2, 2), (start + timedelta(hours=3), 1, 3)]
    Round.objects.filter(pk=round_.pk).update(closes_at=db_now() + timedelta(days=30))
    round_.refresh_from_db()
    assert workload.arrivals(world.operator, round_).rows == [(start.replace(hour=0), 3, 3)]


def test_the_page_shows_what_runs_and_what_failed_and_tries_all_again(look, world, open_round):
    pieces = list(Work.objects.filter(kind="score_validation").order_by("pk"))
    for one in pieces:
        Work.objects.filter(pk=one.pk).update(state="failed", error="Traceback\nDisk full.", attempts=5)
    world.submit(world.cyd, open_round, world.skill(0.3, noise=3))
    running = work.claim(Work.objects.get(submission__participant__alias="Cyd").pk)
    page = look("olga").get(MONITOR).text
    assert "2 pieces of work failed" in page
    assert "Disk full." in page
    assert "Cyd/main, position 3" in page
    look("olga").post("/t/weekly/1/retry/")
    assert not Work.objects.filter(state="failed").exists()
    work.postpone(running, db_now())
    drain()
    assert Work.objects.filter(kind="score_validation", state="done").count() == 3


def test_which_of_the_blends_failed_is_told(look, closed):
    Work.objects.filter(part="rank").update(state="failed", error="Boom", attempts=5)
    page = look("olga").get(MONITOR).text
    assert "1 piece of work failed" in page
    assert "Blending rank 5" in " ".join(page.split())


def test_the_page_asks_for_itself_again_and_is_spared_what_it_has_seen(look, open_round):
    olga = look("olga")
    body = olga.client.get(MONITOR).content.decode()
    again = re.search(r'hx-get="(\?seen=\w+)" hx-trigger="every 3s"', body)
    assert again
    assert olga.client.get(f"{MONITOR}{again[1]}").status_code == 204
    Work.objects.filter(kind="score_validation").update(state="failed", error="Boom")
    assert "2 pieces of work failed" in olga.get(f"{MONITOR}{again[1]}").text


def test_a_round_that_is_over_does_not_ask_again(look, world, closed):
    Round.objects.filter(pk=closed.pk).update(state="settled")
    Work.objects.filter(round=closed).update(state="done")
    assert "hx-trigger" not in look("olga").client.get(MONITOR).content.decode()


def test_only_those_who_oversee_the_round_see_its_monitor(look, world, open_round):
    look("ann").get(MONITOR, status=403)
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, "auditor")
    Work.objects.filter(kind="score_validation").update(state="failed", error="Boom")
    page = look("ada").get(MONITOR).text
    assert "Boom" in page
    assert "Try" not in page


def test_the_monitor_asks_as_much_of_the_database_for_20_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 20):
        fill(world, open_round, size)
        Work.objects.filter(kind="score_validation").update(state="failed", error="Boom")
        olga = look("olga")
        with django_assert_max_num_queries(18) as asked:
            olga.get(MONITOR)
        counts.append(len(asked))
    assert counts[0] == counts[1]
