"""What a participant added to the crowd, as sentences."""

from typing import Any

from tournaments.web.formats import figure_text

CLOSE = 0.9  # of the correlation with the meta-model: much the same is said
APART = 0.3


def sentences(found: dict[str, Any]) -> list[str]:
    """Say what was added on one split, one sentence a finding; the crowd is the meta-model's players.

    >>> found = {"split": "live", "loo": -8e-5, "mmc": None, "cwmm": None, "pcs": 1.2e-4}
    >>> sentences(found)[0]
    'On live rows the meta-model would have been better without it, by 0.80 · 1e-4 nats a row.'
    """
    said = [_loo(found), _mmc(found), _cwmm(found), _pcs(found)]
    return [sentence for sentence in said if sentence]


def _loo(found: dict[str, Any]) -> str:
    where, size = f"On {found['split']} rows", figure_text("loo", abs(found["loo"])).lstrip("+")
    if found.get("undefined", {}).get("mmc") == "alone":
        does = "gains" if found["loo"] >= 0 else "loses"
        return f"{where} nobody else was there: against a coin it {does} {size} · 1e-4 nats a row."
    if size == "0.00":
        return f"{where} the meta-model would have been as good without it."
    better = "worse" if found["loo"] > 0 else "better"
    return f"{where} the meta-model would have been {better} without it, by {size} · 1e-4 nats a row."


def _mmc(found: dict[str, Any]) -> str:
    mmc, low, high = found["mmc"], found.get("mmc_low"), found.get("mmc_high")
    if mmc is None:
        return ""
    way = "with" if mmc > 0 else "against"
    said = f"Where it differs from the meta-model it goes {way} the outcomes, MMC {figure_text('mmc', mmc)}"
    if low is None or high is None:
        return f"{said}."
    chance = "which chance alone could do" if low <= 0 <= high else "more than chance would do"
    return f"{said}, 95% between {figure_text('mmc', low)} and {figure_text('mmc', high)}: {chance}."


def _cwmm(found: dict[str, Any]) -> str:
    rho = found["cwmm"]
    if rho is None:
        return ""
    if rho > CLOSE:
        like = "It says much the same as the meta-model"
    else:
        like = "It goes its own way" if abs(rho) < APART else "It says in part what the meta-model says"
    return f"{like}: CWMM {figure_text('cwmm', rho)}."


def _pcs(found: dict[str, Any]) -> str:
    if found["pcs"] is None:
        return ""
    worth = figure_text("loo", found["pcs"]).lstrip("+")
    return (
        f"What nobody before it says is worth {worth} · 1e-4 nats a row, PCS: the mean over 100 orders in "
        "which a copy never comes before its original."
    )
