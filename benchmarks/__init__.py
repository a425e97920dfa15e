"""Benchmarks: this project against its peers, and the reference worlds that feed them."""

import aggregator  # noqa: F401 - one thread for BLAS, as in every worker; before NumPy is imported
