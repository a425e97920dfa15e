"""All of a resolved round's meta-model for one file: what it is worth, every blend, every input."""

from dataclasses import dataclass
from typing import Any

from tournaments.models import Round
from tournaments.services.access import Actor
from tournaments.services.reading import crowds, manifests, worth
from tournaments.services.reading.worth import COST, KELLY, Report


@dataclass(frozen=True)
class Whole:
    """A report, every blend as `crowds` has it, and the meta-model's manifest."""

    report: Report
    blends: list[dict[str, Any]]
    missing: dict[str, str]
    manifest: dict[str, Any]

    @property
    def weights(self) -> list[tuple[str, list[float | None]]]:
        """Return each participant's share of every blend, the largest of the meta-model first."""
        shares = [{one["alias"]: one["weight"] for one in blend["weights"]} for blend in self.blends]
        names = list(dict.fromkeys(name for blend in shares for name in blend))
        return [(name, [blend.get(name) for blend in shares]) for name in names]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        told = worth.as_json(self.report)
        return {"worth": told, "blends": self.blends, "missing": self.missing, "manifest": self.manifest}


def of_round(actor: Actor, round_: Round, cost: float = COST, kelly: float = KELLY) -> Whole:
    """Return everything of a round's meta-model; operators and auditors. Raises as `worth.of_round`."""
    report = worth.of_round(actor, round_, cost, kelly)
    crowd = crowds.of_round(round_)
    return Whole(report, crowd["blends"], crowd["missing"], manifests.of_model(report.model))
