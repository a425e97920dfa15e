"""Addresses of the whole server."""

from django.contrib import admin
from django.urls import include, path

from aggregator.back_office import log_in_first
from aggregator.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("admin/login/", log_in_first),
    path("admin/", admin.site.urls),
    path("api/", include("tournaments.api.urls")),
    path("", include("tournaments.web.urls")),
]
