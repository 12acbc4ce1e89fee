CREATE TABLE numbers (
    event_id text COLLATE "C" NOT NULL,
    at       int  NOT NULL,
    measure  text NOT NULL,
    party    text,
    low      int,
    best     int,
    high     int,
    known    int,
    PRIMARY KEY (event_id, at)
);

COMMENT ON COLUMN numbers.known IS 'best, else low, else high: what a threshold is held against';

CREATE INDEX numbers_by_measure ON numbers (measure, known);
