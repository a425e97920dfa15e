"""What the API's own description says of itself."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Crowdblend",
    "DESCRIPTION": "A crowd-ensemble server: upload probabilities, read scores, blends and payouts.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RoundState": "tournaments.models.Round.State",
        "SubmissionState": "tournaments.models.Submission.State",
        "WorkState": "tournaments.models.Work.State",
        "WorkKind": "tournaments.models.Work.Kind",
        "ParticipantKind": "tournaments.models.Participant.Kind",
    },
    **dict.fromkeys(("SWAGGER_UI_DIST", "SWAGGER_UI_FAVICON_HREF", "REDOC_DIST"), "SIDECAR"),
}
