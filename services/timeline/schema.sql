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
