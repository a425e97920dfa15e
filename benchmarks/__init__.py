"""Benchmarks: this project against its peers, and the reference worlds that feed them."""
