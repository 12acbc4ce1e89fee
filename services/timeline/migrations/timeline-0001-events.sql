-- The present state of every event.
-- depends:

-- migrate: apply

CREATE TABLE events (
    event_id          text        COLLATE "C" PRIMARY KEY,
    kind              text        NOT NULL,
    revision          int         NOT NULL,
    status            text        NOT NULL,
    title             text        NOT NULL,
    when_start        date,
    when_end          date,
    when_precision    text        NOT NULL,
    when_order        date        GENERATED ALWAYS AS (coalesce(when_start, 'infinity'::date)) STORED,
    countries         text[]      NOT NULL,
    participants      text[]      NOT NULL,
    participant_terms text[]      NOT NULL,
    articles          int         NOT NULL,
    publishers        int         NOT NULL,
    lineages          int         NOT NULL,
    recorded_at       timestamptz NOT NULL,
    merged_into       text        COLLATE "C",
    state             jsonb       NOT NULL
);

COMMENT ON TABLE events IS 'One row an event, with its highest revision; all columns but state are there to ask by.';
COMMENT ON COLUMN events.when_start IS 'first day, local to the place; null: undated';
COMMENT ON COLUMN events.when_order IS 'sorts undated events last, and lets a row comparison use the index';
COMMENT ON COLUMN events.countries IS 'where it happens or may happen; ISO 3166-1 alpha-2';
COMMENT ON COLUMN events.participant_terms IS 'runs of whole words of the names, and country codes, folded: see terms.py';
COMMENT ON COLUMN events.recorded_at IS 'log time of the record that caused this revision';
COMMENT ON COLUMN events.state IS 'the whole CanonicalEvent';

CREATE INDEX events_by_day ON events (when_order, event_id);
CREATE INDEX events_by_kind_and_day ON events (kind, when_order, event_id);
CREATE INDEX events_by_country ON events USING gin (countries);
CREATE INDEX events_by_participant ON events USING gin (participant_terms);

-- migrate: rollback

DROP TABLE events;
