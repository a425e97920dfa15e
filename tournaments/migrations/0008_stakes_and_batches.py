"""Stakes in escrow, payout addresses and payout batches; whom an account is of, and what may move it."""

import re
from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tournaments.models.amounts

GUARDS = r"""
-- What moves between which accounts: fires after the sum is checked and before balances are.
CREATE FUNCTION ledger_escrow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT a.id, t.kind, r.state INTO bad FROM added
        JOIN tournaments_account a ON a.id = added.account_id
        JOIN tournaments_transaction t ON t.id = added.transaction_id
        JOIN tournaments_round r ON r.id = a.round_id
        WHERE a.kind = 'escrow' AND NOT (
            t.kind IN ('payout', 'refund', 'reversal') OR (t.kind IN ('stake', 'unstake') AND r.state = 'open'))
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_locked: a % does not move the escrow % of a round that is %', bad.kind, bad.id, bad.state
            USING ERRCODE = 'check_violation', DETAIL = bad.id::text;
    END IF;
    SELECT a.id, t.kind INTO bad FROM added
        JOIN tournaments_account a ON a.id = added.account_id
        JOIN tournaments_transaction t ON t.id = added.transaction_id
        WHERE a.kind = 'batch' AND t.kind NOT IN ('collection', 'sent', 'reversal') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_locked: a % does not move the batch account %', bad.kind, bad.id
            USING ERRCODE = 'check_violation', DETAIL = bad.id::text;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_escrow AFTER INSERT ON tournaments_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_escrow();

-- As before, and what else decides whose an account is; absent where it is null, so that old hashes stay right.
CREATE OR REPLACE FUNCTION ledger_text(of bigint, place bigint, before text) RETURNS text LANGUAGE sql STABLE
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
            || '|' || e.currency || '|' || c.digits || '|' || e.amount
            || coalesce('|forecaster ' || a.forecaster_id, '') || coalesce('|batch ' || a.batch_id, ''),
            '' ORDER BY e.id)
        FROM tournaments_entry e
        JOIN tournaments_account a ON a.id = e.account_id
        JOIN tournaments_currency c ON c.tournament_id = a.tournament_id AND c.code = e.currency
        WHERE e.transaction_id = t.id), '')
FROM tournaments_transaction t WHERE t.id = of
$$;

-- Rows that go forward: each may change only as long as, and only in what, its trigger names.
CREATE FUNCTION rows_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    open_ boolean;
    later text[] := TG_ARGV[1]::text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        EXECUTE 'SELECT ($1).' || quote_ident(split_part(TG_ARGV[0], '=', 1)) || '::text IS NOT DISTINCT FROM $2'
            INTO open_ USING OLD, nullif(split_part(TG_ARGV[0], '=', 2), '');
        IF open_ AND to_jsonb(NEW) - later = to_jsonb(OLD) - later THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows_forward: row % of % is not changed any more', OLD.id, TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER rows_forward BEFORE UPDATE OR DELETE ON tournaments_stake
    FOR EACH ROW EXECUTE FUNCTION rows_forward('locked=', '{confidence,locked,changed_at}');
CREATE TRIGGER rows_forward BEFORE UPDATE OR DELETE ON tournaments_payoutaddress
    FOR EACH ROW EXECUTE FUNCTION rows_forward('retired_at=', '{retired_at}');
CREATE TRIGGER rows_forward BEFORE UPDATE OR DELETE ON tournaments_payoutbatch
    FOR EACH ROW EXECUTE FUNCTION rows_forward(
        'state=pending', '{state,collected_id,reference,reason,ended_id,ended_by_id,ended_at}');
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_payoutitem
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
"""
_before = re.search(
    r"CREATE (FUNCTION ledger_text.*?\n\$\$;)",
    import_module("tournaments.migrations.0006_ledger").GUARDS,
    re.DOTALL,
)
assert _before is not None
KINDS = [
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("scored", "Scored"),
    ("opened", "Opened"),
    ("closing_soon", "Closing Soon"),
    ("reminder", "Reminder"),
    ("resolved", "Resolved"),
    ("paid", "Paid"),
    ("address_changed", "Address Changed"),
    ("paid_out", "Paid Out"),
]
UNDO = f"""
DROP FUNCTION ledger_escrow CASCADE;
DROP FUNCTION rows_forward CASCADE;
DROP TRIGGER ledger_frozen ON tournaments_payoutitem;
CREATE OR REPLACE {_before[1]}
"""


