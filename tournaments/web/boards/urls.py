"""Addresses of a round and its leaderboard."""

from django.urls import path

from tournaments.web.boards import round

urlpatterns = [
    path("t/<slug:slug>/<round:number>/", round.show_round, name="round"),
    path("t/<slug:slug>/<round:number>/board.csv", round.board_csv, name="board-csv"),
]
