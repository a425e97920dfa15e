"""Addresses of what operators do to a round."""

from django.urls import path

from tournaments.web.running import verbs

ROUND = "t/<slug:slug>/<round:number>/"
urlpatterns = [
    path(ROUND + "open/", verbs.open_round, name="open-round"),
    path(ROUND + "labels/", verbs.labels, name="labels"),
    path(ROUND + "resolve/", verbs.resolve, name="resolve-round"),
    path(ROUND + "settle/", verbs.settle, name="settle-round"),
    path(ROUND + "retry/<int:pk>/", verbs.retry, name="retry-work"),
]
