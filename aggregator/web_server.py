"""gunicorn's configuration: threads, because a waiting request (`?wait=`) must not hold up the others."""

import gc
import os
from pathlib import Path

from django.urls import get_resolver

_host = os.environ.get("HOST") or "127.0.0.1"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = 2
threads = 8
# Loading opens no connection and starts no thread, so that the workers may share what is loaded once.
preload_app = True
# A slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
timeout = 120
graceful_timeout = 10
keepalive = 5
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
control_socket_disable = True


def when_ready(_server: object) -> None:
    """Load every page once, before the workers fork, and set aside what was loaded.

    Else the first reader of each worker waits a second for it, and Python's collector walks through all of it
    again and again, an eighth of a second at a time, in the middle of some page.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
