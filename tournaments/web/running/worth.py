"""What a round's meta-model is worth, at a cost and a Kelly fraction that the reader chooses."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from tournaments.models import MetaModel, Round
from tournaments.services.access import Actor, find_round, need_overseer
from tournaments.services.errors import Conflict
from tournaments.services.reading import worth as reading
from tournaments.services.reading.worth import COST, KELLY, MOST_COST
from tournaments.web.door import page, show

LEAST_KELLY = 0.01


class WorthForm(forms.Form):
    """At which cost and Kelly fraction, and of which blend."""

    cost = forms.FloatField(
        label="Cost of a trade",
        help_text="A share of the stake: 0.001 is a tenth of a percent.",
        min_value=0.0,
        max_value=MOST_COST,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    kelly = forms.FloatField(
        label="Kelly fraction",
        help_text="1 grows fastest in the long run; less is calmer.",
        min_value=LEAST_KELLY,
        max_value=1.0,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    blend = forms.ChoiceField(label="Blend", required=False)

    def __init__(self, *args: Any, blends: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(name, name) for name in blends[1:]]
        self.fields["blend"] = forms.ChoiceField(
            label="Blend", required=False, choices=[("", f"Meta-model ({blends[0]})"), *others]
        )


@page
def worth(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show what the meta-model is worth, or what has to happen before that can be said."""
    round_ = find_round(actor, slug, number)
    need_overseer(actor, round_.tournament)
    context: dict[str, Any] = {"round": round_, "operates": actor.operates(round_.tournament)}
    found = MetaModel.objects.filter(round=round_).order_by("-headline", "blend")
    blends = list(found.values_list("blend", flat=True))
    if round_.state not in Round.RESOLVED_STATES or not blends:
        return show(request, "web/running/worth.html", context)
    given = {"cost": COST, "kelly": KELLY, "blend": "", **request.GET.dict()}
    form = WorthForm(given, blends=blends)
    if not form.is_valid():
        return show(request, "web/running/worth.html", {**context, "form": form}, 400)
    asked = form.cleaned_data
    report = _report(actor, round_, asked)
    return show(request, "web/running/worth.html", {**context, "form": form, "report": report})


def _report(actor: Actor, round_: Round, asked: dict[str, Any]) -> reading.Report | None:
    """Return the report, None where no row is judged."""
    try:
        return reading.of_round(actor, round_, asked["cost"], asked["kelly"], asked["blend"])
    except Conflict:
        return None
