"""A round's fingerprint: all that it published, by what people know it by and not by row numbers."""

import hashlib
from pathlib import Path
from typing import Any

from tests.house import House

Fingerprint = dict[str, list[tuple[Any, ...]]]

QUERIES = {
    "round": """
        SELECT state, next_position, missing_blends::text FROM tournaments_round WHERE id = %s""",
    "receipts": """
        SELECT s.position, p.alias, f.name, u.sha256, u.size, s.state, s.precedence, s.nearness
        FROM tournaments_submission s
        JOIN tournaments_upload u ON u.id = s.upload_id
        JOIN tournaments_forecaster f ON f.id = s.forecaster_id
        JOIN tournaments_participant p ON p.id = s.participant_id
        WHERE s.round_id = %s ORDER BY s.position""",
    "selections": """
        SELECT s.position, c.pinned, c.paid_place
        FROM tournaments_selection c JOIN tournaments_submission s ON s.id = c.submission_id
        WHERE c.round_id = %s ORDER BY s.position""",
    "scores": """
        SELECT coalesce(s.position::text, m.blend), c.split, c.units, c.rows, c.log_loss, c.gain,
               c.gain_low, c.gain_high, c.consistency, c.era_mean, c.era_sd, c.era_worst,
               c.era_losses, c.era_rows, c.undefined::text, c.tie_group, c.rank, c.tied_with
        FROM tournaments_score c
        LEFT JOIN tournaments_submission s ON s.id = c.submission_id
        LEFT JOIN tournaments_metamodel m ON m.id = c.meta_model_id
        WHERE c.round_id = %s ORDER BY 1, 2""",
    "originality": """
        SELECT s.position, o.precedence, o.originality, o.max_abs_rho, n.position, o.nearest_rho,
               o.crowding, o.ks, o.residual, o.undefined::text, o.passes
        FROM tournaments_originality o
        JOIN tournaments_submission s ON s.id = o.submission_id
        LEFT JOIN tournaments_submission n ON n.id = o.nearest_id
        WHERE o.round_id = %s ORDER BY s.position""",
    "meta-models": """
        SELECT blend, headline, slope, fitted_rows, fitted_eras, gap, certified, settings::text, leads::text,
               forecasters, sha256
        FROM tournaments_metamodel WHERE round_id = %s ORDER BY blend""",
    "weights": """
        SELECT m.blend, p.alias, w.weight
        FROM tournaments_metamodelweight w
        JOIN tournaments_metamodel m ON m.id = w.meta_model_id
        JOIN tournaments_participant p ON p.id = w.participant_id
        WHERE m.round_id = %s ORDER BY 1, 2""",
    "contributions": """
        SELECT p.alias, c.split, c.precedence, c.loo, c.mmc, c.mmc_low, c.mmc_high, c.cwmm, c.src, c.pcs,
               c.era_mmc, c.undefined::text
        FROM tournaments_contribution c
        JOIN tournaments_participant p ON p.id = c.participant_id
        WHERE c.round_id = %s ORDER BY 1, 2""",
    "settlements": """
        SELECT rule, rules_sha256, currency, pool, paid, rolled_over, burned, reversed_at
        FROM tournaments_settlement WHERE round_id = %s""",
    "payouts": """
        SELECT p.alias, s.position, o.place, o.tied, o.units, o.weight, o.amount, o.reason
        FROM tournaments_payout o
        JOIN tournaments_settlement t ON t.id = o.settlement_id
        JOIN tournaments_participant p ON p.id = o.participant_id
        JOIN tournaments_submission s ON s.id = o.submission_id
        WHERE t.round_id = %s ORDER BY p.alias""",
    "ledger": """
        SELECT t.kind, a.kind, p.alias, e.currency, e.amount
        FROM tournaments_entry e
        JOIN tournaments_transaction t ON t.id = e.transaction_id
        JOIN tournaments_account a ON a.id = e.account_id
        LEFT JOIN tournaments_participant p ON p.id = a.participant_id
        WHERE t.round_id = %s ORDER BY t.id, a.kind, p.alias""",
    "public log": """
        SELECT kind FROM tournaments_roundlog WHERE round_id = %s ORDER BY id""",
    "work": """
        SELECT w.kind, w.part, s.position, w.state, w.parts_left, w.lease, w.error
        FROM tournaments_work w LEFT JOIN tournaments_submission s ON s.id = w.submission_id
        WHERE w.round_id = %s ORDER BY w.kind, w.part, s.position""",
}


def fingerprint(house: House, round_pk: int) -> Fingerprint:
    """Return all that a round published, its ledger, its public log, and that no work is left."""
    return {name: house.rows(query, round_pk) for name, query in QUERIES.items()}


def stored(house: House) -> dict[str, bool]:
    """Return every blob that has a name: is its content what the name says?"""
    uploads = house.home.path / "uploads"
    found = [path for path in uploads.glob("??/??/*") if path.is_file()]
    return {path.name: _sha256(path) == path.name for path in found}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
