CREATE TABLE places (
    event_id text             COLLATE "C" NOT NULL,
    at       int              NOT NULL,
    name     text             NOT NULL,
    folded   text             COLLATE "C" NOT NULL,
    country  text,
    lat      double precision,
    lon      double precision,
    role     text             NOT NULL,
    PRIMARY KEY (event_id, at)
);

COMMENT ON COLUMN places.lat IS 'degrees, WGS 84; null where the place has none';

CREATE INDEX places_by_point ON places (lat, lon, event_id) WHERE lat IS NOT NULL;
CREATE INDEX places_by_name ON places (folded, event_id);
