"""The ledger as a chain: amounts of 38 digits, currencies, one head a tournament, seals and kept balances.

The triggers of 0002 keep their names; what they do is replaced here. They fire in the order of their names:
`ledger_balanced`, `ledger_floor`, `ledger_seal`. All are SECURITY DEFINER, so that the role `app`, which may
only SELECT and INSERT the ledger and only SELECT what is derived of it, can post.
"""

import re
from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import F, Q

from tournaments.models.amounts import Amount

PROTECT = django.db.models.deletion.PROTECT

# What was booked before this migration: its currencies, with the digits that the newest rules say.
CURRENCIES = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO tournaments_currency (tournament_id, code, digits)
SELECT DISTINCT ON (a.tournament_id, a.currency) a.tournament_id, a.currency, coalesce(said.digits, 0)
FROM tournaments_account a LEFT JOIN (
    SELECT tournament_id, rules, number FROM tournaments_round
    UNION ALL SELECT id, rules, -1 FROM tournaments_tournament
) AS r ON r.tournament_id = a.tournament_id AND r.rules->>'currency' = a.currency
LEFT JOIN LATERAL (SELECT (r.rules->>'currency_digits')::int AS digits) AS said ON true
ORDER BY a.tournament_id, a.currency, r.number DESC NULLS LAST;
"""
TOURNAMENTS = """
ALTER TABLE tournaments_transaction DISABLE TRIGGER ledger_frozen;
DELETE FROM tournaments_transaction t
    WHERE NOT EXISTS (SELECT FROM tournaments_entry e WHERE e.transaction_id = t.id);
UPDATE tournaments_transaction t SET tournament_id = a.tournament_id
    FROM tournaments_entry e JOIN tournaments_account a ON a.id = e.account_id WHERE e.transaction_id = t.id;
ALTER TABLE tournaments_transaction ENABLE TRIGGER ledger_frozen;
"""

# Django writes a field's own check where it makes a column, and not where it changes one's type.
ALTERED = {
    "account": ["floor"],
    "entry": ["amount"],
    "payout": ["amount"],
    "settlement": ["burned", "paid", "pool", "rolled_over"],
}
NUMBERS = "".join(
    f"ALTER TABLE tournaments_{table} ADD CONSTRAINT {table}_{column}_number CHECK ({column} <> 'NaN');\n"
    for table, columns in ALTERED.items()
    for column in columns
)
NO_NUMBERS = "".join(
    f"ALTER TABLE tournaments_{table} DROP CONSTRAINT {table}_{column}_number;\n"
    for table, columns in ALTERED.items()
    for column in columns
)

GUARDS = r"""
ALTER TABLE tournaments_account ADD CONSTRAINT account_in_currency
    FOREIGN KEY (tournament_id, currency) REFERENCES tournaments_currency (tournament_id, code);

