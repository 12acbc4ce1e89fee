-- Who is told of changes, how far each has been told, and what is still to be delivered.
-- depends:

-- migrate: apply

CREATE TABLE endpoints (
    endpoint_id   text        PRIMARY KEY,
    url           text        NOT NULL,
    description   text        NOT NULL DEFAULT '',
    wanted        text        NOT NULL,
    state         text        NOT NULL DEFAULT 'unverified' CHECK (state IN ('unverified', 'active', 'paused', 'gone')),
    reason        text,
    secret        text        NOT NULL,
    old_secret    text,
    old_until     timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    failures      int         NOT NULL DEFAULT 0,
    failing_since timestamptz,
    resting_until timestamptz,
    served_at     timestamptz
);

COMMENT ON COLUMN endpoints.wanted IS 'a JSON object of filters';
COMMENT ON COLUMN endpoints.secret IS 'in the clear: each delivery is signed with it';
COMMENT ON COLUMN endpoints.failures IS 'in a row, of whatever deliveries';
COMMENT ON COLUMN endpoints.served_at IS 'when deliveries were last taken from its queue: whoever waited longest is next';

CREATE TABLE positions (
    endpoint_id  text   NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    topic        text   NOT NULL,
    partition    int    NOT NULL,
    first_offset bigint NOT NULL,
    next_offset  bigint,
    next_seq     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint_id, topic, partition)
);

COMMENT ON COLUMN positions.first_offset IS 'where this address began: nothing before it is ever told';
COMMENT ON COLUMN positions.next_offset IS 'from here on it still has to read the log for itself; null: the follower tells it';
COMMENT ON COLUMN positions.next_seq IS 'while it reads for itself: what has a smaller number is a repeat';

CREATE TABLE told (
    endpoint_id text NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    event_id    text NOT NULL,
    PRIMARY KEY (endpoint_id, event_id)
);

COMMENT ON TABLE told IS 'Of which events an address with filters has heard: it hears of them for ever, also once they fit no more.';

CREATE TABLE messages (
    topic      text        NOT NULL,
    partition  int         NOT NULL,
    "offset"   bigint      NOT NULL,
    message_id text        NOT NULL,
    body       bytea       NOT NULL,
    kept_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);

COMMENT ON TABLE messages IS 'What is posted, once for all addresses; kept while a delivery needs it.';

CREATE TABLE deliveries (
    delivery_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id    text        NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    topic          text        NOT NULL,
    partition      int         NOT NULL,
    "offset"       bigint      NOT NULL,
    event_id       text        NOT NULL,
    state          text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'dead', 'discarded')),
    due_at         timestamptz NOT NULL DEFAULT now(),
    sender         text,
    leased_until   timestamptz,
    attempts       int         NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    changed_at     timestamptz NOT NULL DEFAULT now(),
    status         int,
    error          text,
    UNIQUE (endpoint_id, topic, partition, "offset"),
    FOREIGN KEY (topic, partition, "offset") REFERENCES messages
);

CREATE INDEX deliveries_open ON deliveries (endpoint_id, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_of_event ON deliveries (endpoint_id, event_id, "offset") WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_of_message ON deliveries (topic, partition, "offset");
CREATE INDEX deliveries_closed ON deliveries (changed_at) WHERE state NOT IN ('waiting', 'sending');
CREATE INDEX deliveries_dead ON deliveries (endpoint_id) WHERE state = 'dead';

COMMENT ON COLUMN deliveries.sender IS 'which process sends it at present, until its lease is over';
COMMENT ON COLUMN deliveries.first_tried_at IS 'the limit in time is counted from here';

-- migrate: rollback

DROP TABLE deliveries;
DROP TABLE messages;
DROP TABLE told;
DROP TABLE positions;
DROP TABLE endpoints;
