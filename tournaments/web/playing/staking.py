"""One's own stakes in a round: set while it is open, then locked, then what they won and lost."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.models import Participant, Round, Rules
from tournaments.models.payout_rules import BID_RULES
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.awards import Award
from tournaments.numerics.payouts.entries import Entry
from tournaments.services import currencies, settlement, stakes
from tournaments.services.access import STAKE, Actor, find_round, need_participant
from tournaments.services.deadlines import deadline, refuse_unless_open
from tournaments.services.errors import Refused, Unknown
from tournaments.web import pays
from tournaments.web.door import page, show, status_of
from tournaments.web.formats import money
from tournaments.web.forms import shifted
from tournaments.web.money.figures import CONFIDENCE_DIGITS, bid

WORSE_THAN_A_COIN = 695_000_000
SAID = {"log_loss": "log loss", "corr": "CORR", "mmc": "MMC", "wager": "score", "confidence": "confidence"}
"""Scores in the middle of a sentence."""
FIELD_OF = {
    **dict.fromkeys(
        ("bad_amount", "bad_stake", "stake_too_small", "stake_too_large", "not_enough"), "amount"
    ),
    **dict.fromkeys(("confidence_needed", "bad_confidence"), "confidence"),
}


class StakeForm(forms.Form):
    """What one forecaster is to have at stake in all, as people write it."""

    forecaster = forms.CharField(max_length=40, widget=forms.HiddenInput)
    amount = forms.CharField(label="Stake", max_length=60)
    confidence = forms.DecimalField(
        label="Confidence", min_value=0, max_value=1, decimal_places=CONFIDENCE_DIGITS, required=False
    )

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules, self.units = rules, 0
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        if rules.payout_rule in BID_RULES:
            self.fields["confidence"].widget.attrs["step"] = "any"
        else:
            del self.fields["confidence"]

    def clean_amount(self) -> str:
        """Read the amount in the digits of the round's currency."""
        text = str(self.cleaned_data["amount"])
        try:
            self.units = currencies.read_amount(text, self.rules.currency_digits)
        except Refused as refused:
            raise forms.ValidationError(refused.message, refused.code) from refused
        return text

    def read_bid(self) -> int | None:
        """Return the confidence in 1e-9; None where none was written, or none is asked for."""
        given = self.cleaned_data.get("confidence")
        return None if given is None else int(shifted(given, CONFIDENCE_DIGITS))

    def refuse(self, refused: Refused) -> None:
        """Put what the service refused beside the field that it is about."""
        bounds = [
            money(refused.details[name], self.rules) for name in ("least", "most") if name in refused.details
        ]
        said = f"{refused.message} {_BOUND[refused.code]} {bounds[0]}." if bounds else refused.message
        name = FIELD_OF.get(refused.code)
        self.add_error(name if name in self.fields else None, forms.ValidationError(said, refused.code))


_BOUND = {"stake_too_small": "At least", "stake_too_large": "At most"}


@page
def stake(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the stakes of one's forecasters; while the round is open, set one of them."""
    round_ = find_round(actor, slug, number)
    rules = staked_rules(round_)
    me = need_participant(actor, round_.tournament, STAKE)
    if request.method != "POST":
        return _page(request, actor, round_, me)
    form = StakeForm(request.POST, rules=rules)
    if not form.is_valid():
        return _page(request, actor, round_, me, form, 400)
    name = form.cleaned_data["forecaster"]
    try:
        stakes.stake(actor, round_, name, form.units, form.read_bid())
    except Refused as refused:
        form.refuse(refused)
        return _page(request, actor, round_, me, form, status_of(refused))
    now = f"has {money(form.units, rules)} at stake" if form.units else "has nothing at stake"
    messages.success(request, f"{name} {now} in round {round_.number}.")
    return redirect(request.path)


def staked_rules(round_: Round) -> Rules:
    """Return the rules of a round that takes stakes; where none are taken, nothing speaks of them."""
    rules = round_.read_rules()
    if not stakes.taken(rules):
        raise Unknown("not_found", f"Round {round_.number} has no such page.")
    return rules


def _page(
    request: HttpRequest,
    actor: Actor,
    round_: Round,
    me: Participant,
    tried: StakeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rules, own = round_.read_rules(), stakes.own(actor, round_)
    closed = _why_closed(round_, me)
    names = [] if closed else list(me.forecasters.order_by("pk").values_list("name", flat=True))
    context = {
        "round": round_,
        "rules": rules,
        "own": own,
        "total": sum(one.amount for one in own.stakes),
        "poor": not own.stakes and own.balance < own.least,
        "bids": rules.payout_rule in BID_RULES,
        "forms": _forms(names, own.stakes, rules, tried),
        "tried": tried,
        "closed": closed,
        "closes_at": deadline(round_, me),
        "about": pays.of(rules),
        "examples": examples(rules),
        "settled": round_.state in (Round.State.SETTLED, Round.State.CANCELLED),
        "public": round_.state not in (Round.State.DRAFT, Round.State.OPEN),
    }
    return show(request, "web/playing/stake.html", context, status)


def _why_closed(round_: Round, me: Participant) -> Refused | None:
    """Return why no stake would be taken at this moment."""
    try:
        refuse_unless_open(round_, me, of_files=False)
    except Refused as refused:
        return refused
    return None


def _forms(
    names: list[str], held: list[stakes.Mine], rules: Rules, tried: StakeForm | None
) -> list[tuple[str, stakes.Mine | None, StakeForm]]:
    """Return a form a forecaster, filled with its stake; that just tried keeps its faults."""
    now, found = {one.forecaster: one for one in held}, []
    for place, name in enumerate(names):
        form, one = tried, now.get(name)
        if form is None or form.data.get("forecaster") != name:
            form = StakeForm(rules=rules, initial={"forecaster": name, **_written(one, rules)})
        form.auto_id = f"id_{place}_%s"
        found.append((name, one, form))
    return found


def _written(one: stakes.Mine | None, rules: Rules) -> dict[str, Any]:
    if one is None:
        return {}
    amount = currencies.decimal_text(one.amount, rules.currency_digits)
    return {"amount": amount, "confidence": bid(one.confidence)}


def examples(rules: Rules) -> list[str]:
    """Return what the rule makes of a good and a bad forecast of made-up people, in a line each."""
    given = settlement.parameters_of(rules)
    stake = pays.example_stake(rules)
    people = {"Ida": pays.PEOPLE["Ida"], "Mia": {**pays.PEOPLE["Mia"], "log_loss": WORSE_THAN_A_COIN}}
    entries = [Entry(name, at, stake=stake, scores=people[name]) for at, name in enumerate(people, 1)]
    found = {one.key: one for one in registry.settle(rules.payout_rule, entries, rules.pool, given).awards}
    return [_line(found[name], {read: people[name][read] for read in given.reads}, rules) for name in people]


def _line(award: Award[str], read: dict[str, int], rules: Rules) -> str:
    told = (f"{SAID[name]} {pays.score_text(name, value)}" for name, value in read.items())
    won, lost = award.paid, award.burned
    end = (
        f"wins {money(won, rules)}" if won else f"loses {money(lost, rules)}" if lost else "has it back whole"
    )
    return f"{award.key} stakes {money(award.stake, rules)}: {', '.join(told)}. {award.key} {end}."
