"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from tournaments.web.views import home, operate, round, submission, upload

OF_ROUND = [
    path("", round.show_round, name="round"),
    path("board.csv", round.board_csv, name="board-csv"),
    path("upload/", upload.upload, name="upload"),
    path("open/", operate.open_round, name="open-round"),
    path("labels/", operate.labels, name="labels"),
    path("resolve/", operate.resolve, name="resolve-round"),
    path("settle/", operate.settle, name="settle-round"),
    path("retry/<int:pk>/", operate.retry, name="retry-work"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", LoginView.as_view(template_name="web/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("t/<slug:slug>/", home.tournament, name="tournament"),
    path("t/<slug:slug>/<str:number>/", include(OF_ROUND)),
    path("s/<int:pk>/", submission.show_submission, name="submission"),
    path("s/<int:pk>/choose/", submission.choose, name="submission-choose"),
]
