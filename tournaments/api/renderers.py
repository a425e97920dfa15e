"""Tables as CSV, for those who read them with a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

FIRST = ("rank", "alias", "forecaster", "kind", "log_loss", "gain", "gain_low", "gain_high")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableRenderer(BaseRenderer):
    """The `results` of a list, one line each, under all the names that occur."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the table as UTF-8."""
        rows = data["results"]
        found = dict.fromkeys(name for row in rows for name in row)
        names = [*(name for name in FIRST if name in found), *(name for name in found if name not in FIRST)]
        return "".join(lines([names, *([cell(row.get(name)) for name in names] for row in rows)])).encode()


def lines(rows: Iterable[Iterable[Any]]) -> Iterable[str]:
    """Yield CSV lines, quoted where needed."""
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(row)
        yield out.getvalue()


def cell(value: Any) -> Any:
    """Return what a cell holds; a text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
