"""Aliases and user names for people who were not asked: calm words that reveal nothing."""

import re
import secrets
from collections.abc import Iterable

from tournaments.models import User

FIRST_WORDS = (
    "able amber apt autumn azure balmy bold bright brisk calm candid cedar clear clever coastal copper "
    "coral cosy crisp daring deft dune eager early easy even fair fern fine fleet fond fresh gentle glad "
    "golden grand green hardy hazel honest humble ivory jade jolly keen kind late level light lively "
    "lucid lunar maple meadow mellow merry mild misty mossy nimble noble northern oaken olive open "
    "patient pearl placid plain polar prime proud quick quiet rapid ready ruby russet rustic sage sandy "
    "scarlet serene silent silver simple sleek smooth solar solid southern spruce stable steady still "
    "sunny sure swift tidal tidy tranquil true upland velvet verdant vivid warm western willow winter "
    "wise"
)
SECOND_WORDS = (
    "albatross alder antelope aspen avocet badger beech bison bittern brook butterfly cedar chough cloud "
    "comet cormorant crane creek cricket curlew cypress deer delta dolphin dove dunlin eagle egret eider "
    "elk elm ermine falcon fern finch fjord fox gannet gazelle gecko glacier goldfinch grebe grove gull "
    "hare harrier heron hill hoopoe ibex ibis island jackdaw jay juniper kestrel kite kiwi koala lagoon "
    "lake lapwing larch lark linnet lynx magpie mallard maple marten martin meadow merlin moose moth "
    "nightjar nuthatch oak ocean oriole osprey otter owl panda pelican petrel pine pipit plover pond "
    "poplar puffin quail raven redwing reef ridge river robin rook rowan sandpiper seal shore siskin "
    "skylark snipe sparrow starling stoat stork stream summit swallow swan swift tern thrush tortoise "
    "toucan turtle valley wagtail walnut warbler whale willow wren yew"
)
FIRST, SECOND = FIRST_WORDS.split(), SECOND_WORDS.split()
DRAWS = 40  # tries before an alias gets a number


def draw_aliases(count: int, taken: Iterable[str]) -> list[str]:
    """Return so many different two-word aliases, none of them among those taken, in any case of letters."""
    used = {alias.casefold() for alias in taken}
    drawn = []
    for _ in range(count):
        alias = _draw(used)
        used.add(alias)
        drawn.append(alias)
    return drawn


def _draw(used: set[str]) -> str:
    for _ in range(DRAWS):
        alias = f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"
        if alias not in used:
            return alias
    while alias in used:
        alias = f"{secrets.choice(FIRST)} {secrets.choice(SECOND)} {secrets.randbelow(9_000) + 1_000}"
    return alias


def usernames(aliases: list[str]) -> list[str]:
    """Return a user name for each alias that no user has; one query as a rule."""
    wanted = [_plain(alias) for alias in aliases]
    taken = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
    chosen: list[str] = []
    for name in wanted:
        free = name
        while free in taken:
            free = f"{name}-{secrets.randbelow(900_000) + 100_000}"
        taken.add(free)
        chosen.append(free)
    return chosen


def _plain(alias: str) -> str:
    """Return an alias as a user name.

    >>> _plain("Quiet Heron"), _plain("O'Hara & Co.")
    ('quiet-heron', 'o-hara-co.')
    """
    return re.sub(r"[^\w.]+", "-", alias.lower()).strip("-") or "player"
