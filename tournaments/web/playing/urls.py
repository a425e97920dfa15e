"""Addresses of a participant's way."""

from django.urls import path

from tournaments.web.playing import data, home, staking, submission, upload

urlpatterns = [
    path("", home.home, name="home"),
    path("t/<slug:slug>/", home.tournament, name="tournament"),
    path("t/<slug:slug>/<round:number>/upload/", upload.upload, name="upload"),
    path("t/<slug:slug>/<round:number>/stake/", staking.stake, name="stake"),
    path("t/<slug:slug>/<round:number>/data/", data.show_data, name="data"),
    path("s/<int:pk>/", submission.show_submission, name="submission"),
    path("s/<int:pk>/eras/<slug:split>.csv", submission.eras_file, name="submission-eras"),
    path("s/<int:pk>/choose/", submission.choose, name="submission-choose"),
]
