"""Which stored bytes the database names. Whatever is named must be there; the rest is left over."""

from django.db import models

from tournaments.models import DatasetFile, LabelSet, MetaModel, Round, Upload

BLOBS: tuple[tuple[type[models.Model], str], ...] = (
    (Upload, "sha256"),
    (DatasetFile, "sha256"),
    (LabelSet, "sha256"),
    (Round, "rows_sha256"),
    (Round, "clusters_sha256"),
    (MetaModel, "sha256"),
)
"""Model and field. A test holds this list complete."""


def named_blobs(using: str = "default") -> dict[str, str]:
    """Return SHA-256 → the first thing that names it, such as "upload 12", as a connection sees it."""
    found: dict[str, str] = {}
    for model, field in BLOBS:
        for pk, sha256 in model._default_manager.using(using).order_by("pk").values_list("pk", field):
            if sha256:
                found.setdefault(sha256, f"{model._meta.verbose_name} {pk}")
    return found
