"""What people look for most, each with filters of its own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest

from tournaments import models
from tournaments.admin.kinds import Editable, Record, Removable, Told


@admin.register(models.User)
class Users(Told, UserAdmin):
    """Who can log in."""

    list_display = ("username", "email", "is_active", "is_superuser", "last_login", "date_joined")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: make a user inactive instead, for their deeds stay in the logs."""
        return False


@admin.register(models.Role)
class Roles(Removable):
    """Operators and auditors."""

    list_display = ("user", "kind", "tournament")
    list_filter = ("kind", "tournament")
    list_select_related = ("user", "tournament")
    search_fields = ("user__username",)
    autocomplete_fields = ("user", "tournament")


@admin.register(models.Participant)
class Participants(Editable):
    """Players and benchmarks, with real names and external ids."""

    list_display = ("alias", "kind", "tournament", "name", "external_id", "banned_at", "created_at")
    list_filter = ("kind", "tournament")
    list_select_related = ("tournament",)
    search_fields = ("alias", "name", "external_id")
    autocomplete_fields = ("nominated",)
    readonly_fields = ("created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Fix the tournament once the participant exists: scores and money hang on it."""
        return ("created_at", "tournament", "kind") if obj else ("created_at",)


@admin.register(models.Member)
class MemberList(Removable):
    """Who plays for whom."""

    list_display = ("user", "participant", "tournament")
    list_filter = ("tournament",)
    list_select_related = ("user", "participant", "tournament")
    search_fields = ("user__username", "participant__alias")
    autocomplete_fields = ("user", "participant", "tournament")


@admin.register(models.Forecaster)
class Forecasters(Editable):
    """Participants' named sources of predictions."""

    list_display = ("name", "participant", "created_at")
    list_filter = ("participant__tournament",)
    list_select_related = ("participant__tournament",)
    search_fields = ("name", "participant__alias")
    autocomplete_fields = ("participant",)
    readonly_fields = ("created_at",)


@admin.register(models.ApiKey)
class ApiKeys(Record):
    """Keys for programs; the secrets are not stored."""

    list_display = ("public", "name", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("public", "name", "user__username")
    exclude = ("secret_sha256",)


@admin.register(models.Tournament)
class Tournaments(Record):
    """Contests; their rules change by the services' verb only."""

    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")


@admin.register(models.Round)
class Rounds(Record):
    """Rounds; they move by the verbs only."""

    list_display = ("tournament", "number", "state", "opens_at", "closes_at", "row_count")
    list_filter = ("state", "tournament")
    list_select_related = ("tournament",)
    search_fields = ("tournament__slug", "=number")


@admin.register(models.Submission)
class Submissions(Record):
    """What forecasters sent."""

    list_display = ("position", "round", "participant", "forecaster", "state", "nearness")
    list_filter = ("state", "nearness", "round__tournament")
    list_select_related = ("round__tournament", "participant", "forecaster__participant")
    search_fields = ("participant__alias", "forecaster__name", "upload__sha256")


@admin.register(models.Upload)
class Uploads(Record):
    """Accepted files."""

    list_display = ("filename", "round", "participant", "uploaded_by", "size", "sha256", "received_at")
    list_filter = ("round__tournament",)
    list_select_related = ("round__tournament", "participant", "uploaded_by")
    search_fields = ("filename", "sha256", "participant__alias")


@admin.register(models.Rejection)
class Rejections(Record):
    """Refused files and their faults."""

    list_display = ("filename", "round", "participant", "forecaster", "at")
    list_filter = ("round__tournament",)
    list_select_related = ("round__tournament", "participant", "forecaster__participant")
    search_fields = ("filename", "participant__alias")


@admin.register(models.Score)
class Scores(Record):
    """Submissions' and meta-models' metrics."""

    list_display = ("round", "submission", "meta_model", "split", "log_loss", "units", "computed_at")
    list_filter = ("split", "round__tournament")
    list_select_related = (
        "round__tournament",
        "submission__round__tournament",
        "meta_model__round__tournament",
    )
    search_fields = ("submission__participant__alias", "meta_model__blend")


@admin.register(models.Originality)
class Originalities(Record):
    """Originality at the close, with overrides."""

    list_display = ("submission", "originality", "max_abs_rho", "nearest", "passes", "override_reason")
    list_filter = ("passes", "round__tournament")
    list_select_related = ("submission__round__tournament", "nearest__round__tournament")
    search_fields = ("submission__participant__alias",)


@admin.register(models.AuditEvent)
class AuditEvents(Record):
    """Privileged acts and looks."""

    list_display = ("at", "action", "actor", "tournament", "round", "reason")
    list_filter = ("action", "tournament")
    list_select_related = ("actor", "tournament", "round__tournament")
    search_fields = ("action", "actor__username", "reason")
