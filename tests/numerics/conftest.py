"""Properties are searched the same way on every run, and a busy machine does not fail them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("numerics", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("numerics")
