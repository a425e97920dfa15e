"""From the uploaded bytes to those of a table. What a file is, its first bytes tell, not its name.

Nothing is inflated beyond the limit: both decompressors are read in pieces and dropped when they exceed it.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import IO

from tournaments.store.formats.faults import FileRejected, reject

MAX_RATIO = 100  # of inflated to compressed bytes; tables of numbers reach about ten
_HARMLESS = 1 << 20  # bytes that may be inflated at any ratio
_PIECE = 1 << 18
_MAX_DIRECTORY = 1 << 16  # bytes of a zip's list of members; one member needs about a hundred
_END_OF_ZIP = b"PK\x05\x06"
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (_END_OF_ZIP, "zip"),
    (b"PAR1", "parquet"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WHAT_TO_SEND = "Send CSV (also .gz, or .zip with one file in it) or Parquet."


def load(file: IO[bytes], filename: str, max_bytes: int) -> tuple[bytes, str]:
    """The bytes of the table and `text` or `parquet`, from a plain, gzip or zip file.

    Raises FileRejected: too_large, bomb, empty, bad_encoding, not_a_table.
    """
    content = _read(file, max_bytes)
    kind = sniff(content)
    if kind in ("gzip", "zip"):
        content = _gunzip(content, max_bytes) if kind == "gzip" else _unzip(content, max_bytes)
        kind = sniff(content)
        if kind in ("gzip", "zip"):
            raise reject("not_a_table", f"{filename} is compressed twice. Compress it once.")
    if kind == "empty":
        raise reject("empty", f"{filename} is empty. {_WHAT_TO_SEND}")
    if kind == "utf-16":
        message = f"{filename} is UTF-16. Save it as UTF-8 (in Excel: “CSV UTF-8”)."
        raise reject("bad_encoding", message)
    if kind not in ("text", "parquet"):
        raise reject("not_a_table", f"{filename} is {kind}. {_WHAT_TO_SEND}")
    return content, kind


def sniff(content: bytes) -> str:
    """`gzip`, `zip`, `parquet`, `text`, `utf-16`, `empty`, or in words what else the bytes are.

    >>> sniff(b"id,probability"), sniff(b"%PDF-1.7"), sniff("id,p".encode("utf-16-le"))
    ('text', 'a PDF document', 'utf-16')
    """
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    head = content[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head and not content.strip(b"\xef\xbb\xbf \t\r\n"):
        return "empty"
    if 0 in content:
        nulls = [at % 2 for at, byte in enumerate(content[:256]) if byte == 0]
        return "utf-16" if len(nulls) > 1 and len(set(nulls)) == 1 else "a binary file"
    if head.startswith(b"<"):
        return "a web page or XML"
    return "JSON" if head.startswith((b"{", b"[")) else "text"


def too_large(max_bytes: int) -> FileRejected:
    """The rejection of a file that is over the limit, as it came or inflated."""
    message = f"The file has more than {max_bytes:,} bytes. Remove rows and columns that are not asked for."
    return reject("too_large", message)


def bomb(size: int) -> FileRejected:
    """The rejection of `size` compressed bytes that inflate out of all proportion."""
    message = (
        f"The file inflates to more than {MAX_RATIO} times its {size:,} bytes, as no table does. "
        "Send the table uncompressed."
    )
    return reject("bomb", message)


def suspicious(inflated: int, size: int) -> bool:
    """Whether bytes inflate beyond what a table can."""
    return inflated > max(_HARMLESS, MAX_RATIO * size)


def _read(file: IO[bytes], max_bytes: int) -> bytes:
    parts, size = [], 0
    while part := file.read(max_bytes + 1 - size):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise too_large(max_bytes)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _gunzip(content: bytes, max_bytes: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            return _inflate(stream, len(content), max_bytes)
    except (OSError, EOFError, zlib.error) as problem:
        message = f"The gzip file is damaged or cut off ({problem}). Compress it again and send it whole."
        raise reject("not_a_table", message) from problem


def _unzip(content: bytes, max_bytes: int) -> bytes:
    if not _small_directory(content):
        raise reject(
            "not_a_table", "The zip file is damaged or holds many files. Put exactly one table into it."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_only_member(archive)) as stream:
            return _inflate(stream, len(content), max_bytes)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        IndexError,
    ) as problem:
        message = f"The zip file is damaged or cut off ({problem}). Compress it again and send it whole."
        raise reject("not_a_table", message) from problem


def _small_directory(content: bytes) -> bool:
    """Whether the zip's list of members is short, read before zipfile builds an object for each of them."""
    tail = content[-(_MAX_DIRECTORY + 22) :]
    at = tail.rfind(_END_OF_ZIP)
    end = tail[at : at + 22]
    if at < 0 or len(end) < 22 or int.from_bytes(end[20:22], "little") != len(tail) - at - 22:
        return False
    zip64 = tail[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    return not zip64 and int.from_bytes(end[12:16], "little") <= _MAX_DIRECTORY


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        raise reject(
            "not_a_table", f"The file is an office document, such as an Excel workbook. {_WHAT_TO_SEND}"
        )
    members = [
        info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        raise reject("not_a_table", f"The zip holds {len(members):,} files. Put exactly one table into it.")
    if members[0].flag_bits & 1:
        raise reject("not_a_table", "The zip is encrypted. Send it without a password.")
    if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise reject(
            "not_a_table", "The zip uses a rare compression. Compress it with deflate, the usual one."
        )
    return members[0]


def _inflate(stream: IO[bytes] | gzip.GzipFile, size: int, max_bytes: int) -> bytes:
    parts, inflated = [], 0
    while part := stream.read(_PIECE):
        parts.append(part)
        inflated += len(part)
        if suspicious(inflated, size):
            raise bomb(size)
        if inflated > max_bytes:
            raise too_large(max_bytes)
    return b"".join(parts)
