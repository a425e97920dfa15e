"""A roster from a file: read whatever spreadsheet wrote it, every fault by its line, all or nothing."""

import time

import pytest

from tests.world import World
from tournaments.models import AuditEvent, Member, OneTimeLink, Participant, User
from tournaments.services import contests
from tournaments.services.access import Actor
from tournaments.services.errors import FileRefused, Refused
from tournaments.services.people import enrolment, logins, players, roles, roster_file, users
from tournaments.services.people.roster_file import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def code(call, *args):
    with pytest.raises(Refused) as error:
        call(*args)
    return error.value.code


def entries(text, encoding="utf-8"):
    read = roster_file.read(text.encode(encoding))
    assert read.faults == []
    return read.entries


def commit(world, text):
    return enrolment.commit(world.operator, world.tournament, entries(text))


def class_of(size):
    return "name,external_id,group\n" + "".join(
        f"Person {n},{40_000 + n},group {n % 3}\n" for n in range(size)
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name,external_id,group\nZoë Ö,7,A\n", "utf-8"),
        ("Name;External ID;GROUP\r\nZoë Ö;7;A\r\n", "utf-8-sig"),
        ("group\texternal-id\tname\nA\t7\tZoë Ö\n", "utf-16"),
        ('\n"ExternalId" , "group", name\n7 , A, "Zoë Ö"\n\n,,\n', "utf-8"),
        ("name,external_id,group\nZoë Ö,7,A\n", "latin-1"),
    ],
)
def test_a_roster_is_read_in_whatever_way_a_spreadsheet_wrote_it(text, encoding):
    (one,) = entries(text.replace('" ,', '",').replace(', "', ',"'), encoding)
    assert (one.name, one.external_id, one.group) == ("Zoë Ö", "7", "A")


def test_what_was_guessed_or_passed_over_is_told():
    read = roster_file.read("name,phone,\nZoë,1,\n".encode("latin-1"))
    assert "read as Latin-1" in read.notes[0]
    assert read.notes[1] == "Passed over, since a roster has no such columns: phone."
    assert roster_file.read("name\nZoë\n".encode()).notes == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"PK\x03\x04 a workbook",
        b"name\nA\0B\n",
        b"first,last\nAda,Byron\n",
        b"name,name\nAda,Byron\n",
        b"name\n",
        b'name\n"Ada\n',
        b"name\n" + b"x" * 1_000_001,
        b"name\n" + b"Ada\n" * 2_001,
        b"name\n\x81\x8d\n",
    ],
)
def test_what_is_no_roster_at_all_is_refused(content):
    assert code(roster_file.read, content) == "bad_roster"


def test_every_fault_is_told_with_its_line():
    text = (
        "name,external_id,group,alias,email\n"
        "Ada,1,,,\n"
        "Ada,1,,Heron,\n"  # 3: id again
        ",,A,,\n"  # 4: nobody
        '"Two\nlines",5,,heron,x\n'  # 5: alias again is not told, since the email is wrong
        "Emil,6,,?!,\n"  # 7
        "Emil,7,,HERON,\n"  # 8: alias again
        f"{'x' * 201},8\n"  # 9
        "Kurt,9,,,,,too,many\n"  # 10
        "Kurt\x07,10\n"  # 11
    )
    read = roster_file.read(text.encode())
    assert [(fault.line, fault.code) for fault in read.faults] == [
        (3, "external_id_twice"),
        (4, "nobody"),
        (5, "bad_email"),
        (7, "bad_alias"),
        (8, "alias_twice"),
        (9, "too_long"),
        (10, "too_many_cells"),
        (11, "unprintable"),
    ]


def test_a_name_alone_must_stand_once():
    read = roster_file.read(b"name,external_id\nAda,\nada,\nAda,3\n")
    assert [(fault.line, fault.code) for fault in read.faults] == [(3, "name_twice")]


def test_a_class_is_added_at_once_with_links_and_calm_aliases(world):
    begun = time.monotonic()
    done = commit(world, class_of(150))
    assert time.monotonic() - begun < 5
    assert len(done.new) == len({one.participant.alias.lower() for one in done.new}) == 150
    one = done.new[7]
    assert (one.participant.name, one.participant.external_id, one.participant.group) == (
        "Person 7",
        "40007",
        "group 1",
    )
    assert len(one.participant.alias.split()) == 2
    assert one.user.username == one.participant.alias.replace(" ", "-")
    assert not one.user.has_usable_password()
    assert one.participant.forecasters.get().name == "main"
    assert one.participant.members.get().user == one.user
    link = OneTimeLink.objects.get(user=one.user)
    assert (link.kind, link.created_by) == ("login", world.operator.user)
    assert one.token not in link.token_sha256
    assert AuditEvent.objects.get(action="roster_taken").details == {"new": 150, "changed": 0}


def test_a_class_of_any_size_asks_the_database_as_often(world, django_assert_max_num_queries):
    counts = []
    for size in (5, 60):
        made = contests.create(world.operator.user, f"class{size}", "Class")
        with django_assert_max_num_queries(40) as asked:
            enrolment.commit(world.operator, made, entries(class_of(size)))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_same_file_again_changes_nothing(world):
    first = commit(world, class_of(5))
    again = commit(world, class_of(5))
    assert (len(first.new), len(again.new), again.changed, again.same) == (5, 0, 0, 5)
    assert Participant.objects.count() == 5
    assert AuditEvent.objects.filter(action="roster_taken").count() == 1


