"""Face 4: the back office. Superusers only, so that no operator goes round the verbs.

What is a record of what happened is read-only here, whoever looks: only the services write it.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest

from tournaments import models

# Generic only to the type checker.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


def only_superusers(request: HttpRequest) -> bool:
    """Say whether the request's user may enter: being staff, or an operator, is not enough."""
    user = request.user
    return bool(user.is_active and user.is_superuser)


admin.site.has_permission = only_superusers  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Crowdblend back office"
admin.site.index_title = "Everything that is stored"
# Those of the libraries hold secrets and would go round the services.
for _model in [model for model in admin.site._registry if model._meta.app_label != "tournaments"]:
    admin.site.unregister(_model)


class Record(ModelAdmin):
    """Rows to look at: nothing here can be added, changed or deleted."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse; viewing stays allowed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


class Editable(ModelAdmin):
    """Rows that may be edited, but not deleted: what others point to stays."""

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


class Removable(ModelAdmin):
    """Rows that may be edited and taken away."""

    list_per_page = 50
    show_full_result_count = False


@admin.register(models.User)
class Users(UserAdmin):
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


Described = tuple[type[Model], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _of_rounds() -> list[Described]:
    """What belongs to rounds, read-only: model, columns, what is joined, what is searched."""
    m = models
    return [
        (m.DatasetFile, ("filename", "round", "kind", "size", "sha256"), ("round__tournament",),
         ("filename", "sha256")),
        (m.LabelSet, ("round", "version", "reason", "uploaded_by", "created_at"),
         ("round__tournament", "uploaded_by"), ("reason",)),
        (m.Evidence, ("round", "source", "labels"),
         ("round__tournament", "source__tournament", "labels__round__tournament"),
         ("round__tournament__slug",)),
        (m.VoidRow, ("round", "row", "reason", "created_at"), ("round__tournament",), ("reason",)),
        (m.Extension, ("round", "participant", "closes_at", "reason"),
         ("round__tournament", "participant"), ("participant__alias", "reason")),
        (m.Exclusion, ("round", "participant", "reason", "created_at"),
         ("round__tournament", "participant"), ("participant__alias", "reason")),
        (m.RoundLog, ("at", "round", "kind", "text"), ("round__tournament",), ("text",)),
        (m.Selection, ("round", "forecaster", "submission", "pinned", "paid_place"),
         ("round__tournament", "forecaster__participant", "submission__round__tournament"),
         ("forecaster__name", "forecaster__participant__alias")),
        (m.MetaModel, ("round", "blend", "headline", "slope", "forecasters", "created_at"),
         ("round__tournament",), ("blend",)),
        (m.MetaModelWeight, ("meta_model", "participant", "weight"),
         ("meta_model__round__tournament", "participant"), ("participant__alias",)),
        (m.Contribution, ("round", "split", "participant", "loo", "mmc", "pcs"),
         ("round__tournament", "participant"), ("participant__alias",)),
    ]  # fmt: skip


def _of_people_and_money() -> list[Described]:
    """The rest, described alike."""
    m = models
    return [
        (m.Account, ("tournament", "kind", "participant", "round", "currency", "floor"),
         ("tournament", "participant", "round__tournament"), ("participant__alias", "currency")),
        (m.Transaction, ("at", "kind", "round", "memo", "actor"), ("round__tournament", "actor"), ("memo",)),
        (m.Entry, ("transaction", "account", "amount", "currency"),
         ("transaction", "account__tournament", "account__participant", "account__round__tournament"),
         ("transaction__memo",)),
        (m.Currency, ("tournament", "code", "digits"), ("tournament",), ("code",)),
        (m.LedgerHead, ("tournament", "seq", "hash"), ("tournament",), ("hash",)),
        (m.Seal, ("tournament", "seq", "transaction", "hash"), ("tournament", "transaction"), ("hash",)),
        (m.Balance, ("account", "amount", "entries"),
         ("account__tournament", "account__participant", "account__round__tournament"), ("account__kind",)),
        (m.Settlement, ("round", "rule", "pool", "paid", "rolled_over", "currency", "committed_at"),
         ("round__tournament",), ("rule",)),
        (m.Payout, ("settlement", "participant", "place", "tied", "amount", "reason"),
         ("settlement__round__tournament", "participant"), ("participant__alias",)),
        (m.Work, ("kind", "part", "round", "submission", "state", "due_at", "attempts", "finished_at"),
         ("round__tournament", "submission__round__tournament"), ("kind", "error")),
        (m.OneTimeLink, ("kind", "user", "participant", "created_by", "expires_at", "used_at"),
         ("user", "participant", "created_by"), ("user__username", "participant__alias")),
        (m.Standing, ("tournament", "rank", "participant", "rounds", "gain", "computed_at"),
         ("tournament", "participant"), ("participant__alias",)),
        (m.Webhook, ("user", "url", "kinds", "active", "created_at"), ("user",), ("user__username", "url")),
        (m.Delivery, ("kind", "event", "user", "webhook", "state", "attempts", "sent_at"),
         ("user", "webhook__user"), ("event", "user__username", "error")),
        (m.IdempotencyKey, ("key", "user", "created_at"), ("user",), ("key", "user__username")),
    ]  # fmt: skip


for _model, _columns, _joined, _searched in _of_rounds() + _of_people_and_money():
    _options = {
        "__doc__": f"{_model.__name__}, to look at.",
        "list_display": _columns,
        "list_select_related": _joined,
        "search_fields": _searched,
        "exclude": ("secret", "token_sha256"),
    }
    admin.site.register(_model, type(f"{_model.__name__}Records", (Record,), _options))
