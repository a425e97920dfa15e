"""Face 4: the back office. Superusers only, so that no operator goes round the verbs.

What is a record of what happened is read-only here, whoever looks: only the services write it.
"""

from django.contrib import admin
from django.http import HttpRequest

from tournaments.admin import written
from tournaments.admin.described import of_people_and_money, of_rounds
from tournaments.admin.kinds import Record

__all__ = ["only_superusers", "written"]


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

for _model, _columns, _joined, _searched in of_rounds() + of_people_and_money():
    _options = {
        "__doc__": f"{_model.__name__}, to look at.",
        "list_display": _columns,
        "list_select_related": _joined,
        "search_fields": _searched,
        "exclude": ("secret", "token_sha256"),
    }
    admin.site.register(_model, type(f"{_model.__name__}Records", (Record,), _options))
