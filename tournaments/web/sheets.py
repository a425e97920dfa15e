"""CSV files to download, which no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a CSV file of this name, its head first."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(heads)
    writer.writerows([plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return response


def plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; a number below zero is none.

    >>> plain("=1+1"), plain("Ann"), plain("-1+1"), plain("-0.05")
    ("'=1+1", 'Ann', "'-1+1", '-0.05')
    """
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not NUMBER.fullmatch(text)
    return f"'{text}" if formula else text
