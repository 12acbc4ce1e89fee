CREATE TABLE calendar (
    event_id text    COLLATE "C" NOT NULL,
    day      date    NOT NULL,
    country  text    NOT NULL,
    kind     text    NOT NULL,
    status   text    NOT NULL,
    exact    boolean NOT NULL,
    PRIMARY KEY (event_id, day, country)
);

COMMENT ON TABLE calendar IS 'Days of the events that are neither merged nor retracted; undated ones lie on none.';
COMMENT ON COLUMN calendar.country IS 'ISO 3166-1 alpha-2; empty where none is known';
COMMENT ON COLUMN calendar.exact IS 'false: the day is only the first of a longer time within which it happens';

CREATE INDEX calendar_by_day ON calendar (day, country, kind, event_id);
