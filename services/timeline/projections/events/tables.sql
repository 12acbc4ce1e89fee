-- Every revision of every event, and for how long it was the last one known. The present is what nothing has followed yet.
CREATE TABLE events (
    event_id          text        COLLATE "C" NOT NULL,
    revision          int         NOT NULL,
    change            text        NOT NULL,
    cause             jsonb       NOT NULL,
    merge_id          text,
    split_from        text,
    recorded_at       timestamptz NOT NULL,
    known_at          timestamptz NOT NULL,
    known_until       timestamptz NOT NULL DEFAULT 'infinity',
    topic             text        NOT NULL,
    partition         int         NOT NULL,
    "offset"          bigint      NOT NULL,
    offset_until      bigint      NOT NULL DEFAULT 9223372036854775807,
    kind              text        NOT NULL,
    status            text        NOT NULL,
    title             text        NOT NULL,
    when_start        date,
    when_end          date,
    when_precision    text        NOT NULL,
    when_order        date        GENERATED ALWAYS AS (coalesce(when_start, 'infinity'::date)) STORED,
    countries         text[]      NOT NULL,
    participant_terms text[]      NOT NULL,
    articles          int         NOT NULL,
    publishers        int         NOT NULL,
    lineages          int         NOT NULL,
    merged_into       text        COLLATE "C",
    state             bytea       NOT NULL,
    PRIMARY KEY (event_id, revision)
);

-- It comes packed: there is nothing to compress (docs/adr/0021).
ALTER TABLE events ALTER COLUMN state SET STORAGE EXTERNAL;
-- What nothing is asked by, no plan is made by; to look through it took half of what ANALYZE takes.
ALTER TABLE events
    ALTER COLUMN change SET STATISTICS 0,
    ALTER COLUMN cause SET STATISTICS 0,
    ALTER COLUMN merge_id SET STATISTICS 0,
    ALTER COLUMN split_from SET STATISTICS 0,
    ALTER COLUMN recorded_at SET STATISTICS 0,
    ALTER COLUMN title SET STATISTICS 0,
    ALTER COLUMN when_precision SET STATISTICS 0,
    ALTER COLUMN articles SET STATISTICS 0,
    ALTER COLUMN publishers SET STATISTICS 0,
    ALTER COLUMN state SET STATISTICS 0;

COMMENT ON TABLE events IS 'One row a revision; all columns but state are there to ask by.';
COMMENT ON COLUMN events.recorded_at IS 'log time of the record that caused this revision';
COMMENT ON COLUMN events.known_at IS 'since when it was the last one known: recorded_at, and never before an earlier revision';
COMMENT ON COLUMN events.known_until IS 'when the next revision became known; infinity: it is the last one';
COMMENT ON COLUMN events.offset_until IS 'offset of the next revision, which is of the same partition';
COMMENT ON COLUMN events.when_start IS 'first day, local to the place; null: undated';
COMMENT ON COLUMN events.when_order IS 'sorts undated events last, and lets a row comparison use the index';
COMMENT ON COLUMN events.countries IS 'where it happens or may happen; ISO 3166-1 alpha-2';
COMMENT ON COLUMN events.participant_terms IS 'runs of whole words of the names, and country codes, folded: see terms.py';
COMMENT ON COLUMN events.state IS 'the whole CanonicalEvent, as JSON in a frame of Zstandard';

CREATE INDEX events_present ON events (event_id) WHERE known_until = 'infinity';
CREATE INDEX events_by_day ON events (when_order, event_id) WHERE known_until = 'infinity';
CREATE INDEX events_by_kind_and_day ON events (kind, when_order, event_id) WHERE known_until = 'infinity';
CREATE INDEX events_by_status_and_day ON events (status, when_order, event_id) WHERE known_until = 'infinity';
CREATE INDEX events_that_last ON events (when_order, when_end) WHERE when_end - when_start > 31;
CREATE INDEX events_by_country ON events USING gin (countries) WHERE known_until = 'infinity';
CREATE INDEX events_by_participant ON events USING gin (participant_terms) WHERE known_until = 'infinity';
CREATE INDEX events_by_place_in_log ON events (topic, partition, "offset");
CREATE INDEX events_by_time_known ON events (known_at, event_id);
