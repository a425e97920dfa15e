"""docs/meta-model.md from the figures of `python -m benchmarks.meta_model`: tables, and what they say."""

from typing import Any

from benchmarks.worlds.bad_company import BAD, GOOD

Json = dict[str, Any]

BAR = 1e-4
"""What three bad files in ten may cost the default blend, in nats a row."""
SINGLES = ("best so far", "best in hindsight", "median forecaster")
INTRO = """# What the meta-model is worth

Written by `make meta-model` from what it measured; not by hand. The blends are defined in
[formulas.md](formulas.md), section 5.

Every blend of the registry walks forward over two data sets: each era is said from labels that
were known before it, with an embargo of {embargo} era left out in between, and the blend is
fitted anew for every era. The first {since} eras are history only. `stake` is n/a: nobody
stakes here. `default` is what the rules would have taken at that moment: `rank` while fewer
than {since} eras were known, `stack` from then on.

Figures are gains over a coin and differences of gains in 1e-4 nats a row. In brackets stands a
95 % interval from 10,000 draws of whole eras, differences paired era by era. An interval that
holds zero is called noise.

`equal` is the mean of the forecasters' logits. Beside the blends stand the mean of their
probabilities and single forecasters: `best so far` is, era by era, the one with the least loss
until then, which is what one could have followed; `best in hindsight` has the least loss over
the very eras that are judged, which nobody could have known; `median forecaster` is the middle
one in hindsight."""
ENSEMBLES = """## Ensembles: a drifting world

{worlds} seeded worlds of 30 forecasters, each with 60 eras of 500 rows
(`benchmarks/worlds/ensembles.py`), eight of them near-copies of one and some three times as
bold as they should be. Their makers learnt once, and the world drifts away from them. Whole
worlds are drawn too, since eras of one world share its forecasters: the intervals say what to
expect of another such world, and are wider than those over the eras of given worlds."""
FLIGHTS = """## Flights: thirty models of real data

New York departures of 2013: will a flight arrive later than the median flight of its day?
Thirty scikit-learn models (`benchmarks/crowd/thirty.py`) are trained on the training days
only, each with its confidence set on days that it was not fitted to. A week later the {days}
days of the tournament file begin, validation, test and live rows in the order of the calendar.
The blends walk over these days; nobody has seen a label of a day of which it speaks. {eras}
days are judged, {rows:,} rows. The best model in hindsight is "{best}"."""
RARE = """## Rare outcomes: one row in ten

{worlds} worlds of the same kind in which one row in ten is a one, in some eras more, in some fewer, and
every forecaster knows that only about. Ranks within an era cannot say it: `rank` stands about the level
that the crowd gives an era, and no blend is believed about an era beyond what resolved ones have shown
(decision 13 in `decisions/`)."""
YOUNG = """## Before there are {since} eras

The same panels from their second era on, up to the {since}th: `default` is `rank` throughout.
Blends that need five eras are stood in for by `rank` until they have them."""
YOUNG_WHY = """What hurts on the flights is the slope, not the ranks. The slope that fits a single one of
these days is between {least:.1f} and {most:.1f} times the one that fits them all, so that one
or two days, which is all that is known at first, say little; drawn to its prior it still
follows them too far. `calibrated` is hit as `rank` is, and `equal` fits no slope. With the
slopes that fit these days best, which only hindsight knows, the mean of ranks would have been
{ranks:+.1f} against `equal`, the mean of logits {logits:+.1f}."""
COMPANY = """## Bad company

{good} good forecasters of a world like "Ensembles" and {bad} bad files, three in ten
({companies} worlds, `benchmarks/worlds/bad_company.py`). What the default blend of all loses
against the plain mean of the good ones' logits, fitted on {short} eras (`rank`) and on {long}
(`stack`); beside it the plain mean of all. Judged by the world's own probabilities, so that
luck with labels is not in it; the intervals are over worlds. Below zero the blend is better
than the good ones' mean in spite of the company. The bar is {bar:+.1f}."""

UNWEIGHED = "Nothing weighs the voices there but who is heard at all."
ALWAYS = (
    "**Each interval stands for itself.** Of twenty differences that are nothing, one is expected to be "
    "called more than noise.",
    "**Single rounds say little.** Most differences between blends are smaller than what a week of eras can "
    "tell. They show here because tens of thousands of rows were paired.",
    "**Eras in a row are not independent.** Where whole weeks are drawn instead of days, the intervals of "
    "the flights change as the table says. And it is one year, one question and one set of models: nothing "
    "here says what another tournament would see.",
)


