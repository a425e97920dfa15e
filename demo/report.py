"""What came of it: the board, originality, the crowd against its members, and the payouts."""

from typing import Any

from rich.table import Table

from demo.progress import console

DASH = "–"
GATES = {
    "": "passes",
    "not_original": "too near",
    "not_better_than_a_coin": "no better than a coin",
    "not_consistent": "not consistent",
    "excluded": "excluded",
    "not_scored": "not scored",
    "beyond_paid_places": "beyond the paid places",
}


def show(result: dict[str, Any]) -> None:
    """Print everything for a person."""
    console.print()
    console.print(_board(result["leaderboard"]))
    console.print(_originality(result["leaderboard"]))
    console.print(_crowd(result["crowd"]))
    console.print(_payouts(result["settlement"]))
    console.print(_two_rules(result["settlement"], result["other_rule"]))


def show_wagers(found: dict[str, Any]) -> None:
    """Print what stakes won and lost, and the batch that paid them out."""
    console.print()
    console.print(_stakes(found["settlement"]))
    batch = found["batch"]
    total = money(batch["total"], batch["currency_digits"])
    console.print(f"Payout batch {batch['number']}: {total} {batch['currency']}, as Electrum takes it:")
    console.print(batch["files"]["electrum"], end="")


def _table(title: str, words: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2)
    )
    for name in words:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _who(row: dict[str, Any]) -> str:
    name = row.get("forecaster", "main")
    return str(row["alias"]) if name in ("main", None, "") else f"{row['alias']} / {name}"


def _board(rows: list[dict[str, Any]]) -> Table:
    table = _table(
        "Leaderboard, live rows",
        ("", "who"),
        ("log loss", "gain in 1e-4", "interval", "eras below ln 2", "tied with"),
    )
    for row in rows:
        rank = (
            str(row["rank"])
            if row["rank"]
            else {"meta_model": "crowd", "blend": "blend"}.get(row["kind"], DASH)
        )
        table.add_row(rank, _who(row), *_numbers(row))
    return table


def _numbers(row: dict[str, Any]) -> tuple[str, ...]:
    if row.get("log_loss") is None:
        return (DASH,) * 5
    half = (
        DASH if row["gain_low"] is None else f"{row['gain_low'] * 1e4:+.1f} to {row['gain_high'] * 1e4:+.1f}"
    )
    tied = row.get("tied_with")
    return (
        f"{row['log_loss']:.5f}",
        f"{row['gain'] * 1e4:+.1f}",
        half,
        f"{row['consistency']:.0%}",
        DASH if tied is None else str(tied),
    )


def _originality(rows: list[dict[str, Any]]) -> Table:
    table = _table(
        "Originality: who is near an earlier one",
        ("who", "nearest", "verdict"),
        ("correlation", "originality", "residual"),
    )
    for row in rows:
        rho = row.get("max_abs_rho")
        if rho is None or (rho <= 0.90 and not row["mixed"]):
            continue
        verdict = (
            "gated" if not row["original"] else "a mix of earlier ones" if row["mixed"] else "near, passes"
        )
        residual = DASH if row["residual"] is None else f"{row['residual']:.3f}"
        table.add_row(
            _who(row), row["nearest"] or DASH, verdict, f"{rho:.3f}", f"{row['originality']:.3f}", residual
        )
    return table


def _crowd(found: dict[str, Any]) -> Table:
    table = _table("The crowd against its members, live rows", ("",), ("log loss", "gain in 1e-4"))
    names = {"best": "best single forecaster", "mean": "mean forecaster", "median": "median forecaster"}
    lines = [(f"meta-model ({found['blend']})", found["meta_model"])]
    lines += [(f"blend {name}", loss) for name, loss in found["blends"].items() if name != found["blend"]]
    lines += [(text, found[key]) for key, text in names.items()]
    for text, loss in sorted(lines, key=lambda line: line[1]):
        table.add_row(text, f"{loss:.5f}", f"{(found['coin'] - loss) * 1e4:+.1f}")
    return table


def _payouts(settlement: dict[str, Any]) -> Table:
    digits, unit = settlement["currency_digits"], settlement["currency"]
    table = _table(f"Payouts in {unit}", ("place", "who", "why not"), ("amount",))
    for payout in settlement["payouts"]:
        place = str(payout["place"]) if payout["place"] else DASH
        why = GATES.get(payout["reason"], payout["reason"]) if payout["reason"] else ""
        table.add_row(place, payout["alias"], why, money(payout["amount"], digits))
    table.add_section()
    table.add_row("", "paid", "", money(settlement["paid"], digits))
    table.add_row("", "rolled over", "", money(settlement["rolled_over"], digits))
    table.add_row("", "pool", "", money(settlement["pool"], digits))
    return table


def _two_rules(settlement: dict[str, Any], other: dict[str, Any]) -> Table:
    """Who gets what by either rule, and how unequal it is."""
    digits, against = settlement["currency_digits"], other["against"]
    table = _table(
        f"The same pool by two rules, in {settlement['currency']}",
        ("who",),
        (settlement["rule"], other["rule"], "difference"),
    )
    for one in sorted(against["payouts"], key=lambda one: -one["amount"]):
        if one["amount"] or one["before"]:
            cells = (one["before"], one["amount"], one["difference"])
            table.add_row(one["alias"], *(money(cell, digits) for cell in cells))
    table.add_section()
    for name, text in (("gini", "Gini coefficient"), ("top_one", "the first's share")):
        shares = (against["unequal_before"][name], against["unequal"][name])
        table.add_row(text, *(DASH if share is None else f"{share:.2f}" for share in shares), "")
    return table


def _stakes(settlement: dict[str, Any]) -> Table:
    digits, unit = settlement["currency_digits"], settlement["currency"]
    table = _table(f"Stakes, settled in {unit}", ("who", "why not"), ("staked", "won", "lost"))
    for one in settlement["payouts"]:
        cells = (money(one[name], digits) for name in ("stake", "amount", "burned"))
        table.add_row(one["alias"], one["reason"].replace("_", " "), *cells)
    return table


def money(amount: int, digits: int) -> str:
    """An amount of minor units with all its digits.

    >>> money(123456, 2), money(-5, 2), money(7, 0)
    ('1,234.56', '-0.05', '7')
    """
    whole, part = divmod(abs(amount), 10**digits)
    return ("-" if amount < 0 else "") + f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
