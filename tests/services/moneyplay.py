"""Ten thousand money operations, drawn by a seed, each done through the services and in a model beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import Error, connection, transaction

from tests.services.bank import Bank
from tests.world import World, drain
from tournaments.models import (
    Originality,
    PayoutBatch,
    Round,
    Score,
    Selection,
    Settlement,
    Submission,
    Upload,
)
from tournaments.services import contests, pools, purse, rounds, settlement, stakes
from tournaments.services.access import Actor, participant_of
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.paying import addresses, batches

PEOPLE = ("ann", "bob", "cyd", "dan", "eve")
RULES = {"rewards": "money", "currency": "USD", "currency_digits": 2, "originality_gate": None}
KINDS = [
    {"payout_rule": "wager", "pool": 0},
    {"payout_rule": "stake_curve", "pool": 2_000, "stake_limit": 0.5},
    {"payout_rule": "ranked_pool", "pool": 1_000, "paid_places": 3},
    {"payout_rule": "auction", "pool": 700},
]
"""How rounds pay, in turn."""
BID = {"auction": 400_000_000}


class Play:
    """A world in which things commit, its model, and what can be done next."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random, self.bank = world, Random(seed), Bank()
        self.tournament = world.tournament
        self.people = {name: world.player(name) for name in PEOPLE}
        self.ids = {name: participant_of(one, self.tournament) for name, one in self.people.items()}
        self.template = self._template()
        for name, actor in self.people.items():
            addresses.register(actor, self.tournament, "USD", f"account of {name}", name)
        self.number = self.template.number
        self.crash_at: int | None = None
        self.pending: Callable[[], list[Any]] = list
        """What the operation that is being done moves, asked for once it is done."""
        self.done = self.refused = self.crashed = 0
        self.verbs: list[Callable[[], None]] = [self.deposit, self.withdraw, *[self.stake] * 4]
        self.verbs += [self.open, self.close, self.settle, self.undo, self.cancel]
        self.verbs += [self.collect, self.send, self.call_back]

    def _template(self) -> Round:
        """One round that was really played, whose files and scores stand for those of all others."""
        round_ = self.world.open_round()
        for n, (name, strength) in enumerate(zip(PEOPLE, (0.5, 0.3, 0.2, -0.4, -0.8), strict=True), 1):
            self.world.submit(self.people[name], round_, self.world.skill(strength, n))
        drain()
        round_ = self.world.resolve(self.world.close(round_))
        rounds.cancel(self.world.operator, round_, "it is only the template")
        return round_

    def turn(self, crash_at: int | None = None) -> None:
        """Do one operation; with `crash_at` its connection goes before that statement, if it gets so far."""
        verb, self.crash_at = self.random.choice(self.verbs), crash_at
        try:
            verb()
            self.done += 1
        except Refused:
            self.refused += 1
        except Error:
            if crash_at is None:
                raise
            self.crashed += 1
            connection.close()
            self._whole_or_nothing()

    def _whole_or_nothing(self) -> None:
        """After a crash all of an operation is there, or nothing: its answer can be lost after its commit."""
        if self.bank.differs():
            self.bank.move(*self.pending())
            assert self.bank.differs() == {}

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """What is done here is cut off before the statement of this turn's number."""
        left = self.crash_at

        def cut(execute: Any, *statement: Any) -> Any:
            nonlocal left
            if left is not None:
                left -= 1
                if left == 0:
                    connection.connection.close()
            return execute(*statement)

        with connection.execute_wrapper(cut):
            yield

    def _do(self, lines: list[Any], act: Callable[[], Any]) -> None:
        """Act, and move in the model what was moved; what the model could not bear must be refused."""
        if not self.bank.can(*lines):
            with self._acting(), pytest.raises(Refused, match="not_enough") as refused:
                act()
            raise refused.value
        self.pending = lambda: lines
        with self._acting():
            act()
        self.bank.move(*lines)

    def _someone(self) -> tuple[str, Actor, Any]:
        name = self.random.choice(PEOPLE)
        return name, self.people[name], self.ids[name]

    def _round(self, *states: str) -> Round:
        """A round in one of these states, or the verb is refused."""
        found = Round.objects.filter(tournament=self.tournament, state__in=states, number__gt=1)
        some = list(found.select_related("tournament").order_by("-number")[:6])
        if not some:
            raise Refused("nothing_there", "No round is in this state.")
        return self.random.choice(some)

    def deposit(self) -> None:
        _, _, whom = self._someone()
        amount = self.random.choice([1, 100, 5_000, 10**30])
        lines = [(("outside", self.tournament.pk), -amount), (("participant", whom.pk), amount)]
        self._do(
            lines, lambda: purse.deposit(self.world.operator, self.tournament, whom, "USD", amount, "bank")
        )

    def withdraw(self) -> None:
        _, _, whom = self._someone()
        amount = self.random.choice([1, 700, 10**29])
        lines = [(("outside", self.tournament.pk), amount), (("participant", whom.pk), -amount)]
        self._do(
            lines, lambda: purse.withdraw(self.world.operator, self.tournament, whom, "USD", amount, "bank")
        )

    def open(self) -> None:
        """A round like the template, by another rule; funded as every round is when it opens."""
        self.number += 1
        rules = contests.changed(
            self.template.read_rules().but(payout_rule="ranked_pool", pool=1), KINDS[self.number % len(KINDS)]
        )
        now, left = db_now(), self.bank.held["rollover", self.tournament.pk] if rules.pool else 0

        def funded() -> list[Any]:
            new = Round.objects.get(tournament=self.tournament, number=self.number)
            into = (("pool", new.pk), rules.pool + left)
            house, rollover = (("house", self.tournament.pk), ("rollover", self.tournament.pk))
            return [(house, -rules.pool), (rollover, -left), into]

        self.pending = funded
        with self._acting(), transaction.atomic():
            opened = Round.objects.get(pk=self.template.pk)
            opened.pk, opened.number, opened.state = None, self.number, Round.State.OPEN
            opened.rules, opened.rules_sha256 = rules.to_json(), rules.sha256()
            opened.opens_at, opened.closes_at, opened.cancelled_at = now, now + timedelta(days=1), None
            opened._state.adding = True
            opened.save()
            pools.fund(opened, None)
        self.bank.move(*self.pending())

    def stake(self) -> None:
        _, actor, whom = self._someone()
        round_ = self._round("open")
        amount = self.random.choice([0, 1, 90, 4_000, 10**28])
        main = whom.forecasters.get()
        escrow = ("escrow", round_.pk, main.pk)
        more = amount - self.bank.held[escrow]
        bid = BID.get(round_.read_rules().payout_rule)
        lines = [(("participant", whom.pk), -more), (escrow, more)]
        if not stakes.taken(round_.read_rules()):
            lines = []
        self._do(lines, lambda: stakes.stake(actor, round_, "main", amount, bid))

    def close(self) -> None:
        """The close and the resolution, with the template's scores: what moves money is the real thing."""
        round_ = self._round("open")
        self.pending = list
        with self._acting(), transaction.atomic():
            locked = rounds.lock(round_)
            stakes.lock_all(locked)
            self._copy_results(locked)
            locked.state, locked.closed_at, locked.resolved_at = Round.State.RESOLVED, db_now(), db_now()
            locked.save()

    def _copy_results(self, round_: Round) -> None:
        for old in Submission.objects.filter(round=self.template).order_by("position"):
            first = old.pk
            upload = Upload.objects.get(pk=old.upload_id)
            old.upload, old.pk = _again(upload, round=round_), None
            new = _again(old, round=round_)
            _again(Selection.objects.get(submission=first), round=round_, submission=new)
            _again(Originality.objects.get(submission=first), round=round_, submission=new)
            _again(Score.objects.get(submission=first, split="live"), round=round_, submission=new)

    def settle(self) -> None:
        round_ = self._round("resolved", "settled")
        before = settlement.effective(round_)
        self.pending = lambda: self.bank.settled(Settlement.objects.filter(round=round_).latest("pk"))
        with self._acting():
            made = settlement.commit(self.world.operator, round_)
        if before:
            assert made == before
            return
        self.bank.move(*self.pending())

    def undo(self) -> None:
        round_ = self._round("settled")
        made = settlement.effective(round_)
        assert made is not None
        lines = self.bank.settled(made, -1)
        self._do(lines, lambda: settlement.undo(self.world.operator, round_, "a label was wrong"))

    def cancel(self) -> None:
        if self.random.random() < 0.7:
            raise Refused("not_now", "Rounds are rarely cancelled.")
        round_ = self._round("open", "resolved")
        lines: list[Any] = []
        for where, amount in self.bank.held.items():
            if where[0] == "escrow" and where[1] == round_.pk:
                owner = next(one for one in self.ids.values() if one.forecasters.get().pk == where[2])
                lines += [(where, -amount), (("participant", owner.pk), amount)]
        funded = round_.transactions.filter(kind="funding").first()
        if funded:
            for entry in funded.entries.select_related("account"):
                one = entry.account
                where = ("pool", round_.pk) if one.kind == "pool" else (one.kind, self.tournament.pk)
                lines.append((where, -entry.amount))
        self._do(lines, lambda: rounds.cancel(self.world.operator, round_, "the data was wrong"))

    def collect(self) -> None:
        least = self.random.choice([1, 500, 10**29])
        owed = {one.pk: self.bank.held["participant", one.pk] for one in self.ids.values()}
        due = {pk: amount for pk, amount in owed.items() if amount >= least}

        def collected() -> list[Any]:
            made = PayoutBatch.objects.latest("pk")
            assert {one.participant_id: one.amount for one in made.items.all()} == due
            taken = [(("participant", pk), -amount) for pk, amount in due.items()]
            return [*taken, (("batch", made.pk), sum(due.values()))]

        self.pending = collected
        with self._acting():
            batches.collect(self.world.operator, self.tournament, "USD", least, 0)
        self.bank.move(*self.pending())

    def _batch(self) -> PayoutBatch:
        found = PayoutBatch.objects.filter(tournament=self.tournament).order_by("-pk")[:3]
        some = list(found)
        if not some:
            raise Refused("nothing_there", "There is no batch yet.")
        return self.random.choice(some)

    def send(self) -> None:
        batch, reference = self._batch(), f"wire {self.random.random()}"
        self.pending = lambda: [
            (("batch", batch.pk), -batch.total),
            (("outside", self.tournament.pk), batch.total),
        ]
        with self._acting():
            batches.settle(self.world.operator, batch, reference)
        self.bank.move(*self.pending())

    def call_back(self) -> None:
        batch = self._batch()
        back = [(("participant", one.participant_id), one.amount) for one in batch.items.all()]
        self.pending = lambda: [(("batch", batch.pk), -batch.total), *back]
        with self._acting():
            batches.cancel(self.world.operator, batch, "the bank refused it")
        self.bank.move(*self.pending())


def _again(row: Any, **changes: Any) -> Any:
    """Write a row once more, as another one."""
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row
