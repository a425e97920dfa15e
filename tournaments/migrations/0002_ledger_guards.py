"""What the database itself refuses, whoever asks: see the four functions. Source: DESIGN, Always true 1–3.

They are SECURITY DEFINER, so that the role `app`, which may only SELECT and INSERT here, can have an
account's row locked while its floor is checked. The entries of a transaction come in one statement.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ledger_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_stamp BEFORE INSERT ON tournaments_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_stamp();

CREATE FUNCTION ledger_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_frozen: % on % is not allowed; write a reversal', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();

CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT t.id INTO bad FROM added JOIN tournaments_transaction t ON t.id = added.transaction_id
        WHERE t.xid <> pg_current_xact_id()::text::bigint LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_late: transaction % is complete; it takes no more entries', bad.id
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT e.transaction_id AS id, e.currency, sum(e.amount) AS total INTO bad
        FROM tournaments_entry e WHERE e.transaction_id IN (SELECT transaction_id FROM added)
        GROUP BY e.transaction_id, e.currency HAVING sum(e.amount) <> 0 LIMIT 1;
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
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_balanced AFTER INSERT ON tournaments_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced();

CREATE FUNCTION ledger_floor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    balance numeric;
BEGIN
    -- In the order of ids, so that two transactions over the same accounts cannot deadlock. The sum is a
    -- statement of its own after the lock: under READ COMMITTED it sees what the former holder committed.
    FOR one IN SELECT id, floor FROM tournaments_account
        WHERE floor IS NOT NULL AND id IN (SELECT account_id FROM added) ORDER BY id FOR UPDATE
    LOOP
        SELECT sum(amount) INTO balance FROM tournaments_entry WHERE account_id = one.id;
        IF balance < one.floor THEN
            RAISE EXCEPTION 'ledger_floor: account % would hold %, below its floor %', one.id, balance, one.floor
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_floor AFTER INSERT ON tournaments_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_floor();

CREATE TRIGGER log_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();
CREATE TRIGGER log_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON tournaments_roundlog
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen();

ALTER TABLE tournaments_member ADD CONSTRAINT member_in_tournament
    FOREIGN KEY (participant_id, tournament_id) REFERENCES tournaments_participant (id, tournament_id);
"""

UNDO = """
ALTER TABLE tournaments_member DROP CONSTRAINT member_in_tournament;
DROP FUNCTION ledger_stamp, ledger_frozen, ledger_balanced, ledger_floor CASCADE;
"""


class Migration(migrations.Migration):
    """Triggers of the ledger and the logs, and the composite key of members."""

    dependencies = [("tournaments", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
