"""Are the stored bytes still those that were stored (DESIGN, Always true 8)?

Nothing here changes them; this finds what a disk, a hand or a restore did. The ledger's own checks are in
`books` and `chain`.
"""

from tournaments.services.upkeep.findings import Finding, Tell
from tournaments.services.upkeep.references import named_blobs
from tournaments.store.blobs import BlobError, open_blob


def stored_bytes(tell: Tell) -> list[Finding]:
    """Read every stored file that the database names and compare its hash; `tell(done, total)` as it goes."""
    named, found = named_blobs(), []
    for done, (sha256, what) in enumerate(named.items(), 1):
        try:
            open_blob(sha256).close()
        except BlobError as error:
            found.append(Finding(f"blob_{error.code}", what, error.message))
        tell(done, len(named))
    return found
