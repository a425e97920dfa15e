"""The back office: superusers only, and records cannot be touched."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.world import user
from tournaments.models import AuditEvent, Forecaster, Member, Participant, Role, User
from tournaments.services import settlement

pytestmark = pytest.mark.django_db
EDITABLE = {User, Role, Participant, Member, Forecaster}
MODELS = sorted(admin.site._registry, key=lambda model: model.__name__)


@pytest.fixture
def root(world, resolved):
    settlement.commit(world.operator, resolved)
    User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(user("root"))
    return client


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_all_models_are_there():
    from django.apps import apps

    assert set(apps.get_app_config("tournaments").get_models()) == set(MODELS)


def test_lists_and_details_open_and_records_refuse_changes(root):
    for model in MODELS:
        assert root.get(address(model, "changelist"), {"q": "a"}).status_code == 200
        row = model._default_manager.first()
        if row is not None:
            assert root.get(address(model, "change", row.pk)).status_code == 200
        if model in EDITABLE:
            continue
        assert root.get(address(model, "add")).status_code == 403
        if row is not None:
            assert root.post(address(model, "change", row.pk), {}).status_code == 403
            assert root.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("staff", [False, True])
def test_an_operator_does_not_get_in(staff, world):
    User.objects.filter(username="olga").update(is_staff=staff)
    client = Client()
    client.force_login(user("olga"))
    response = client.get(reverse("admin:index"))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_a_list_asks_as_much_for_many_rows_as_for_few(root, world, open_round, django_assert_max_num_queries):
    from tournaments.models import Submission

    counts = []
    for start in (10, 20):
        for i in range(start, start + 10):
            player = world.player(f"p{i}")
            Submission.objects.create(
                round=open_round,
                participant=Participant.objects.get(members__user=player.user),
                forecaster=Forecaster.objects.get(participant__members__user=player.user),
                upload=Submission.objects.all()[0].upload,
                column=f"c{i}",
                position=1_000 + i,
            )
        asked = []
        for model in (Submission, Participant, Forecaster, Member):
            with django_assert_max_num_queries(12) as queries:
                root.get(address(model, "changelist"))
            asked.append(len(queries))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_what_is_changed_here_stands_in_the_audit_log(root, world):
    bob = User.objects.create_user("bo")
    tournament = world.tournament
    data = {"user": bob.pk, "tournament": tournament.pk, "kind": "operator"}
    assert root.post(address(Role, "add"), data).status_code == 302
    role = Role.objects.get(user=bob)
    password = {"usable_password": "true", "password1": "a-new-one-9", "password2": "a-new-one-9"}
    assert root.post(f"{address(User, 'change', bob.pk)[:-7]}password/", password).status_code == 302
    assert root.post(address(Role, "delete", role.pk), {"post": "yes"}).status_code == 302
    listed = {"action": "delete_selected", "_selected_action": Role.objects.get().pk, "post": "yes"}
    assert root.post(address(Role, "changelist"), listed).status_code == 302
    events = list(AuditEvent.objects.filter(action="back_office_used").order_by("pk"))
    told = [(one.actor.username, one.tournament, one.details["done"], one.details["what"]) for one in events]
    assert told == [
        ("root", tournament, "added", "role"),
        ("root", None, "changed", "user"),
        ("root", tournament, "removed", "role"),
        ("root", tournament, "removed", "role"),
    ]
    assert events[1].details["fields"] == ["password"]
    assert "a-new-one-9" not in str([one.details for one in events])


def test_a_superuser_renames_a_participant(root):
    ann = Participant.objects.get(alias="Ann")
    data = {
        "alias": "Ann B.",
        "name": "Ann Bee",
        "external_id": "7",
        "nominated": "",
        "banned_at_0": "",
        "banned_at_1": "",
    }
    assert root.post(address(Participant, "change", ann.pk), data).status_code == 302
    ann.refresh_from_db()
    assert ann.name == "Ann Bee"
