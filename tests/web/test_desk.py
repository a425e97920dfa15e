"""The operators' first screen: what comes next, who is missing, what went wrong, and how the crowd does."""

import pytest

from tests.web.crowds import fill
from tests.world import drain, user
from tournaments.models import AuditEvent, Delivery, Participant, Round, Submission, Tournament, User, Work
from tournaments.services import contests, intake, rounds, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import FileRefused
from tournaments.services.people import players, users

pytestmark = pytest.mark.django_db
DESK = "/t/weekly/desk/"


@pytest.fixture
def ada(world):
    """An auditor."""
    made, _ = users.create_user("ada")
    users.grant_role(made, world.tournament, "auditor")
    return made


def test_the_desk_leads_from_the_draft_to_the_end(look, world):
    round_ = world.draft_round()
    olga = look("olga")
    assert "/t/weekly/1/open/" in olga.get(DESK).links
    round_ = rounds.open_round(world.operator, round_)
    world.submit(world.ann, round_, world.skill(0.6, noise=1))
    drain()
    assert "It closes by itself" in olga.get(DESK).text
    world.close(round_)
    page = olga.get(DESK)
    assert "32 live rows have no label yet" in page.text
    assert "/t/weekly/1/labels/" in page.links
    resolved = world.resolve(round_)
    assert "/t/weekly/1/settle/" in olga.get(DESK).links
    settlement.commit(world.operator, resolved)
    assert "Nothing is left to do" in olga.get(DESK).text


def test_without_a_round_three_steps_lead_to_the_first(look, world):
    page = look("olga").get(DESK)
    assert "Three steps lead to the first one" in page.text
    assert "/t/weekly/people/" in page.links


def test_the_missing_are_named_for_operators_and_only_by_alias_for_auditors(look, world, open_round, ada):
    Participant.objects.filter(alias="Cyd").update(name="Cydney Real", group="Class B")
    page = look("olga").get(DESK).text
    assert "2 of 3 in" in page
    assert "Cydney Real Cyd Class B" in page
    seen = look("ada").get(DESK).text
    assert "Cyd" in seen
    assert "Cydney Real" not in seen
    assert "Class B" not in seen


def test_of_many_who_are_missing_the_first_are_shown_and_all_on_request(look, world, open_round):
    for i in range(30):
        Participant.objects.create(tournament=world.tournament, alias=f"late {i:02}")
    page = look("olga").get(DESK)
    assert "late 22" in page.text
    assert "late 23" not in page.text
    assert "7 more" in page.text
    everyone = next(link for link in page.links if "missing=all" in link).split("#")[0]
    assert "late 29" in look("olga").get(f"{DESK}{everyone}").text


def test_who_is_excluded_or_banned_is_not_waited_for(look, world, open_round):
    cyd = Participant.objects.get(alias="Cyd")
    rounds.exclude(world.operator, open_round, cyd, "Away this week")
    assert "2 of 2 in" in look("olga").get(DESK).text


def test_the_missing_are_reminded_by_one_button(look, world, open_round, settings):
    settings.CAN_MAIL = True
    User.objects.filter(username="cyd").update(email="cyd@example.org")
    page = look("olga").post("/t/weekly/1/remind/")
    assert "1 participant is being told" in page.text
    assert Delivery.objects.get(kind="reminder").user.username == "cyd"
    assert "Wait a while" in look("olga").post("/t/weekly/1/remind/", status=409).text
    look("ann").post("/t/weekly/1/remind/", status=403)


def test_a_rejected_file_is_listed_with_its_faults_until_a_good_one_comes(look, world, open_round):
    with pytest.raises(FileRefused):
        intake.submit(world.cyd, open_round, [b"id,probability\nr000,2\n"], "bad.csv")
    page = look("olga").get(DESK).text
    assert "Rejected files: 1" in page
    assert "bad.csv" in page
    assert "Nothing came" in page
    world.submit(world.cyd, open_round, world.skill(0.1, noise=3))
    assert "A good file came" in look("olga").get(DESK).text


def test_failed_and_stuck_work_and_void_rows_are_problems(look, world, open_round):
    assert "None: no file was rejected" in look("olga").get(DESK).text
    rounds.void_rows(world.operator, open_round, ["r000", "r001"], "The source was wrong")
    drain()
    pieces = list(Work.objects.filter(kind="score_validation").order_by("pk"))
    Work.objects.filter(pk__in=[one.pk for one in pieces]).update(state="failed", error="Boom\nDisk full.")
    page = look("olga").get(DESK).text
    assert "Failed work: 2" in page
    assert "Disk full." in page
    assert "2 rows: The source was wrong" in page
    look("olga").post("/t/weekly/1/retry/")
    assert Work.objects.filter(state="failed").count() == 0
    assert AuditEvent.objects.filter(action="work_retried").count() == 1
    Work.objects.filter(pk=pieces[0].pk).update(due_at="2020-01-01T00:00:00Z")
    assert "nobody takes it" in look("olga").get(DESK).text


