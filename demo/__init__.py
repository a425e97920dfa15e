"""The demo: one whole round, played over HTTP by a crowd of real models."""
