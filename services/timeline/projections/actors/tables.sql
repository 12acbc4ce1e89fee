CREATE TABLE actors (
    event_id text    COLLATE "C" NOT NULL,
    at       int     NOT NULL,
    name     text    NOT NULL,
    folded   text    COLLATE "C" NOT NULL,
    type     text    NOT NULL,
    country  text,
    role     text    NOT NULL,
    stands   boolean NOT NULL,
    PRIMARY KEY (event_id, at)
);

COMMENT ON COLUMN actors.folded IS 'the name without case and accents';
COMMENT ON COLUMN actors.stands IS 'false: the event was merged away or retracted';

-- All that is asked of them, in order, so that the table itself is not read.
CREATE INDEX actors_by_name ON actors (folded, name, type, country, event_id, role) WHERE stands;
