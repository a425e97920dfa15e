"""Addresses of a round and its leaderboard, the season, and those who play it."""

from django.urls import path

from tournaments.web.boards import history, payouts, round, season, stakes

ROUND = "t/<slug:slug>/<round:number>/"
urlpatterns = [
    path(ROUND, round.show_round, name="round"),
    path(ROUND + "board.csv", round.board_csv, name="board-csv"),
    path(ROUND + "payouts/", payouts.show_payouts, name="payouts"),
    path(ROUND + "payouts.csv", payouts.payouts_csv, name="payouts-csv"),
    path(ROUND + "stakes/", stakes.show_stakes, name="stakes"),
    path(ROUND + "stakes.csv", stakes.stakes_csv, name="stakes-csv"),
    path("t/<slug:slug>/season/", season.season, name="season"),
    path("t/<slug:slug>/season.csv", season.season_csv, name="season-csv"),
    path("t/<slug:slug>/f/<int:pk>/", history.forecaster, name="forecaster"),
    path("t/<slug:slug>/p/<str:alias>/", history.player, name="player"),
]
