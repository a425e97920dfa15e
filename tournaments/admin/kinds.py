"""What may be done with rows of the back office: looked at, edited, removed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tournaments.models import User
from tournaments.services import audit

# Generic only to the type checker.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


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


class Told(ModelAdmin):
    """Rows whose changes stand in the audit log too: the back office's own log the server may delete."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note what was added."""
        _note(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note which fields were changed; their values may be secrets."""
        _note(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Note what is about to be removed."""
        for one in queryset:
            _note(request, "removed", one)
        return super().log_deletions(request, queryset)


def _note(request: HttpRequest, done: str, row: Any, message: Any = "") -> None:
    assert isinstance(request.user, User), "Only superusers come here."
    changes = [part.get("changed", {}) for part in message] if isinstance(message, list) else []
    fields = [str(name) for change in changes for name in change.get("fields", [])]
    where = getattr(row, "tournament", None) or getattr(getattr(row, "participant", None), "tournament", None)
    named = {"what": str(row._meta.verbose_name), "which": str(row)[:200], "id": row.pk}
    audit.record(request.user, "back_office_used", where, done=done, **named, fields=fields)


class Editable(Told):
    """Rows that may be edited, but not deleted: what others point to stays."""

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


class Removable(Told):
    """Rows that may be edited and taken away."""

    list_per_page = 50
    show_full_result_count = False
