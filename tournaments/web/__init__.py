"""Face 2: pages. Each view reads its input, calls services and renders; access is the services' to decide."""

from django.urls import register_converter

from tournaments.web.addresses import RoundNumber

# Here, so that each room's addresses can be read by themselves.
register_converter(RoundNumber, "round")
