CREATE FUNCTION moment(known text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF pg_current_snapshot()::text = known AND NOT pg_is_in_recovery() THEN
        RETURN NULL;

    END IF;

    RETURN (
        SELECT json_build_object('at', pg_current_snapshot()::text, 'present', coalesce(json_agg(present ORDER BY topic, partition), '[]'))
        FROM (
            SELECT g.number, c.topic, c.partition, c.next_offset, c.log_uuid,
                   ARRAY (SELECT q."offset" FROM quarantined AS q
                          WHERE q.follower = c.follower AND q.topic = c.topic AND q.partition = c.partition AND q.state <> 'given_up'
                          ORDER BY q."offset") AS waiting
            FROM generations AS g LEFT JOIN checkpoints AS c ON c.follower = 'timeline-g' || g.number
            WHERE g.state = 'live'
        ) AS present
    );

END
$$;

COMMENT ON FUNCTION moment(known text) IS 'how far the generation that answers has come, in which logs, and what of that waits in quarantine, in the snapshot of the statement that asks (stable: it has no other), which at names; null: just what was so in the snapshot known, whose name says so on all servers but replicas';

CREATE FUNCTION tell_moved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA, '');

    RETURN NULL;

END
$$;

COMMENT ON FUNCTION tell_moved() IS 'one notice a transaction, on the channel that is named as the schema';

CREATE TABLE generations (
    number integer NOT NULL,
    state text NOT NULL,
    shape text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    live_since timestamp with time zone,
    CONSTRAINT generations_state_check CHECK ((state = ANY (ARRAY['booting'::text, 'ready'::text, 'live'::text, 'kept'::text])))
);

COMMENT ON TABLE generations IS 'booting: filled by a rebuild; ready: caught up, and followed; live: answers; kept: has answered, and still follows.';

COMMENT ON COLUMN generations.number IS 'given once and never again: positions of a dropped one must not pass to another';

COMMENT ON COLUMN generations.shape IS 'SHA-256 of the statements that made its tables: another shape needs a rebuild';

ALTER TABLE generations ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME generations_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY generations
    ADD CONSTRAINT generations_pkey PRIMARY KEY (number);

CREATE UNIQUE INDEX generations_one_live ON generations USING btree (state) WHERE (state = 'live'::text);

CREATE TRIGGER generations_changed AFTER UPDATE ON generations FOR EACH STATEMENT EXECUTE FUNCTION tell_moved();
