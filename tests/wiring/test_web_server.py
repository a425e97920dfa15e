"""The web server's workers share what is loaded once, and Python's collector leaves it alone."""

import gc

from aggregator import web_server


def test_what_is_loaded_before_the_workers_fork_is_set_aside() -> None:
    try:
        web_server.when_ready(None)
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