def test_auditors_read_the_desk_and_have_no_buttons(look, world, open_round, ada):
    Work.objects.filter(kind="score_validation").update(state="failed", error="Boom")
    body = look("ada").client.get(DESK).content.decode()
    assert body.count("<form") == 1  # the header's way out
    assert "Remind them" not in body
    look("ada").get("/t/weekly/1/monitor/")
    for address in ("/t/weekly/1/retry/", "/t/weekly/1/remind/"):
        look("ada").post(address, status=403)


def test_others_do_not_see_the_desk(look, world, open_round):
    look("ann").get(DESK, status=403)
    assert look().client.get(DESK)["Location"].startswith("/login/")


def test_the_round_that_takes_files_comes_first_and_others_stand_beside_it(look, world, closed):
    world.open_round()
    page = look("olga").get(DESK)
    assert "Round 2 Open" in page.text
    assert "?round=1" in page.links
    assert "Upload labels" in look("olga").get(f"{DESK}?round=1").text
    for nonsense in ("?round=x", "?told=x", "?round=²"):
        look("olga").get(f"{DESK}{nonsense}")
    look("olga").get(f"{DESK}?round=99", status=404)


def test_the_crowd_stands_beside_the_benchmark_and_its_members(look, world, resolved):
    from tournaments.models import Score
    from tournaments.services.reading import advantage

    (line,) = advantage.of_season(world.tournament)
    live = Score.objects.filter(split="live")
    gains = {s.submission.participant.alias: s.gain for s in live.exclude(submission=None)}
    assert line.crowd == live.get(meta_model__headline=True).gain
    assert line.benchmark == gains.pop("Bench")
    assert (line.best, line.median) == (max(gains.values()), sorted(gains.values())[1])
    assert line.forecasters == 3
    page = look("olga").get(DESK).text
    assert "of 1 round" in page
    assert f"{line.crowd * 1e4:+.1f}".replace("-", "−") in page


def test_pairs_wait_for_a_decision_after_the_close(look, world, closed):
    page = look("olga").get(DESK)
    assert "does not pass the originality gate, and nobody has decided otherwise" in page.text
    assert "/t/weekly/1/pairs/" in page.links


def test_who_only_operates_one_tournament_comes_to_its_desk(look, world, open_round):
    assert look("olga").client.get("/")["Location"] == DESK
    assert "Weekly" in look("olga").get("/?all=1").text
    assert look("ann").client.get("/").status_code == 200
    other = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    assert look("olga").client.get("/").status_code == 200
    other.roles.all().delete()
    contests.create(users.create_user("pat")[0], "pats", "Pat's", "classroom")
    players.add_participant(Actor(user("pat")), Tournament.objects.get(slug="pats"), user("olga"), "Olga")
    assert look("olga").client.get("/").status_code == 200


def test_where_nothing_is_paid_the_desk_does_not_speak_of_money(look, world):
    made = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    world.tournament = made
    player = world.player("una")
    round_ = world.open_round()
    world.submit(player, round_, world.skill(0.5, noise=1))
    drain()
    read = [look("olga").get("/t/stats/desk/").text]
    world.resolve(world.close(round_))
    read.append(look("olga").get("/t/stats/desk/").text)
    read += [look("olga").get(f"/t/stats/1/{word}/").text for word in ("monitor", "pairs", "settle")]
    of_money = ("pool", "payout", "paid", "usd", "money", "points", "settle")
    assert not [(word, text) for text in read for word in of_money if word in text.lower()]


def test_the_desk_asks_as_much_of_the_database_for_20_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 20):
        fill(world, open_round, size)
        for i in range(size):
            with pytest.raises(FileRefused):
                intake.submit(world.cyd, open_round, [b"id,probability\nr000,2\n"], f"bad{i}.csv")
        Work.objects.filter(kind="score_validation").update(state="failed", error="Boom")
        for state in (Round.State.OPEN, Round.State.RESOLVED):
            at = open_round.closes_at
            Round.objects.filter(pk=open_round.pk).update(state=state, closed_at=at, resolved_at=at)
            olga = look("olga")
            with django_assert_max_num_queries(36) as asked:
                olga.get(DESK)
            counts.append(len(asked))
        Round.objects.filter(pk=open_round.pk).update(state=Round.State.OPEN)
    assert counts[:2] == counts[2:]
    assert Submission.objects.count() > 5
