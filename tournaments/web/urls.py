"""Addresses of the pages: each room has its own."""

from django.urls import include, path

ROOMS = ("account", "joining", "making", "notices", "running", "money", "playing", "what_if", "boards")


urlpatterns = [path("", include(f"tournaments.web.{room}.urls")) for room in ROOMS]
