"""Addresses of making tournaments and rounds."""

from django.urls import path

from tournaments.web.making import contests, drafts, rounds, start

T = "t/<slug:slug>/"
ROUND = T + "<round:number>/"
urlpatterns = [
    path("start/", start.start, name="start"),
    path("new/", contests.new_tournament, name="new-tournament"),
    path(T + "rules/", contests.rules, name="rules"),
    path(T + "about/", contests.about, name="about"),
    path(T + "rounds/new/", rounds.new_round, name="new-round"),
    path(T + "rounds/new/<str:token>/", rounds.round_columns, name="round-columns"),
    path(ROUND + "check/", drafts.check_round, name="check-round"),
    path(ROUND + "adopt-rules/", drafts.adopt_rules, name="adopt-rules"),
]
