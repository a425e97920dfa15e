"""Addresses of joining, rosters, members and roles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
