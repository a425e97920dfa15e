"""A file from this machine's disk as the chunks that services take."""

from collections.abc import Iterator
from pathlib import Path

from tournaments.management.terminal import Step
from tournaments.services.errors import Invalid

CHUNK = 1 << 20


def chunks_of(path: Path, step: Step) -> Iterator[bytes]:
    """Yield a file's bytes and tell how many came. Raises Invalid `no_file`."""
    try:
        with path.open("rb") as file:
            done, total = 0, path.stat().st_size
            while chunk := file.read(CHUNK):
                done += len(chunk)
                step(done, total)
                yield chunk
    except OSError as error:
        raise Invalid("no_file", f"{path} cannot be read: {error.strerror}.") from error
