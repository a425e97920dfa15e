"""The currencies of a tournament: digits and network are fixed for good by the rules that first pay in it."""

import re

from tournaments.models import Currency, Round, Rules, Tournament
from tournaments.services.errors import Conflict, Invalid, Unknown


def ensure(tournament: Tournament, rules: Rules) -> Currency:
    """Return the currency that rules pay in, written when it is new.

    Raises Conflict `currency_digits_fixed`, `currency_network_fixed` when it is known as another one.
    """
    made, _ = Currency.objects.get_or_create(
        tournament=tournament,
        code=rules.currency,
        defaults={"digits": rules.currency_digits, "network": rules.network},
    )
    _need_same(made, rules)
    return made


def need_same(tournament: Tournament, rules: Rules) -> None:
    """Refuse rules that count a known currency in another minor unit, or pay it over another network.

    Raises Conflict `currency_digits_fixed`, `currency_network_fixed`.
    """
    known = Currency.objects.filter(tournament=tournament, code=rules.currency).first()
    if known is not None and rules.rewards != "none":
        _need_same(known, rules)


def _need_same(known: Currency, rules: Rules) -> None:
    if known.digits != rules.currency_digits:
        raise Conflict(
            "currency_digits_fixed",
            f"{known.code} is booked here with {known.digits} decimals; that can no longer change.",
            digits=known.digits,
        )
    if known.network != rules.network:
        over = f"over {known.network}" if known.network else "over no Bitcoin network"
        raise Conflict(
            "currency_network_fixed",
            f"{known.code} is paid here {over}; that can no longer change.",
            network=known.network,
        )


def of(tournament: Tournament, code: str) -> Currency:
    """Return a currency by its code; the first time, by the newest rules that pay in it.

    Raises Unknown `unknown_currency` where no rules ever did.
    """
    known = Currency.objects.filter(tournament=tournament, code=code).first()
    if known is not None:
        return known
    rounds = Round.objects.filter(tournament=tournament).order_by("-number")
    for rules in (tournament.read_rules(), *(one.read_rules() for one in rounds)):
        if rules.rewards != "none" and rules.currency == code:
            return ensure(tournament, rules)
    raise Unknown("unknown_currency", f"{tournament.name} does not pay in {code}.")


def all_of(tournament: Tournament) -> list[Currency]:
    """Return what may be booked in: the currency of the next round first, then all that are known."""
    rules = tournament.read_rules()
    known = list(Currency.objects.filter(tournament=tournament).order_by("code"))
    if rules.rewards != "none" and rules.currency not in {one.code for one in known}:
        new = {"code": rules.currency, "digits": rules.currency_digits, "network": rules.network}
        known.append(Currency(tournament=tournament, **new))
    return sorted(known, key=lambda one: (one.code != rules.currency, one.code))


def money_of(tournament: Tournament) -> list[Currency]:
    """Return what is paid out as money here: the currency of the next round first. Points are not."""
    paid = {"rules__rewards": "money"}
    codes = set(Round.objects.filter(tournament=tournament, **paid).values_list("rules__currency", flat=True))
    rules = tournament.read_rules()
    if rules.rewards == "money":
        codes.add(rules.currency)
    return [one for one in all_of(tournament) if one.code in codes]


def digits_of(tournament: Tournament) -> dict[str, int]:
    """Return code → digits of the minor unit of a tournament's currencies."""
    return dict(Currency.objects.filter(tournament=tournament).values_list("code", "digits"))


def has_money(tournament: Tournament) -> bool:
    """Say whether a tournament pays anything, or ever did: where not, nothing speaks of money."""
    if tournament.read_rules().rewards != "none":
        return True
    return Currency.objects.filter(tournament=tournament).exists()


def read_amount(text: str, digits: int) -> int:
    """Read an amount as people write it into minor units, to the last digit. Raises Invalid `bad_amount`.

    >>> read_amount("1,234.5", 2), read_amount("0.00000001", 8), read_amount("12", 0)
    (123450, 1, 12)
    """
    found = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d{1,38})(?:\.(\d{1,18}))?", text.strip(), re.ASCII)
    part = (found[2] or "") if found else ""
    if not found or len(part.rstrip("0")) > digits:
        most = f"at most {digits} decimals" if digits else "no decimals"
        raise Invalid("bad_amount", f"{text!r} is no amount: write digits with a point, and {most}.")
    return int(found[1].replace(",", "") + part[:digits].ljust(digits, "0"))


def decimal_text(amount: int, digits: int, separator: str = "") -> str:
    """Return minor units as a decimal with all digits: for programs, or with separators for people.

    >>> decimal_text(-5, 2), decimal_text(123450, 2), decimal_text(12, 0), decimal_text(123456, 2, ",")
    ('-0.05', '1234.50', '12', '1,234.56')
    """
    whole, part = divmod(abs(amount), 10**digits)
    return f"{'-' if amount < 0 else ''}{whole:{separator}}" + (f".{part:0{digits}d}" if digits else "")


def unit_text(code: str) -> str:
    """Return what is paid in, as people say it."""
    return "points" if code == "POINTS" else code
