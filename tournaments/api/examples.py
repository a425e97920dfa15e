"""Answers as they look, for the schema and its page."""

from drf_spectacular.utils import OpenApiExample

from tournaments.api.problems import CONTENT_TYPE

RECEIPTS = OpenApiExample(
    "A receipt",
    {
        "receipts": [
            {
                "submission": 31,
                "tournament": "flights",
                "round": 4,
                "forecaster": "main",
                "position": 17,
                "sha256": "9f2feb0f1ef425b292f2f94bc8482494df430413b8bd6b3a9a2c6d0ea1a5d5d1",
                "size": 1013246,
                "filename": "predictions.csv",
                "received_at": "2026-03-01T09:30:00.123456Z",
                "warnings": [],
                "replayed": False,
            }
        ]
    },
    response_only=True,
    status_codes=["201"],
)
FAULTS = OpenApiExample(
    "A file with a fault",
    {
        "type": "/api/docs/errors/#file_rejected",
        "title": "File rejected",
        "status": 422,
        "detail": "The file was not accepted (out_of_range).",
        "code": "file_rejected",
        "faults": [
            {
                "code": "out_of_range",
                "message": "1 value is not from 0 to 1.",
                "count": 1,
                "rows": [{"row": 1204, "id": "n9f3a", "value": "1.5", "column": "probability"}],
            }
        ],
    },
    response_only=True,
    status_codes=["default"],
    media_type=CONTENT_TYPE,
)
