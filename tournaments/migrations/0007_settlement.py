"""Settlements that say what they read, can be reversed and approved; proposals; the score of wagers.

Payouts become append-only. Of a settlement only its reversal is written later, once.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tournaments.models.amounts

GUARDS = """
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_payout
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();

CREATE FUNCTION settlement_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    later text[] := ARRAY['reversed_at', 'reversed_by_id', 'reverse_reason', 'reversal_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL
            AND to_jsonb(NEW) - later = to_jsonb(OLD) - later THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'settlement_frozen: settlement % is not changed; it can be reversed, once', OLD.id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER settlement_forward BEFORE UPDATE OR DELETE ON tournaments_settlement
    FOR EACH ROW EXECUTE FUNCTION settlement_forward();
"""
UNDO = """
DROP TRIGGER ledger_frozen ON tournaments_payout;
DROP TRIGGER settlement_forward ON tournaments_settlement;
DROP FUNCTION settlement_forward;
"""


class Migration(migrations.Migration):
    """What a settlement read and missed, its reversal and approval, proposals; payouts are never changed."""

    dependencies = [
        ("tournaments", "0006_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("pool", tournaments.models.amounts.Amount()),
                ("paid", tournaments.models.amounts.Amount()),
                ("rolled_over", tournaments.models.amounts.Amount()),
                ("proposed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("approved", "Approved"),
                            ("withdrawn", "Withdrawn"),
                            ("stale", "Stale"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="settlement",
            name="one_effective_settlement",
        ),
        migrations.AddField(
            model_name="payout",
            name="missed",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="payout",
            name="read",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="score",
            name="wager_units",
            field=models.BigIntegerField(help_text="The score that wagers go by, in 1e-9", null=True),
        ),
        migrations.AddField(
            model_name="settlement",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="inputs_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="settlement",
            name="parameters",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="settlement",
            name="reversal",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_settlement",
                to="tournaments.transaction",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="reverse_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="settlement",
            name="reversed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reversed_at__isnull", True)),
                fields=("round",),
                name="one_effective_settlement",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reversal__isnull", True), ("reverse_reason", ""), ("reversed_at__isnull", True)
                    ),
                    models.Q(("reversed_at__isnull", False), models.Q(("reverse_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="settlement_reversed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("committed_by")), _negated=True),
                    _connector="OR",
                ),
                name="settlement_by_two",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="tournaments.round"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="settlement",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="tournaments.settlement",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("round",), name="one_open_proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("settlement__isnull", False),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposal_approved_by_another",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