def test_those_with_only_a_name_or_an_alias_are_known_again_too(world):
    text = "name,alias\nAda,\n,Heron\n"
    commit(world, text)
    again = commit(world, text)
    assert (len(again.new), again.same) == (0, 2)


def test_a_changed_name_is_changed_and_what_is_left_empty_stays(world):
    commit(world, "name,external_id,group,alias\nAda,1,A,Heron\n")
    plan = enrolment.plan(
        world.operator, world.tournament, entries("external_id,name,group,alias\n1,Ada Byron,,Stork\n")
    )
    assert plan.rows[0].changes == [("name", "Ada", "Ada Byron")]
    assert plan.counts == {"new": 0, "changed": 1, "same": 0}
    done = commit(world, "external_id,name,group,alias\n1,Ada Byron,,Stork\n")
    assert done.changed == 1
    one = Participant.objects.get()
    assert (one.name, one.group, one.alias) == ("Ada Byron", "A", "Heron")


def test_who_is_here_under_an_alias_gets_the_external_id(world):
    world.player("heron")
    done = commit(world, "alias,external_id,name\nHERON,17,Ada\n")
    assert (done.changed, len(done.new)) == (1, 0)
    one = Participant.objects.get()
    assert (one.alias, one.external_id, one.name) == ("Heron", "17", "Ada")


def test_a_plan_tells_what_this_tournament_makes_impossible(world):
    commit(world, "name,external_id,alias\nAda,1,Heron\nEmil,2,Stork\nAda,3,Egret\n")
    plan = enrolment.plan(
        world.operator,
        world.tournament,
        [
            Entry(2, name="Kurt", external_id="9", alias="heron"),
            Entry(3, name="ada"),
            Entry(4, alias="Stork"),
            Entry(5, external_id="2"),
            Entry(6, name="Kurt"),
        ],
    )
    assert [(fault.line, fault.code) for fault in plan.faults] == [
        (2, "alias_taken"),
        (3, "name_unclear"),
        (5, "same_person_twice"),
    ]
    assert [(row.entry.line, row.state) for row in plan.rows] == [(4, "same"), (6, "new")]


def test_with_one_fault_nobody_is_added(world):
    with pytest.raises(FileRefused) as error:
        enrolment.commit(
            world.operator, world.tournament, [Entry(2, name="Ada"), Entry(3, name="Emil", alias="?")]
        )
    assert error.value.faults[0]["rows"] == [3]
    assert not Participant.objects.exists()
    assert not User.objects.exclude(username="olga").exists()


def test_given_aliases_and_taken_user_names_are_respected(world):
    users.create_user("heron")
    (one,) = commit(world, "alias\nHeron\n").new
    assert one.participant.alias == "Heron"
    assert one.user.username.startswith("heron-")
    assert Member.objects.get(participant=one.participant).user == one.user


def test_only_operators_see_or_do_it(world):
    ann = world.player("ann")
    assert code(enrolment.plan, ann, world.tournament, []) == "operator_only"
    assert code(enrolment.commit, ann, world.tournament, []) == "operator_only"
    assert code(enrolment.add_one, ann, world.tournament, Entry(1, name="Ada")) == "operator_only"


def test_one_by_hand_is_new_or_refused_and_changes_nobody(world):
    world.player("heron")
    one = enrolment.add_one(world.operator, world.tournament, Entry(1, name="Ada", external_id="1"))
    assert one.token
    for entry in (Entry(1, name="Other", external_id="1"), Entry(1, alias="heron", external_id="2")):
        assert code(enrolment.add_one, world.operator, world.tournament, entry) == "participant_exists"
    assert code(enrolment.add_one, world.operator, world.tournament, Entry(1, alias="?")) == "bad_alias"
    assert sorted(Participant.objects.values_list("external_id", flat=True)) == ["", "1"]


def test_a_fresh_login_link_ends_the_one_before(world):
    (one,) = commit(world, "name\nAda\n").new
    token = logins.issue_login(world.operator, world.tournament, one.participant, one.user.username)
    assert token != one.token
    assert [link.revoked_at is None for link in OneTimeLink.objects.order_by("pk")] == [False, True]
    logins.revoke_logins(world.operator, world.tournament, one.participant, one.user.username)
    assert not OneTimeLink.objects.filter(revoked_at__isnull=True).exists()


def test_no_login_link_opens_more_than_this_tournament(world):
    participants = {}
    for name in ("elsewhere", "auditor", "root", "staff", "off", "plain"):
        world.player(name)
        participants[name] = Participant.objects.get(alias=name.capitalize())
    other = contests.create(users.create_user("otto")[0], "other", "Other")
    otto = Actor(User.objects.get(username="otto"))
    players.add_participant(otto, other, User.objects.get(username="elsewhere"), "Heron")
    roles.grant(otto, other, "auditor", "auditor")
    User.objects.filter(username="root").update(is_superuser=True)
    User.objects.filter(username="staff").update(is_staff=True)
    User.objects.filter(username="off").update(is_active=False)
    issue = logins.issue_login
    for name in ("elsewhere", "auditor", "root", "staff", "off"):
        refusal = code(issue, world.operator, world.tournament, participants[name], name)
        assert refusal == "login_not_yours_to_issue"
    assert code(issue, world.operator, world.tournament, participants["plain"], "otto") == "unknown_member"
    assert code(issue, otto, world.tournament, participants["plain"], "plain") == "operator_only"
    assert issue(world.operator, world.tournament, participants["plain"], "plain")
    made = logins.reissue_never_here(world.operator, world.tournament)
    assert [user.username for user, _ in made] == ["plain"]
