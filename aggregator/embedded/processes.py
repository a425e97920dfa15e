"""Finding and ending processes that an earlier launcher may have left, without ever touching a stranger's."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

CLOCK_STEP = 2.0
"""Seconds by which two readings of one process's creation may differ when the machine's clock is set."""


@dataclass(frozen=True)
class Started:
    """A process number and when that process was created (seconds since 1970)."""

    pid: int
    created: float


def started(pid: int) -> Started:
    """Describe a running process; raises psutil.NoSuchProcess."""
    return Started(pid, psutil.Process(pid).create_time())


def find(wanted: Started) -> psutil.Process | None:
    """The process that was recorded, or None when it is gone or its number is another's by now."""
    try:
        process = psutil.Process(wanted.pid)
        same = abs(process.create_time() - wanted.created) < CLOCK_STEP
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def end_session(leader: Started, grace: float) -> None:
    """End a session that was started for one process: the leader first, so that it ends its children itself.

    A number is not given out again while a session bears it: members found under a dead leader are its own.
    """
    process = find(leader)
    if process is None and psutil.pid_exists(leader.pid) and not _is_zombie(leader.pid):
        return
    if process is not None:
        _end([process], signal.SIGTERM, grace)
    _end(_members(leader), signal.SIGKILL, grace)


def end_tree(root: Started, grace: float) -> None:
    """End a process and all that descend from it."""
    process = find(root)
    if process is None:
        return
    family = [process]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
    _end([process], signal.SIGTERM, grace)
    _end(family, signal.SIGKILL, grace)


def _members(leader: Started) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) == leader.pid and process.create_time() > leader.created - CLOCK_STEP:
                members.append(process)
    return members


def _end(members: Iterable[psutil.Process], number: signal.Signals, grace: float) -> None:
    asked = []
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            asked.append(process)
    wait_until_gone(asked, grace)


def wait_until_gone(members: Iterable[psutil.Process], timeout: float) -> bool:
    """Whether all have ended within the time (seconds). A dead one that nobody has buried counts as gone."""
    deadline = time.monotonic() + timeout
    while any(not _is_gone(process) for process in members):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
