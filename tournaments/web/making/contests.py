"""Tournaments: a new one, its name and question, its rules."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services import contests, firsthour
from tournaments.services.access import Actor, find_tournament, need_operator
from tournaments.services.errors import Refused
from tournaments.web import pays
from tournaments.web.door import page, show
from tournaments.web.making.forms import AboutForm, TournamentForm, refuse
from tournaments.web.making.rules import RulesForm


@page
def new_tournament(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for name, question and preset; then lead to its first round."""
    founder = contests.need_founder(actor)
    form = TournamentForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        slug = data["slug"] or contests.suggest_slug(data["name"])
        try:
            made = contests.create(founder, slug, data["name"], data["preset"], data["question"])
            return redirect("new-round", made.slug)
        except Refused as refused:
            refuse(form, refused)
    hour = firsthour.FirstHour() if firsthour.is_empty(actor) else None
    return show(
        request, "web/making/tournament.html", {"form": form, "hour": hour}, 400 if form.errors else 200
    )


@page
def rules(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show every rule with what it does, and change those of the rounds to come."""
    tournament = find_tournament(actor, slug)
    need_operator(actor, tournament)
    now = tournament.read_rules()
    form = RulesForm(request.POST or None, rules=now)
    if form.is_valid():
        changes = form.changes()
        faults = contests.faults_in(now, changes)
        if not faults:
            contests.change_rules(actor, tournament, changes)
            return redirect(f"{request.path}?changed=1")
        form.put(faults)
    about = AboutForm(initial={"name": tournament.name, "question": tournament.question})
    context = {
        "tournament": tournament,
        "form": form,
        "about": about,
        "pays": pays.of(now),
        "rules": now,
        "changed": "changed" in request.GET and not form.is_bound,
        "draft": firsthour.of_tournament(tournament).draft,
    }
    return show(request, "web/making/rules.html", context, 400 if form.errors else 200)


@page
def about(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Change a tournament's name and question."""
    tournament = find_tournament(actor, slug)
    need_operator(actor, tournament)
    initial = {"name": tournament.name, "question": tournament.question}
    form = AboutForm(request.POST or None, initial=initial)
    if form.is_valid():
        contests.rename(actor, tournament, form.cleaned_data["name"], form.cleaned_data["question"])
        return redirect("rules", tournament.slug)
    status = 400 if form.errors else 200
    return show(request, "web/making/about.html", {"tournament": tournament, "form": form}, status)
