"""By which ways a user wants to be told: kinds by email, and webhooks of their own."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from tournaments.models import Delivery, Member, Notice, User, Webhook
from tournaments.models.notices import ALWAYS, OF_MONEY
from tournaments.services import audit
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Invalid, Unknown
from tournaments.services.people.profile import need_user
from tournaments.services.telling import addresses, mail, outbox, webhooks

WEBHOOKS_MAX = 10
TESTS_AN_HOUR = 20
SHOWN = 20
TEST = "test"


@dataclass(frozen=True)
class Channels:
    """A user's ways, as their page shows them."""

    email: str
    mails: bool
    """Whether this server sends mail at all."""
    kinds: list[str]
    """Those that can come to this user: without rewards anywhere nobody is told of payments."""
    muted: list[str]
    hooks: list[Webhook]
    always: tuple[str, ...] = ALWAYS
    """Those that are mailed whatever is muted."""


def of(actor: Actor) -> Channels:
    """Return by which ways the actor is told of what."""
    user = need_user(actor)
    return Channels(
        email=user.email,
        mails=mail.configured(),
        kinds=kinds_for(user),
        muted=user.muted,
        hooks=list(user.webhooks.order_by("pk")),
    )


def kinds_for(user: User) -> list[str]:
    """Return the kinds of notices that can come to a user."""
    played = Member.objects.filter(user=user).select_related("tournament")
    rewarded = any(one.tournament.rules.get("rewards") != "none" for one in played)
    return [kind for kind in Notice.values if rewarded or kind not in OF_MONEY]


def choose_mails(actor: Actor, wanted: list[str]) -> None:
    """Be told of these kinds by email, and of no others; what is muted is not sent even if it is written."""
    user = need_user(actor)
    shown = kinds_for(user)
    kept = [kind for kind in user.muted if kind not in shown]
    _mute(user, sorted({*kept, *(kind for kind in shown if kind not in wanted)}))


def stop(word: str) -> str:
    """Mute the kind that a mail's token names, for whom it was sent to; returns the kind."""
    user, kind = mail.read_token(word)
    _mute(user, sorted({*user.muted, kind}))
    return kind


def _mute(user: User, kinds: list[str]) -> None:
    muted = [kind for kind in kinds if kind not in ALWAYS]
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(muted=muted)
        outbox.withdraw(user, webhook=None, kind__in=muted)
    user.muted = muted


def still_wanted(one: Delivery) -> bool:
    """Say whether a delivery that waited is still to be sent: switched off meanwhile, it is not."""
    if not one.user.is_active:
        return False
    return mail.wanted(one.user, one.kind) if one.webhook is None else one.webhook.active


def add_webhook(actor: Actor, url: str, kinds: list[str]) -> Webhook:
    """Make a webhook; its secret is shown to nobody after this.

    Raises Invalid `bad_address`, `no_kinds`, Conflict `webhook_exists`, `too_many_webhooks`.
    """
    user = need_user(actor)
    url = url.strip()
    addresses.read(url)
    kinds = _good_kinds(kinds)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        mine = user.webhooks.all()
        if mine.filter(url=url).exists():
            raise Conflict("webhook_exists", "You have a webhook to this address. Change that one.")
        if mine.count() >= WEBHOOKS_MAX:
            raise Conflict("too_many_webhooks", f"You have {WEBHOOKS_MAX} webhooks. Remove one first.")
        made = Webhook.objects.create(user=user, url=url, secret=webhooks.new_secret(), kinds=kinds)
        audit.record(user, "webhook_added", webhook=made.pk)
    return made


def _good_kinds(kinds: list[str]) -> list[str]:
    good = [kind for kind in Notice.values if kind in kinds]
    if not good or set(kinds) - set(good):
        raise Invalid("no_kinds", "Choose at least one kind of notices.")
    return good


def find_webhook(actor: Actor, pk: int) -> Webhook:
    """Return one of the actor's own webhooks, or refuse with `not_found`."""
    found = Webhook.objects.filter(user=need_user(actor), pk=pk).first()
    if found is None:
        raise Unknown("not_found", "There is no such webhook, or it is not yours.")
    return found


def choose_kinds(actor: Actor, pk: int, kinds: list[str]) -> Webhook:
    """Change what a webhook is told of."""
    hook = find_webhook(actor, pk)
    hook.kinds = _good_kinds(kinds)
    hook.save(update_fields=["kinds"])
    return hook


def switch(actor: Actor, pk: int, on: bool) -> Webhook:
    """Switch a webhook off or on; what waits for one that is switched off is not sent."""
    hook = find_webhook(actor, pk)
    with transaction.atomic():
        Webhook.objects.filter(pk=hook.pk).update(active=on)
        if not on:
            outbox.withdraw(hook.user, webhook=hook)
    hook.active = on
    return hook


def remove_webhook(actor: Actor, pk: int) -> None:
    """Remove a webhook with its secret and the record of what was sent to it."""
    hook = find_webhook(actor, pk)
    with transaction.atomic():
        audit.record(actor.user, "webhook_removed", webhook=hook.pk)
        hook.delete()


def send_test(actor: Actor, pk: int) -> Delivery:
    """Send a webhook a notice of nothing, once. Raises Conflict `switched_off`, `tested_lately`."""
    hook = find_webhook(actor, pk)
    now = db_now()
    if not hook.active:
        raise Conflict("switched_off", "This webhook is switched off. Switch it on first.")
    tests = Delivery.objects.filter(user=hook.user, kind=TEST, created_at__gt=now - timedelta(hours=1))
    if tests.count() >= TESTS_AN_HOUR:
        raise Conflict("tested_lately", f"{TESTS_AN_HOUR} tests an hour are enough. Wait a while.")
    with transaction.atomic():
        # A test is tried once: whoever sends it looks at it now.
        made = Delivery.objects.create(
            user=hook.user,
            webhook=hook,
            kind=TEST,
            event=f"{TEST}:{uuid.uuid4()}",
            body={"at": now.isoformat()},
            due_at=now,
            attempts=outbox.ATTEMPTS - 1,
        )
        outbox.ring()
    return made


def deliveries(actor: Actor, pk: int) -> QuerySet[Delivery]:
    """Return the last deliveries to a webhook of the actor's, newest first."""
    return Delivery.objects.filter(webhook=find_webhook(actor, pk)).order_by("-pk")[:SHOWN]


def retry(actor: Actor, pk: int) -> Delivery:
    """Try a failed delivery of the actor's again. Raises Unknown `not_found`, Conflict `not_failed`."""
    found = Delivery.objects.filter(user=need_user(actor), pk=pk).first()
    if found is None:
        raise Unknown("not_found", "There is no such delivery, or it is not yours.")
    if not outbox.retry(found):
        raise Conflict("not_failed", "Only a delivery that failed can be tried again.")
    return found
