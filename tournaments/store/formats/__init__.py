"""From an uploaded file (CSV, gzip, zip or Parquet) to vectors aligned with a round, or its faults."""

from tournaments.store.formats.faults import Fault, FaultRow, FileRejected
from tournaments.store.formats.parse import MAX_BYTES, Parsed, ParseOptions, parse

__all__ = ["MAX_BYTES", "Fault", "FaultRow", "FileRejected", "ParseOptions", "Parsed", "parse"]