def page_of(found: Json) -> str:
    """The page of figures as `benchmarks.meta_model.measured` returns them."""
    long, young = (found["ensembles"], found["flights"]), (found["ensembles_young"], found["flights_young"])
    facts = {name: found[name] for name in ("embargo", "since", "worlds", "companies")}
    flights = {**long[1], "days": long[1]["eras"] + found["since"], "best": long[1]["best"][0]}
    short, old = next(iter(found["company"].values()))["default"]
    parts = [
        INTRO.format(**facts),
        f"Measured {machine_of(found['machine'])}.",
        ENSEMBLES.format(**facts),
        table_of(long[0]),
        in_words(long[0], f"of {found['worlds']} worlds"),
        FLIGHTS.format(**flights),
        table_of(long[1]),
        in_words(long[1], None),
        RARE.format(worlds=len(found["rare"]["best"])),
        table_of(found["rare"]),
        YOUNG.format(**facts),
        young_table(*young),
        *([YOUNG_WHY.format(**found["slopes"])] if young[1]["over"]["rank"]["equal"][2] < 0 else []),
        COMPANY.format(good=GOOD, bad=BAD, short=short, long=old, bar=1e4 * BAR, **facts),
        company_table(found["company"]),
        "## What one may conclude",
        "\n".join(f"* {line}" for line in [*conclusions(*long), *limits(young[1], found["company"])]),
    ]
    return "\n\n".join(parts) + "\n"


def machine_of(found: Json) -> str:
    """The date and the versions that the figures depend on."""
    names = ("numpy", "scipy", "scikit-learn")
    return f"{found['date']} with " + ", ".join(f"{name} {found['versions'][name]}" for name in names)


def told(figure: list[float]) -> str:
    """A figure in nats with its interval, in 1e-4 nats: "+3.0 [1.0, 5.2]"."""
    # Rounded first: minus zero is no figure.
    value, low, high = (round(1e4 * one, 1) + 0.0 for one in figure)
    return f"{value:+.1f} [{low:.1f}, {high:.1f}]"


def verdict(figure: list[float]) -> str:
    """Whether a difference is more than noise, in words."""
    _, low, high = figure
    return "better, more than noise" if low > 0 else "worse, more than noise" if high < 0 else "noise"


def table_of(found: Json) -> str:
    """Gains and the differences to the references, the best first."""
    others = ["equal", *SINGLES]
    lines = [
        f"| | gain | {' | '.join(f'over {_named(name)}' for name in others)} |",
        f"| --- |{' ---: |' * (len(others) + 1)}",
    ]
    for name in sorted(found["gain"], key=lambda name: -found["gain"][name][0]):
        over = found["over"][name]
        cells = [told(over[other]) if other in over else "–" for other in others]
        lines.append(f"| {_named(name)} | {told(found['gain'][name])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def in_words(found: Json, worlds: str | None) -> str:
    """The default against everything else, with the verdict."""
    weeks = found["default_over_weeks"]
    third = ["better on", "---:"] if worlds else ["whole weeks drawn", "---:"]
    lines = [
        f"| `default` against | difference | {third[0]} | verdict |",
        f"| --- | ---: | {third[1]} | --- |",
    ]
    for name, figure in found["default_over"].items():
        other = f"{found['wins'][name]} {worlds}" if worlds else told(weeks[name])
        lines.append(f"| {_named(name)} | {told(figure)} | {other} | {verdict(figure)} |")
    return "\n".join(lines)


def young_table(ensembles: Json, flights: Json) -> str:
    """What each blend is worth in the first eras."""
    lines = ["| | Ensembles: gain | over `equal` | Flights: gain | over `equal` |"]
    lines.append("| --- | ---: | ---: | ---: | ---: |")
    for name in sorted(ensembles["gain"], key=lambda name: -flights["gain"][name][0]):
        cells = []
        for one in (ensembles, flights):
            over = one["over"][name].get("equal")
            cells += [told(one["gain"][name]), told(over) if over else "–"]
        lines.append(f"| {_named(name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def company_table(company: Json) -> str:
    """What each kind of bad files costs."""
    short, old = next(iter(company.values()))["default"]
    lines = [f"| bad files | `rank`, {short} eras | `stack`, {old} eras | plain mean, {old} eras |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for kind, costs in company.items():
        cells = [told(costs["default"][short]), told(costs["default"][old]), told(costs["equal"][old])]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def conclusions(ensembles: Json, flights: Json) -> list[str]:
    """What the walks over many eras say of the default."""
    lines = []
    for title, found in (("Ensembles", ensembles), ("Flights", flights)):
        by: dict[str, list[str]] = {}
        for name, figure in found["default_over"].items():
            by.setdefault(verdict(figure), []).append(_named(name))
        told_of = "; ".join(f"{word}: {', '.join(names)}" for word, names in by.items())
        lines.append(f"**{title}.** The default against the others: {told_of}.")
    return lines


def limits(young: Json, company: Json) -> list[str]:
    """What does not hold, or holds for these data only."""
    short, old = next(iter(company.values()))["default"]
    lines = []
    first = young["over"]["default"]["equal"]
    if first[2] < 0:
        lines.append(
            f"**A young tournament of real data.** `rank`, the default of a short history, is {told(first)} "
            "against the mean of logits on the first days of the flights. See there for the reason."
        )
    for eras in (short, old):
        dear = [kind for kind, costs in company.items() if costs["default"][eras][0] > BAR]
        name = "rank" if eras == short else "stack"
        what = (
            f"Above the bar: {', '.join(dear)}. {UNWEIGHED}" if dear else "No kind costs more than the bar."
        )
        lines.append(f"**Bad company, `{name}`.** {what}")
    return [*lines, *ALWAYS]


def _named(name: str) -> str:
    plain = ("mean of probabilities", *SINGLES)
    return name if name in plain else f"`{name}`"
