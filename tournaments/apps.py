"""The app's start: who listens to whom."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TournamentsConfig(AppConfig):
    """Connects the bell to `work_due`, and the role grants to migration."""

    name = "tournaments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Subscribe; importing `ringing` connects its receivers."""
        from tournaments import ringing  # noqa: F401  (models are loaded only now)
        from tournaments.models import privileges

        post_migrate.connect(privileges.grant_after_migrate, sender=self)
