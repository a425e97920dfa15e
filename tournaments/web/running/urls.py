"""Addresses of what operators do to a round."""

from django.urls import path

from tournaments.web.running import (
    audit,
    changes,
    desk,
    four_eyes,
    health,
    labels,
    monitor,
    pairs,
    previews,
    rows,
    settling,
    verbs,
    worth,
)

ROUND = "t/<slug:slug>/<round:number>/"
urlpatterns = [
    path("health/", health.health, name="health"),
    path("audit/", audit.audit_log, name="server-audit"),
    path("audit.csv", audit.audit_csv, name="server-audit-csv"),
    path("t/<slug:slug>/desk/", desk.desk, name="desk"),
    path("t/<slug:slug>/audit/", audit.audit_log, name="audit"),
    path("t/<slug:slug>/audit.csv", audit.audit_csv, name="audit-csv"),
    path(ROUND + "monitor/", monitor.monitor, name="monitor"),
    path(ROUND + "pairs/", pairs.pairs, name="pairs"),
    path(ROUND + "pairs/<int:pk>/", pairs.override, name="override"),
    path(ROUND + "now/", previews.blend_now, name="blend-now"),
    path(ROUND + "worth/", worth.worth, name="worth"),
    path(ROUND + "remind/", desk.remind, name="remind"),
    path(ROUND + "retry/", desk.retry_all, name="retry-all"),
    path(ROUND + "open/", verbs.open_round, name="open-round"),
    path(ROUND + "labels/", labels.labels, name="labels"),
    path(ROUND + "labels/<str:token>/", labels.apply_labels, name="apply-labels"),
    path(ROUND + "void/", rows.void_rows, name="void-rows"),
    path(ROUND + "extend/", changes.extend, name="extend-round"),
    path(ROUND + "exclude/", changes.exclude, name="exclude"),
    path(ROUND + "exclude/<int:pk>/", changes.readmit, name="readmit"),
    path(ROUND + "cancel/", changes.cancel, name="cancel-round"),
    path(ROUND + "resolve/", verbs.resolve, name="resolve-round"),
    path(ROUND + "settle/", settling.settle, name="settle-round"),
    path(ROUND + "settle/withdraw/", four_eyes.withdraw, name="withdraw-proposal"),
    path(ROUND + "settle/undo/", four_eyes.undo, name="undo-settlement"),
    path(ROUND + "settle.csv", settling.settle_csv, name="settle-csv"),
    path(ROUND + "retry/<int:pk>/", verbs.retry, name="retry-work"),
]
