-- What a generation has of each event: the one guard against repeats and against the past, for all projections.
CREATE TABLE heads (
    event_id text        COLLATE "C" PRIMARY KEY,
    revision int         NOT NULL,
    known_at timestamptz NOT NULL
) WITH (fillfactor = 70);

COMMENT ON COLUMN heads.known_at IS 'when its last revision became known: log time, and never before that of an earlier revision';
