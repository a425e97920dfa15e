"""Addresses of notices and webhooks."""

from django.urls import path

from tournaments.web.notices import hooks, kinds

MINE = "account/notices/"
HOOK = MINE + "webhooks/<int:pk>/"
urlpatterns = [
    path(MINE, kinds.notices, name="notices"),
    path(MINE + "stop/<str:word>/", kinds.stop, name="notices-stop"),
    path(MINE + "webhooks/", hooks.add, name="webhook-add"),
    path(HOOK, hooks.webhook, name="webhook"),
    path(HOOK + "test/", hooks.test, name="webhook-test"),
    path(HOOK + "switch/", hooks.switch, name="webhook-switch"),
    path(HOOK + "remove/", hooks.remove, name="webhook-remove"),
    path(HOOK + "retry/<int:delivery>/", hooks.retry, name="webhook-retry"),
]
