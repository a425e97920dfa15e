"""Why a weight moved, as sentences: one for each reason that the services name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tournaments.numerics.blending.registry import UNCERTIFIED
from tournaments.services.reading.moves import Reason
from tournaments.web.formats import figure_text, share

Figures = Mapping[str, Any]
AGAINST = "Against that: "


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """Return a sentence for each reason; what points the other way says so."""
    return [_sentence(one) for one in reasons]


def _sentence(reason: Reason) -> str:
    said = SAID[reason.code](reason.figures)
    return f"{AGAINST}{said[:1].lower()}{said[1:]}" if reason.against else said


def _people(count: int) -> str:
    return "one other" if count == 1 else f"{count:,} others"


def _others(found: Figures) -> str:
    """Say who came and who went.

    >>> _others({"came": 2, "went": 1}), _others({"came": 0, "went": 3})
    ('2 others came and one other went.', '3 others went.')
    """
    parts = [(found["came"], "came"), (found["went"], "went")]
    said = " and ".join(f"{_people(count)} {verb}" for count, verb in parts if count)
    return f"{said[:1].upper()}{said[1:]}."


def _equal(found: Figures) -> str:
    """Say that all voices weigh alike.

    >>> _equal({"blend": "rank", "participants": 4, "before": 5, "came": 0, "went": 1})
    'In “rank” all voices weigh the same: 1/4 now, 1/5 before; one other went.'
    """
    said = f"In “{found['blend']}” all voices weigh the same: 1/{found['participants']:,}"
    if found["before"] is None or found["before"] == found["participants"]:
        return f"{said}."
    changed = _others(found)[:-1] if found["came"] or found["went"] else ""
    return f"{said} now, 1/{found['before']:,} before{'; ' + changed.lower() if changed else ''}."


def _gain(value: float) -> str:
    return figure_text("gain", value)


def _rows(found: Figures) -> str:
    kind = "The live rows of" if found["split"] == "live" else "The test rows of"
    return f"{kind} round {found['round']} are new to the blend"


def _gained(found: Figures) -> str:
    way = "more" if found["own"] > found["mean"] else "less"
    return (
        f"{_rows(found)}: there it gained {_gain(found['own'])}, {way} than the mean of all, "
        f"{_gain(found['mean'])} · 1e-4 nats a row."
    )


def _rho(found: Figures) -> str:
    now, before = figure_text("cwmm", found["now"]), figure_text("cwmm", found["before"])
    return f"CWMM {now}, before {before}"


def _stands_in(found: Figures) -> str:
    why = found["why"] or UNCERTIFIED
    return f"“{found['blend']}” stands in for “{found['wanted']}”. {why}"


def _copies(found: Figures) -> str:
    others = f"{_people(found['copies'] - 1)} {'does' if found['copies'] == 2 else 'do'}"
    return f"It ranks the rows as {others}: together one voice, 1/{found['voices']:,}."


def _newcomer(found: Figures) -> str:
    return (
        f"It was there for {found['history']:.0%} of the labelled rows: too few to be weighed by, so it "
        f"weighs what all would weigh alike, 1/{found['participants']:,}."
    )


SAID: dict[str, Callable[[Figures], str]] = {
    "first": lambda _: "It is part of the crowd for the first time.",
    "still": lambda _: "It did not move.",
    "away": lambda f: f"It was away for {'a round' if f['rounds'] == 1 else str(f['rounds']) + ' rounds'}.",
    "another_blend": lambda f: f"The meta-model is another blend: “{f['now']}” in place of “{f['before']}”.",
    "stands_in": _stands_in,
    "equal": _equal,
    "silent": lambda f: (
        f"“{f['blend']}” does not hear it: it contradicts the others, and labels do not speak for it."
    ),
    "copies": _copies,
    "capped": lambda f: f"The rules hold it at its cap of {share(f['cap'])}.",
    "topped": lambda f: (
        f"“stack” lets nobody weigh more than {f['times']:g} times what all would weigh alike."
    ),
    "others_capped": lambda f: (
        f"Others are held at the cap of {share(f['cap'])}; what they may not have is shared."
    ),
    "floored": lambda f: f"The rules lift it to the floor of {share(f['floor'])}.",
    "nothing": lambda f: f"“{f['blend']}” gives it no weight: it adds nothing to the mix of the others.",
    "newcomer": _newcomer,
    "others": _others,
    "ahead": _gained,
    "behind": _gained,
    "not_there": lambda f: f"{_rows(f)}: it was not there.",
    "nearer": lambda f: f"It says more of what the meta-model says than before: {_rho(f)}.",
    "farther": lambda f: f"It says less of what the meta-model says than before: {_rho(f)}.",
    "together": lambda _: "No single figure tells why: the weights of all are found together.",
}
