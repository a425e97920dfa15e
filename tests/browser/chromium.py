"""Which Chromium plays the browser tests. `python -m tests.browser.chromium` finds it, or installs Debian's.

The order: the one that CHROMIUM names; Debian's, where it is installed; Debian's package, installed now,
where root may; Playwright's own. Else one sentence says what to do.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ADVICE = (
    "The browser tests need Chromium: install it (as root on Debian: apt-get install chromium), "
    "or let CHROMIUM name its executable."
)
USUAL = "/usr/bin/chromium"
# Without fonts Chromium draws boxes; these are the first of the pages' families that Debian has.
PACKAGES = ("chromium", "fonts-liberation")
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Names lead nowhere: what a page asks of another host fails here, too.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class NoChromiumError(Exception):
    """There is none, and none could be installed; the message is the instruction."""


@dataclass(frozen=True)
class Machine:
    """What a machine offers. `installed` and `own` say where an executable is, "" for none."""

    named: str
    installed: Callable[[], str]
    may_install: bool
    install: Callable[[], None]
    own: Callable[[], str]


def find(machine: Machine) -> str:
    """Return the path of the Chromium to use; installs one only where the machine allows it."""
    if machine.named:
        if not _runs(machine.named):
            raise NoChromiumError(
                f"CHROMIUM is {machine.named}, which is not an executable file: name another."
            )
        return machine.named
    if found := machine.installed():
        return found
    if machine.may_install:
        with contextlib.suppress(subprocess.CalledProcessError):
            machine.install()
        if found := machine.installed():
            return found
    if found := machine.own():
        return found
    raise NoChromiumError(ADVICE)


def this_machine(install: bool = False) -> Machine:
    """Describe the machine that this runs on; without `install` nothing is changed on it."""
    return Machine(
        named=os.environ.get("CHROMIUM", ""),
        installed=_installed,
        may_install=install and os.geteuid() == 0 and shutil.which("apt-get") is not None,
        install=_install,
        own=_own,
    )


def flags() -> list[str]:
    """Return how Chromium is started: without a network of its own, and without its sandbox for root."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _runs(path: str) -> bool:
    return Path(path).is_file() and os.access(path, os.X_OK)


def _installed() -> str:
    return shutil.which("chromium") or (USUAL if _runs(USUAL) else "")


def _install() -> None:
    print(f"Installing Debian's {' and '.join(PACKAGES)}, once.", flush=True)
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", "--quiet=2", *words], env=quietly, check=True)


def _own() -> str:
    from playwright.sync_api import sync_playwright  # only here: starting its driver takes a while

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if _runs(path) else ""


def main() -> int:
    """Find or install; prints the path, or the one sentence that says what to do."""
    try:
        print(find(this_machine(install=True)))
    except NoChromiumError as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
