"""Addresses of what other rules would have paid."""

from django.urls import path

from tournaments.web.what_if import compare, replay

SETTLE = "t/<slug:slug>/<round:number>/settle/"
urlpatterns = [
    path(SETTLE + "compare/", compare.compare_rules, name="compare-rules"),
    path(SETTLE + "compare.csv", compare.compare_csv, name="compare-rules-csv"),
    path("t/<slug:slug>/replay/", replay.replay_rules, name="replay"),
    path("t/<slug:slug>/replay.csv", replay.replay_csv, name="replay-csv"),
]
