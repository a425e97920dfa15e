"""Wiring of the server: settings, the Celery application, addresses, the launcher. It knows no business."""

import os

# One thread for each numeric library: the processes are the parallelism, and a spinning thread pool that was
# started before a fork deadlocks or slows its children. This must be set before NumPy is first imported.
for _variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
):
    os.environ.setdefault(_variable, "1")

from aggregator.celery import app as celery_app  # noqa: E402 - the threads come first

__all__ = ["celery_app"]
