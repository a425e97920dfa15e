"""Crowdblend's one Django app: tournaments, from upload to settlement. Rooms: see docs/architecture.md."""
