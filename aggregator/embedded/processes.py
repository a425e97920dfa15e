"""Finding and ending processes that an earlier launcher may have left, without ever touching a stranger's."""

import contextlib
import os
import signal
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

    A number is not given out again while a session bears it, so that members found under a dead leader are its own.
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
    psutil.wait_procs(asked, timeout=grace)


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
