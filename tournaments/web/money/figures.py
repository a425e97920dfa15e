"""How amounts look where a currency, and not a round's rules, says its digits. `{% load money %}`."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from tournaments.models import Account, Currency
from tournaments.models.stakes import MOST_CONFIDENCE
from tournaments.services.currencies import unit_text
from tournaments.web.formats import grouped
from tournaments.web.forms import shifted

register = template.Library()
CONFIDENCE_DIGITS = len(str(MOST_CONFIDENCE)) - 1
ACCOUNTS = {
    "house": "House",
    "outside": "Outside world",
    "rollover": "Left over",
    "pool": "Pools",
    "participant": "Participants",
    "escrow": "Stakes",
    "batch": "Payout batches",
}
MEANINGS = {
    "house": "what the operator put up as prizes",
    "outside": "what came in by deposits, less what was sent out",
    "rollover": "what earlier rounds did not pay; the next round takes it",
    "pool": "what rounds that are not settled will pay from",
    "participant": "what belongs to those who play",
    "escrow": "what forecasters have at stake in rounds",
    "batch": "what was collected and is not booked as sent yet",
}
KINDS = {
    "funding": "Pool funded",
    "payout": "Payout",
    "refund": "Refund",
    "reversal": "Reversal",
    "deposit": "Deposit",
    "withdrawal": "Withdrawal",
    "stake": "Staked",
    "unstake": "Stake taken back",
    "collection": "Collected to pay out",
    "sent": "Paid out",
}


SKIPPED = {
    "no_address": "Waits: nowhere to be paid",
    "address_too_new": "Waits: the address is too new",
    "below_minimum": "Waits: less than asked for",
    "below_dust": "Waits: fewer than 546 satoshis, which the network does not pass on",
}
FORMS = {
    "bank": "For a bank, CSV",
    "electrum": "For Electrum: Pay to many",
    "sparrow": "For Sparrow: Send To Many, Load CSV",
    "core": "For Bitcoin Core: sendmany",
}


@register.filter
def in_digits(amount: int, digits: int) -> SafeString:
    """Return minor units with all their digits, for a column whose head has the unit.

    >>> in_digits(-123456, 2), in_digits(12, 0)
    ('−1,234.56', '12')
    """
    return grouped(amount, digits)


@register.filter
def signed(amount: int, digits: int) -> SafeString:
    """Return what a line moves, always with its sign.

    >>> signed(250, 2), signed(-250, 2)
    ('+2.50', '−2.50')
    """
    return SafeString(f"{'+' if amount > 0 else ''}{in_digits(amount, digits)}")


@register.filter
def less(amount: int, taken: int) -> int:
    """Return what is left of an amount: what was won less what was lost, of which one is 0."""
    return amount - taken


@register.filter
def in_currency(amount: int, currency: Currency) -> str:
    """Return minor units with all their digits and the unit."""
    return f"{in_digits(amount, currency.digits)} {unit_of(currency.code)}"


@register.filter
def unit_of(code: str) -> str:
    """Return what is paid in, as people say it."""
    return unit_text(code)


@register.filter
def kind_words(kind: str) -> str:
    """Return what a transaction is, in words."""
    return KINDS.get(kind, kind)


@register.filter
def skipped_words(reason: str) -> str:
    """Return why somebody is not paid yet."""
    return SKIPPED.get(reason, reason)


@register.filter
def form_words(form: str) -> str:
    """Return for whom a batch's file is."""
    return FORMS.get(form, form)


@register.filter
def group_words(kind: str) -> str:
    """Return what a kind of accounts is called."""
    return ACCOUNTS.get(kind, kind)


@register.filter
def group_means(kind: str) -> str:
    """Return what the money of a kind of accounts is."""
    return MEANINGS.get(kind, "")


@register.filter
def account_words(account: Account) -> str:
    """Return whose an account is."""
    if account.batch:
        return f"Payout batch {account.batch.number}"
    if account.participant_id:
        return str(account.participant)
    return f"Pool of round {account.round.number}" if account.round else group_words(account.kind)


@register.filter
def bid(confidence: int | None) -> str:
    """Return a confidence in 1e-9 as a decimal without idle zeros, and none as nothing.

    >>> bid(200_000_000), bid(10**9), bid(None)
    ('0.2', '1', '')
    """
    return "" if confidence is None else f"{shifted(Decimal(confidence), -CONFIDENCE_DIGITS).normalize():f}"
