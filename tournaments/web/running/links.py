"""What else operators can do at this moment: links to the pages of the verbs that a round's state allows."""

from django.urls import reverse

from tournaments.models import Round, Tournament

State = Round.State
VERBS = (
    ("Check the files", "check-round", (State.DRAFT, State.OPEN, State.CLOSED)),
    ("Upload labels", "labels", (State.DRAFT, State.OPEN, State.CLOSED)),
    ("Blend it as it stands", "blend-now", (State.OPEN,)),
    ("Extend the deadline", "extend-round", (State.OPEN,)),
    ("Void rows", "void-rows", (State.DRAFT, State.OPEN, State.CLOSED)),
    ("Exclude a participant", "exclude", (State.OPEN, State.CLOSED)),
    ("What other rules would pay", "compare-rules", (State.RESOLVED, State.SETTLED)),
    ("Take the results back", "undo-settlement", (State.SETTLED,)),
    ("Cancel the round", "cancel-round", (State.DRAFT, State.OPEN, State.CLOSED, State.RESOLVED)),
)

PAYING = {"compare-rules"}
"""Where there is something to be won."""


def of_round(round_: Round) -> list[tuple[str, str]]:
    """Return (title, address) of what may be done to a round in its state, besides the next step."""
    place = [round_.tournament.slug, round_.number]
    left_out = PAYING if round_.read_rules().rewards == "none" else set()
    return [
        (title, reverse(name, args=place))
        for title, name, states in VERBS
        if round_.state in states and name not in left_out
    ]


def of_tournament(tournament: Tournament) -> list[tuple[str, str]]:
    """Return (title, address) of what may be done besides the rounds under way."""
    pages = (("Make a round", "new-round"), ("Change the rules", "rules"))
    return [(title, reverse(name, args=[tournament.slug])) for title, name in pages]
