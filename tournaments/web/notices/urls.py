"""Addresses of notices and webhooks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
