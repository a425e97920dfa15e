"""A QR code as one path of a drawing: it is part of the page, so that it needs no policy of its own."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules of white around it, which readers need


@dataclass(frozen=True)
class Drawing:
    """The side of the square in modules, and the path of the dark ones."""

    side: int
    path: str


def draw(text: str) -> Drawing:
    """Return the drawing of a text; dark modules that touch in a row are one stroke of the path."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    return Drawing(len(matrix), "".join(_row(y, row) for y, row in enumerate(matrix)))


def _row(y: int, row: list[bool]) -> str:
    """Return the path of a row.

    >>> _row(2, [False, True, True, False, True])
    'M1 2h2v1h-2zM4 2h1v1h-1z'
    """
    parts, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            parts.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = end + 1
    return "".join(parts)
