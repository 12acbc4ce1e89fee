-- The checkpoint protocol's tables: each service has its own copy, in its own schema.
-- depends:

-- migrate: apply

CREATE TABLE checkpoints (
    follower    text   NOT NULL,
    topic       text   NOT NULL,
    partition   int    NOT NULL,
    owner_epoch bigint NOT NULL,
    next_offset bigint NOT NULL,
    next_seq    bigint NOT NULL,
    log_uuid    text,
    last_digest bytea,
    PRIMARY KEY (follower, topic, partition)
);

COMMENT ON TABLE checkpoints IS 'The last applied position of each follower, stored in the transaction that stores its effects.';
COMMENT ON COLUMN checkpoints.log_uuid IS 'from the genesis record; null for a topic that is no log';
COMMENT ON COLUMN checkpoints.last_digest IS 'SHA-256 of the record at next_offset - 1';

CREATE TABLE quarantined (
    follower  text   NOT NULL,
    topic     text   NOT NULL,
    partition int    NOT NULL,
    key       bytea  NOT NULL,
    "offset"  bigint NOT NULL,
    error     text   NOT NULL,
    PRIMARY KEY (follower, topic, partition, key, "offset")
);

COMMENT ON TABLE quarantined IS 'Records set aside; later records of the same key wait with them.';

CREATE TABLE outbox_heads (
    topic        text   NOT NULL,
    partition    int    NOT NULL,
    log_uuid     text   NOT NULL,
    next_seq     bigint NOT NULL,
    next_relayed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);

COMMENT ON TABLE outbox_heads IS 'One row a target partition; its lock is what numbers the outbox without gaps.';

CREATE TABLE outbox (
    topic        text   NOT NULL,
    partition    int    NOT NULL,
    seq          bigint NOT NULL,
    key          bytea  NOT NULL,
    value        bytea,
    headers      text   NOT NULL,
    timestamp_ms bigint NOT NULL,
    PRIMARY KEY (topic, partition, seq)
);

COMMENT ON COLUMN outbox.value IS 'null is a tombstone';
COMMENT ON COLUMN outbox.headers IS 'a JSON object of strings';

CREATE TABLE relay_lease (
    one        bool        PRIMARY KEY DEFAULT true CHECK (one),
    holder     text        NOT NULL,
    expires_at timestamptz NOT NULL
);

COMMENT ON TABLE relay_lease IS 'Which process publishes this outbox at present.';

-- migrate: rollback

DROP TABLE relay_lease;
DROP TABLE outbox;
DROP TABLE outbox_heads;
DROP TABLE quarantined;
DROP TABLE checkpoints;
