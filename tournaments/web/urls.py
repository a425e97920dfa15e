"""Addresses of the pages: each room has its own."""

from django.urls import include, path, register_converter

ROOMS = ("account", "joining", "making", "notices", "running", "playing", "boards")


class RoundNumber:
    """A round in an address: its number, or `current`. Other words after a tournament are its pages."""

    regex = r"\d{1,9}|current"

    def to_python(self, value: str) -> str:
        """Hand it on as it stands; the service finds the round."""
        return value

    def to_url(self, value: object) -> str:
        """Write a number."""
        return str(value)


register_converter(RoundNumber, "round")

urlpatterns = [path("", include(f"tournaments.web.{room}.urls")) for room in ROOMS]
