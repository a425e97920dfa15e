"""Two processes to fit models in, which end with the one that started them, however that ends."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from threadpoolctl import threadpool_limits


@contextmanager
def workers(processes: int = 2) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes of one thread each; work that has not begun is dropped when the block ends."""
    # A fresh interpreter each: forking after BLAS or OpenMP has started threads can hang.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_settle)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _settle() -> None:
    # Ctrl-C reaches the whole group: the parent decides what stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
    # A killed parent closes no pool, and its workers would wait for work for ever.
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
