"""What an operator wants to know of a round's rows and labels at a glance."""

from tournaments.models import Round
from tournaments.services import files, labels
from tournaments.services.access import Actor, need_overseer


def dataset_of(actor: Actor, round_: Round) -> dict[str, dict[str, int]]:
    """Return rows, eras, labelled rows and how many of their labels are 1, per split; void rows are left out
    of the last two. For those who oversee the tournament.
    """
    need_overseer(actor, round_.tournament)
    rows = files.rows_of(round_)
    return {split: _split(round_, split) for split in rows.split_names}


def _split(round_: Round, split: str) -> dict[str, int]:
    rows = files.rows_of(round_)
    known = labels.read(round_, split)
    return {
        "rows": rows.sizes[split],
        "eras": len(rows.era_names(split)),
        "labelled": known.rows if known else 0,
        "ones": int(known.y.sum()) if known else 0,
    }
