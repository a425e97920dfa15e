"""Addresses of the whole server."""

from django.contrib import admin
from django.urls import path

from aggregator.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
]
