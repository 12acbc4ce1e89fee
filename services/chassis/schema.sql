CREATE TABLE checkpoints (
    follower text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    owner_epoch bigint NOT NULL,
    next_offset bigint NOT NULL,
    next_seq bigint NOT NULL,
    log_uuid text,
    last_digest bytea
);

COMMENT ON TABLE checkpoints IS 'The last applied position of each follower, stored in the transaction that stores its effects.';

COMMENT ON COLUMN checkpoints.log_uuid IS 'from the genesis record; null for a topic that is no log';

COMMENT ON COLUMN checkpoints.last_digest IS 'SHA-256 of the record at next_offset - 1';

CREATE TABLE outbox (
    topic text NOT NULL,
    partition integer NOT NULL,
    seq bigint NOT NULL,
    key bytea NOT NULL,
    value bytea,
    headers text NOT NULL,
    timestamp_ms bigint NOT NULL
);

COMMENT ON COLUMN outbox.value IS 'null is a tombstone';

COMMENT ON COLUMN outbox.headers IS 'a JSON object of strings';

CREATE TABLE outbox_heads (
    topic text NOT NULL,
    partition integer NOT NULL,
    log_uuid text NOT NULL,
    next_seq bigint NOT NULL,
    next_relayed bigint DEFAULT 0 NOT NULL
);

COMMENT ON TABLE outbox_heads IS 'One row a target partition; its lock is what numbers the outbox without gaps.';

CREATE TABLE quarantined (
    follower text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    key bytea NOT NULL,
    "offset" bigint NOT NULL,
    error text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    CONSTRAINT quarantined_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'wanted'::text, 'given_up'::text])))
);

COMMENT ON TABLE quarantined IS 'Records set aside; later records of the same key wait with them.';

COMMENT ON COLUMN quarantined.state IS 'waiting: later records of its key wait with it; wanted: to be tried again; given_up: never to be applied, its key goes on';

CREATE TABLE relay_lease (
    one boolean DEFAULT true NOT NULL,
    holder text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT relay_lease_one_check CHECK (one)
);

COMMENT ON TABLE relay_lease IS 'Which process publishes this outbox at present.';

ALTER TABLE ONLY checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (follower, topic, partition);

ALTER TABLE ONLY outbox_heads
    ADD CONSTRAINT outbox_heads_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (topic, partition, seq);

ALTER TABLE ONLY quarantined
    ADD CONSTRAINT quarantined_pkey PRIMARY KEY (follower, topic, partition, key, "offset");

ALTER TABLE ONLY relay_lease
    ADD CONSTRAINT relay_lease_pkey PRIMARY KEY (one);

CREATE INDEX quarantined_wanted ON quarantined USING btree (follower) WHERE (state = 'wanted'::text);