class Migration(migrations.Migration):
    """Stakes, addresses, batches; accounts of a forecaster or a batch; what payouts had at stake."""

    dependencies = [
        ("tournaments", "0007_settlement"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=120)),
                (
                    "holder",
                    models.CharField(blank=True, help_text="Whose bank account it is", max_length=120),
                ),
                ("kind", models.CharField(blank=True, max_length=12)),
                ("registered_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "payout addresses",
            },
        ),
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("least", tournaments.models.amounts.Amount(help_text="Who was owed less was not collected")),
                ("total", tournaments.models.amounts.Amount()),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("sent", "Sent"), ("cancelled", "Cancelled")],
                        default="pending",
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "payout batches",
            },
        ),
        migrations.CreateModel(
            name="PayoutItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", tournaments.models.amounts.Amount()),
            ],
        ),
        migrations.CreateModel(
            name="Stake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("confidence", models.BigIntegerField(null=True)),
                ("locked", tournaments.models.amounts.Amount(null=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_once",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_of_one_thing",
        ),
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_once",
        ),
        migrations.AddField(
            model_name="account",
            name="forecaster",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="tournaments.forecaster",
            ),
        ),
        migrations.AddField(
            model_name="currency",
            name="network",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("bitcoin", "Bitcoin"),
                    ("testnet", "Testnet"),
                    ("regtest", "Regtest"),
                ],
                db_default="",
                default="",
                help_text="Of which Bitcoin network it is",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="burned",
            field=tournaments.models.amounts.Amount(default=0),
        ),
        migrations.AddField(
            model_name="payout",
            name="forecaster",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="tournaments.forecaster",
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="stake",
            field=tournaments.models.amounts.Amount(default=0),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("house", "House"),
                    ("outside", "Outside"),
                    ("rollover", "Rollover"),
                    ("pool", "Pool"),
                    ("participant", "Participant"),
                    ("escrow", "Escrow"),
                    ("batch", "Batch"),
                ],
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("funding", "Funding"),
                    ("payout", "Payout"),
                    ("refund", "Refund"),
                    ("reversal", "Reversal"),
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                    ("stake", "Stake"),
                    ("unstake", "Unstake"),
                    ("collection", "Collection"),
                    ("sent", "Sent"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="currency",
            constraint=models.CheckConstraint(
                condition=models.Q(("network", ""), ("digits", 8), _connector="OR"),
                name="currency_in_satoshis",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                fields=("settlement", "participant", "forecaster"), name="payout_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("burned__gte", 0),
                    ("burned__lte", models.F("stake")),
                    models.Q(("burned", 0), ("amount", 0), _connector="OR"),
                ),
                name="payout_burns_its_stake",
            ),
        ),
        migrations.AddField(
            model_name="payoutaddress",
            name="currency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_addresses",
                to="tournaments.currency",
            ),
        ),
        migrations.AddField(
            model_name="payoutaddress",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_addresses",
                to="tournaments.participant",
            ),
        ),
        migrations.AddField(
            model_name="payoutaddress",
            name="registered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="collected",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batch_collected",
                to="tournaments.transaction",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="currency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_batches",
                to="tournaments.currency",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="ended",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batch_ended",
                to="tournaments.transaction",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="tournament",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_batches",
                to="tournaments.tournament",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="tournaments.payoutbatch",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("tournament", "kind", "participant", "round", "forecaster", "batch", "currency"),
                name="account_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", True),
                        ("kind", "participant"),
                        ("participant__isnull", False),
                        ("round__isnull", True),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", True),
                        ("kind", "pool"),
                        ("participant__isnull", True),
                        ("round__isnull", False),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", False),
                        ("kind", "escrow"),
                        ("participant__isnull", False),
                        ("round__isnull", False),
                    ),
                    models.Q(
                        ("batch__isnull", False),
                        ("forecaster__isnull", True),
                        ("kind", "batch"),
                        ("participant__isnull", True),
                        ("round__isnull", True),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", True),
                        ("kind", "house"),
                        ("participant__isnull", True),
                        ("round__isnull", True),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", True),
                        ("kind", "outside"),
                        ("participant__isnull", True),
                        ("round__isnull", True),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("forecaster__isnull", True),
                        ("kind", "rollover"),
                        ("participant__isnull", True),
                        ("round__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="account_of_one_thing",
            ),
        ),
        migrations.AddField(
            model_name="payoutitem",
            name="address",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="tournaments.payoutaddress",
            ),
        ),
        migrations.AddField(
            model_name="payoutitem",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="tournaments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutitem",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_items",
                to="tournaments.participant",
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="escrow",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="stake", to="tournaments.account"
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="forecaster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stakes",
                to="tournaments.forecaster",
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stakes", to="tournaments.round"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)),
                fields=("participant", "currency"),
                name="one_payout_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.UniqueConstraint(fields=("tournament", "number"), name="batch_number_once"),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("currency", "reference"),
                name="batch_reference_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended__isnull", True), ("reason", ""), ("reference", ""), ("state", "pending")
                    ),
                    models.Q(
                        ("ended__isnull", False),
                        ("reason", ""),
                        ("state", "sent"),
                        models.Q(("reference", ""), _negated=True),
                    ),
                    models.Q(
                        ("ended__isnull", False),
                        ("reference", ""),
                        ("state", "cancelled"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="batch_ended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gt", 0)), name="batch_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.UniqueConstraint(fields=("batch", "participant"), name="paid_once_in_a_batch"),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="item_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="stake",
            constraint=models.UniqueConstraint(fields=("round", "forecaster"), name="stake_once"),
        ),
        migrations.AddConstraint(
            model_name="stake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True),
                    models.Q(("confidence__gte", 1), ("confidence__lte", 1000000000)),
                    _connector="OR",
                ),
                name="confidence_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="stake",
            constraint=models.CheckConstraint(
                condition=models.Q(("locked__isnull", True), ("locked__gte", 0), _connector="OR"),
                name="locked_not_negative",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=KINDS, max_length=20), size=None
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
