CREATE TABLE deliveries (
    delivery_id bigint NOT NULL,
    endpoint_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    sender text,
    leased_until timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    first_tried_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    status integer,
    error text,
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'delivered'::text, 'dead'::text, 'discarded'::text])))
);

COMMENT ON COLUMN deliveries.sender IS 'which process sends it at present, until its lease is over';

COMMENT ON COLUMN deliveries.first_tried_at IS 'the limit in time is counted from here';

ALTER TABLE deliveries ALTER COLUMN delivery_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME deliveries_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE endpoints (
    endpoint_id text NOT NULL,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    wanted text NOT NULL,
    state text DEFAULT 'unverified'::text NOT NULL,
    reason text,
    secret text NOT NULL,
    old_secret text,
    old_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    resting_until timestamp with time zone,
    served_at timestamp with time zone,
    CONSTRAINT endpoints_state_check CHECK ((state = ANY (ARRAY['unverified'::text, 'active'::text, 'paused'::text, 'gone'::text])))
);

COMMENT ON COLUMN endpoints.wanted IS 'a JSON object of filters';

COMMENT ON COLUMN endpoints.secret IS 'what deliveries are signed with: sealed by a key of the settings, or, as whsec_..., in the clear';

COMMENT ON COLUMN endpoints.old_secret IS 'the former one, kept in the same way';

COMMENT ON COLUMN endpoints.failures IS 'in a row, of whatever deliveries';

COMMENT ON COLUMN endpoints.served_at IS 'when deliveries were last taken from its queue: whoever waited longest is next';

CREATE TABLE messages (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    message_id text NOT NULL,
    body bytea NOT NULL,
    kept_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE messages IS 'What is posted, once for all addresses; kept while a delivery needs it.';

CREATE TABLE positions (
    endpoint_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint,
    next_seq bigint DEFAULT 0 NOT NULL
);

COMMENT ON COLUMN positions.first_offset IS 'where this address began: nothing before it is ever told';

COMMENT ON COLUMN positions.next_offset IS 'from here on it still has to read the log for itself; null: the follower tells it';

COMMENT ON COLUMN positions.next_seq IS 'while it reads for itself: what has a smaller number is a repeat';

CREATE TABLE told (
    endpoint_id text NOT NULL,
    event_id text NOT NULL
);

COMMENT ON TABLE told IS 'Of which events an address with filters has heard: it hears of them for ever, also once they fit no more.';

ALTER TABLE ONLY deliveries
    ADD CONSTRAINT deliveries_endpoint_id_topic_partition_offset_key UNIQUE (endpoint_id, topic, partition, "offset");

ALTER TABLE ONLY deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (delivery_id);

ALTER TABLE ONLY endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (endpoint_id);

ALTER TABLE ONLY messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (topic, partition, "offset");

ALTER TABLE ONLY positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (endpoint_id, topic, partition);

ALTER TABLE ONLY told
    ADD CONSTRAINT told_pkey PRIMARY KEY (endpoint_id, event_id);

CREATE INDEX deliveries_closed ON deliveries USING btree (changed_at) WHERE (state <> ALL (ARRAY['waiting'::text, 'sending'::text]));

CREATE INDEX deliveries_dead ON deliveries USING btree (endpoint_id) WHERE (state = 'dead'::text);

CREATE INDEX deliveries_of_event ON deliveries USING btree (endpoint_id, event_id, "offset") WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text]));

CREATE INDEX deliveries_of_message ON deliveries USING btree (topic, partition, "offset");

CREATE INDEX deliveries_open ON deliveries USING btree (endpoint_id, due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text]));

ALTER TABLE ONLY deliveries
    ADD CONSTRAINT deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES endpoints(endpoint_id) ON DELETE CASCADE;

ALTER TABLE ONLY deliveries
    ADD CONSTRAINT deliveries_topic_partition_offset_fkey FOREIGN KEY (topic, partition, "offset") REFERENCES messages(topic, partition, "offset");

ALTER TABLE ONLY positions
    ADD CONSTRAINT positions_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES endpoints(endpoint_id) ON DELETE CASCADE;

ALTER TABLE ONLY told
    ADD CONSTRAINT told_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES endpoints(endpoint_id) ON DELETE CASCADE;