-- Take a tournament's ledger until the end of the database transaction. Whoever posts takes it; whoever must
-- read before it posts takes it first.
CREATE FUNCTION ledger_lock(of bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO tournaments_ledgerhead (tournament_id, seq, hash) VALUES (of, 0, repeat('0', 64))
        ON CONFLICT DO NOTHING;
    PERFORM FROM tournaments_ledgerhead WHERE tournament_id = of FOR UPDATE;
END $$;

CREATE OR REPLACE FUNCTION ledger_stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_lock(NEW.tournament_id);
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;

-- All entries of a transaction come in one statement: its end seals the transaction.
CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT s.transaction_id AS id INTO bad FROM tournaments_seal s
        WHERE s.transaction_id IN (SELECT transaction_id FROM added) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_late: transaction % is complete; it takes no more entries', bad.id
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT transaction_id AS id, currency, sum(amount) AS total INTO bad
        FROM added GROUP BY transaction_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_unbalanced: transaction % sums to % %', bad.id, bad.total, bad.currency
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.id, a.currency INTO bad FROM added JOIN tournaments_account a ON a.id = added.account_id
        WHERE a.currency <> added.currency LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_currency: account % is in %', bad.id, bad.currency
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.id, t.id AS into_ INTO bad FROM added
        JOIN tournaments_account a ON a.id = added.account_id
        JOIN tournaments_transaction t ON t.id = added.transaction_id
        WHERE a.tournament_id <> t.tournament_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_foreign: account % is of another tournament than transaction %', bad.id, bad.into_
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- Keep the balances, and decide by them. Accounts come in the order of their ids, and the head is held.
CREATE OR REPLACE FUNCTION ledger_floor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    low record;
BEGIN
    INSERT INTO tournaments_balance AS kept (account_id, amount, entries)
        SELECT account_id, sum(amount), count(*) FROM added GROUP BY account_id ORDER BY account_id
        ON CONFLICT (account_id)
        DO UPDATE SET amount = kept.amount + EXCLUDED.amount, entries = kept.entries + EXCLUDED.entries;
    SELECT a.id, b.amount, a.floor INTO low
        FROM tournaments_account a JOIN tournaments_balance b ON b.account_id = a.id
        WHERE a.id IN (SELECT account_id FROM added) AND b.amount < a.floor ORDER BY a.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_floor: account % would hold %, below its floor %', low.id, low.amount, low.floor
            USING ERRCODE = 'check_violation', DETAIL = low.id::text;
    END IF;
    RETURN NULL;
END $$;

-- What is hashed. services/upkeep/chain.py writes the same in Python; a test compares them byte by byte.
CREATE FUNCTION ledger_text(of bigint, place bigint, before text) RETURNS text LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
SELECT 'crowdblend-ledger-1|' || t.tournament_id || '|' || place || '|' || before || '|' || t.id || '|' || t.kind
    || '|' || coalesce(t.round_id::text, '') || '|' || coalesce(t.actor_id::text, '')
    || '|' || coalesce(t.reverses_id::text, '')
    || '|' || to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '|' || encode(sha256(convert_to(t.memo, 'UTF8')), 'hex')
    || '|' || encode(sha256(convert_to(t.reference, 'UTF8')), 'hex')
    || coalesce((
        SELECT string_agg(
            E'\n' || e.id || '|' || a.id || '|' || a.kind || '|' || coalesce(a.participant_id::text, '')
            || '|' || coalesce(a.round_id::text, '') || '|' || coalesce(a.floor::text, '')
            || '|' || e.currency || '|' || c.digits || '|' || e.amount, '' ORDER BY e.id)
        FROM tournaments_entry e
        JOIN tournaments_account a ON a.id = e.account_id
        JOIN tournaments_currency c ON c.tournament_id = a.tournament_id AND c.code = e.currency
        WHERE e.transaction_id = t.id), '')
FROM tournaments_transaction t WHERE t.id = of
$$;

-- Not SECURITY DEFINER: sealing is for the trigger below and for the owner, and for nobody who calls it.
CREATE FUNCTION ledger_seal_one(of bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    head tournaments_ledgerhead%ROWTYPE;
    found_ text;
BEGIN
    SELECT h.* INTO head FROM tournaments_ledgerhead h
        JOIN tournaments_transaction t ON t.tournament_id = h.tournament_id WHERE t.id = of;
    found_ := encode(sha256(convert_to(ledger_text(of, head.seq + 1, head.hash), 'UTF8')), 'hex');
    INSERT INTO tournaments_seal (transaction_id, tournament_id, seq, previous, hash)
        VALUES (of, head.tournament_id, head.seq + 1, head.hash, found_);
    UPDATE tournaments_ledgerhead SET seq = head.seq + 1, hash = found_
        WHERE tournament_id = head.tournament_id;
END $$;

CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_seal_one(id) FROM (SELECT DISTINCT transaction_id AS id FROM added ORDER BY 1) AS whole;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_seal AFTER INSERT ON tournaments_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_seal();

-- The one check that waits for the commit: a transaction without entries has no seal.
CREATE FUNCTION ledger_empty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tournaments_seal WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'ledger_empty: transaction % has no entries', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_empty AFTER INSERT ON tournaments_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_empty();

CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_currency
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER ledger_frozen BEFORE DELETE OR TRUNCATE ON tournaments_ledgerhead
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER ledger_frozen BEFORE DELETE OR TRUNCATE ON tournaments_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();

-- What was booked before this migration, in the order in which it was.
INSERT INTO tournaments_balance (account_id, amount, entries)
    SELECT account_id, sum(amount), count(*) FROM tournaments_entry GROUP BY account_id;
SELECT ledger_lock(tournament_id) FROM (SELECT DISTINCT tournament_id FROM tournaments_transaction) AS had;
SELECT ledger_seal_one(id) FROM (SELECT id FROM tournaments_transaction ORDER BY id) AS had;
"""
_before = re.findall(
    r"CREATE (FUNCTION ledger_(?:stamp|balanced|floor)\(\).*?END \$\$;)",
    import_module("tournaments.migrations.0002_ledger_guards").GUARDS,
    re.DOTALL,
)
UNDO = (
    """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE tournaments_account DROP CONSTRAINT account_in_currency;
DROP FUNCTION ledger_seal, ledger_seal_one, ledger_text, ledger_empty CASCADE;
"""
    + "".join(f"CREATE OR REPLACE {one}\n" for one in _before)
    + "DROP FUNCTION ledger_lock;"
)


def _foreign(name: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=PROTECT, related_name=name, to="tournaments.tournament", **more)


def _one(name: str, to: str) -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=PROTECT, primary_key=True, related_name=name, serialize=False, to=f"tournaments.{to}"
    )


class Migration(migrations.Migration):
    """Currencies; 38 digits; a transaction's tournament; head, seals and balances; the guards."""

    dependencies = [("tournaments", "0005_blends")]
    operations = [
        migrations.CreateModel(
            name="Currency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tournament", _foreign("currencies")),
                ("code", models.CharField(max_length=12)),
                ("digits", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name_plural": "currencies",
                "constraints": [
                    models.UniqueConstraint(fields=["tournament", "code"], name="currency_once"),
                    models.CheckConstraint(
                        condition=Q(code__regex="^[A-Z]{2,12}$"), name="currency_in_capitals"
                    ),
                    models.CheckConstraint(condition=Q(digits__lte=18), name="currency_digits_fit"),
                ],
            },
        ),
        migrations.RunSQL(CURRENCIES, migrations.RunSQL.noop),
        migrations.RemoveField("transaction", "xid"),
        migrations.AddField(
            "transaction", "reference", models.CharField(blank=True, default="", max_length=120), False
        ),
        migrations.AddField("transaction", "tournament", _foreign("transactions", null=True)),
        migrations.RunSQL(TOURNAMENTS, migrations.RunSQL.noop),
        migrations.AlterField("transaction", "tournament", _foreign("transactions")),
        migrations.AlterField(
            "transaction",
            "at",
            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AlterField(
            "transaction",
            "kind",
            models.CharField(
                choices=[
                    ("funding", "Funding"),
                    ("payout", "Payout"),
                    ("refund", "Refund"),
                    ("reversal", "Reversal"),
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                ],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("settlement", "money_is_conserved"),
        migrations.AlterField("account", "floor", Amount(blank=True, null=True)),
        migrations.AlterField("entry", "amount", Amount()),
        migrations.AlterField("payout", "amount", Amount()),
        migrations.AlterField("settlement", "burned", Amount(default=0)),
        migrations.AlterField("settlement", "paid", Amount()),
        migrations.AlterField("settlement", "pool", Amount()),
        migrations.AlterField("settlement", "rolled_over", Amount()),
        migrations.AddConstraint(
            "settlement",
            models.CheckConstraint(
                condition=Q(rolled_over=F("pool") + F("burned") - F("paid")), name="money_is_conserved"
            ),
        ),
        migrations.AlterModelOptions("entry", {"verbose_name_plural": "entries"}),
        migrations.AlterField(
            "account",
            "kind",
            models.CharField(
                choices=[
                    ("house", "House"),
                    ("outside", "Outside"),
                    ("rollover", "Rollover"),
                    ("pool", "Pool"),
                    ("participant", "Participant"),
                ],
                max_length=11,
            ),
        ),
        migrations.RemoveConstraint("account", "account_of_one_thing"),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(kind="participant", participant__isnull=False, round__isnull=True)
                | Q(kind="pool", participant__isnull=True, round__isnull=False)
                | Q(kind__in=["house", "outside", "rollover"], participant__isnull=True, round__isnull=True),
                name="account_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(kind__in=["house", "outside"], floor__isnull=True)
                | Q(~Q(kind__in=["house", "outside"]), floor__isnull=False),
                name="account_floor",
            ),
        ),
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                ("tournament", _one("ledger_head", "tournament")),
                ("seq", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("transaction", _one("seal", "transaction")),
                ("tournament", _foreign("seals")),
                ("seq", models.BigIntegerField()),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["tournament", "seq"], name="seal_once")]
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("account", _one("kept", "account")),
                ("amount", Amount()),
                ("entries", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunSQL(GUARDS, UNDO),
    ]
