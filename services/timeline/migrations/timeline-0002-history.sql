-- Every change of every event, as it was told.
-- depends: timeline-0001-events

-- migrate: apply

CREATE TABLE history (
    event_id    text        COLLATE "C" NOT NULL,
    revision    int         NOT NULL,
    change      text        NOT NULL,
    cause       jsonb       NOT NULL,
    merge_id    text,
    split_from  text,
    recorded_at timestamptz NOT NULL,
    state       jsonb       NOT NULL,
    topic       text        NOT NULL,
    partition   int         NOT NULL,
    "offset"    bigint      NOT NULL,
    PRIMARY KEY (event_id, revision)
);

COMMENT ON TABLE history IS 'One row a revision; never changed once written.';
COMMENT ON COLUMN history.recorded_at IS 'when Daybook knew it: log time of the record that caused this revision';

-- migrate: rollback

DROP TABLE history;
