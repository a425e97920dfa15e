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
BATCH = OpenApiExample(
    "All of 0.0001 BTC and more, to addresses that are a day old",
    {"currency": "BTC", "least": 10000, "min_age_hours": 24},
    request_only=True,
)
WHAT_IF = OpenApiExample(
    "The pool shared by what each adds, without the gate on originality",
    {
        "changes": {
            "payout_rule": "contribution_pool",
            "parameters": {"measure": "pcs"},
            "originality_gate": None,
        }
    },
    request_only=True,
)
REPLAY = OpenApiExample(
    "Two other rules over the last ten rounds",
    {
        "variants": [
            {"name": "ten places", "changes": {"parameters": {"places": 10}}},
            {"name": "by contribution", "changes": {"payout_rule": "contribution_pool"}},
        ],
        "last": 10,
    },
    request_only=True,
)
CALCULATE = OpenApiExample(
    "A wager between two",
    {
        "rule": "wager",
        "pool": 0,
        "entries": [
            {"key": "ann", "stake": 100, "scores": {"wager": "0.6"}},
            {"key": "bob", "stake": 100, "scores": {"wager": 400000000}},
        ],
    },
    request_only=True,
)
