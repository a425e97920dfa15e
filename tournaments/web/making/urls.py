"""Addresses of making tournaments and rounds."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
