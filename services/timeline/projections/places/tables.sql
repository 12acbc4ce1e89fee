CREATE TABLE places (
    event_id text             COLLATE "C" NOT NULL,
    at       int              NOT NULL,
    name     text             NOT NULL,
    folded   text             COLLATE "C" NOT NULL,
    country  text,
    lat      double precision,
    lon      double precision,
    role     text             NOT NULL,
    first    date,
    day      date             GENERATED ALWAYS AS (coalesce(first, 'infinity'::date)) STORED,
    PRIMARY KEY (event_id, at)
);

COMMENT ON COLUMN places.lat IS 'degrees, WGS 84; null where the place has none';
COMMENT ON COLUMN places.first IS 'the first day of the event; null: undated';
COMMENT ON COLUMN places.day IS 'the same, as events are sorted by it';

-- With the day, so that neither the table nor events that are not shown need be read to put events in order.
CREATE INDEX places_by_point ON places (lat, lon, day, event_id) WHERE lat IS NOT NULL;
CREATE INDEX places_by_name ON places (folded, day, event_id);
