import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.crowd.workers import workers

CHECKOUT = Path(__file__).resolve().parents[2]
# Two workers that say who they are, then have nothing to do while their parent waits to be killed.
PARENT = """
import os, signal
from benchmarks.crowd.workers import workers
with workers() as pool:
    jobs = [pool.submit(os.getpid) for _ in range(2)]
    print(*{job.result() for job in jobs}, *pool._processes, flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_when_their_parent_is_killed(how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    started = {psutil.Process(int(number)) for number in parent.stdout.readline().split()}
    assert len(started) >= 1
    parent.send_signal(how)
    parent.wait(timeout=30)
    parent.stdout.close()
    _, alive = psutil.wait_procs(list(started), timeout=30)
    assert not alive


def test_workers_are_gone_when_the_block_ends() -> None:
    with workers() as pool:
        working = psutil.Process(pool.submit(os.getpid).result())
        assert working.is_running()
    assert not working.is_running()


def test_workers_are_gone_when_a_job_fails() -> None:
    children = set(psutil.Process().children())
    with pytest.raises(ZeroDivisionError), workers() as pool:
        pool.submit(divmod, 1, 0).result()
    started = [child for child in psutil.Process().children() if child not in children]
    assert not [child for child in started if "spawn_main" in " ".join(child.cmdline())]
