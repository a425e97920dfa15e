"""Roles in a browser: operators and auditors of a tournament."""

import pytest

from tournaments.models import Role
from tournaments.services.people import users

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/roles/"


def test_a_role_is_granted_and_revoked_with_the_name_typed(look, world):
    users.create_user("kim")
    olga = look("olga")
    page = olga.post(HERE, {"username": "kim", "kind": "auditor"})
    assert "kim Auditor" in page.text
    assert "People" in look("kim").get("/t/weekly/people/").text
    where = f"{HERE}{Role.objects.get(kind='auditor').pk}/revoke/"
    assert "kim is auditor no more" in olga.get(where).text
    olga.post(where, {"name": "olga"}, status=400)
    assert "kim" not in olga.post(where, {"name": "kim"}).text
    look("kim").get("/t/weekly/people/", status=403)
    olga.get(where, status=404)


def test_the_last_operator_cannot_go_and_one_of_two_can(look, world):
    olga = look("olga")
    own = f"{HERE}{Role.objects.get().pk}/revoke/"
    assert "cannot give it back to yourself" in olga.get(own).text
    assert "is the last operator" in olga.post(own, {"name": "olga"}, status=409).text
    users.create_user("kim")
    olga.post(HERE, {"username": "kim", "kind": "operator"})
    assert "Weekly" in olga.post(own, {"name": "olga"}).text
    olga.get(HERE, status=403)


def test_what_is_wrong_is_told_beside_the_field(look, world):
    olga = look("olga")
    assert (
        "There is no user nobody"
        in olga.post(HERE, {"username": "nobody", "kind": "auditor"}, status=404).text
    )
    assert (
        "operator here already" in olga.post(HERE, {"username": "olga", "kind": "operator"}, status=409).text
    )
    olga.post(HERE, {"username": "olga", "kind": "king"}, status=400)


def test_only_operators_come_here(look, world):
    for verb in ("get", "post"):
        getattr(look("ann"), verb)(HERE, status=403)
        getattr(look("ann"), verb)(f"{HERE}{Role.objects.get().pk}/revoke/", status=403)
    assert look().client.get(HERE)["Location"].startswith("/login/")


def test_many_roles_ask_no_more_of_the_database(look, world, django_assert_max_num_queries):
    counts = []
    for size in (3, 12):
        for n in range(Role.objects.count(), size):
            users.create_user(f"r{n}")
            Role.objects.create(user=users.find_user(f"r{n}"), tournament=world.tournament, kind="auditor")
        olga = look("olga")
        with django_assert_max_num_queries(20) as asked:
            olga.get(HERE)
        counts.append(len(asked))
    assert counts[0] == counts[1]
