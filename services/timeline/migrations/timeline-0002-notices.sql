-- Whoever waits for what is new is woken by the transaction that makes it visible, in whatever process; the notice says nothing but that.
-- depends: timeline-0001-generations

-- migrate: apply

CREATE FUNCTION tell_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA, '');
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION tell_moved() IS 'one notice a transaction, on the channel that is named as the schema';

CREATE TRIGGER checkpoints_moved AFTER UPDATE ON checkpoints FOR EACH STATEMENT EXECUTE FUNCTION tell_moved();
CREATE TRIGGER quarantined_changed AFTER DELETE OR UPDATE ON quarantined FOR EACH STATEMENT EXECUTE FUNCTION tell_moved();
CREATE TRIGGER generations_changed AFTER UPDATE ON generations FOR EACH STATEMENT EXECUTE FUNCTION tell_moved();

-- migrate: rollback

DROP TRIGGER generations_changed ON generations;
DROP TRIGGER quarantined_changed ON quarantined;
DROP TRIGGER checkpoints_moved ON checkpoints;
DROP FUNCTION tell_moved();
