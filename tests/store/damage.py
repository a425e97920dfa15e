"""What disks do to files."""

from pathlib import Path


def flip(path: Path, byte: int) -> None:
    """Change one bit of a byte."""
    with path.open("r+b") as file:
        file.seek(byte)
        old = file.read(1)
        file.seek(byte)
        file.write(bytes([old[0] ^ 1]))
