-- Which copies of the projections there are; each is a schema of its own, made and dropped whole.
-- depends:

-- migrate: apply

CREATE TABLE generations (
    number     int         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state      text        NOT NULL CHECK (state IN ('booting', 'ready', 'live', 'kept')),
    shape      text        NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    live_since timestamptz
);

COMMENT ON TABLE generations IS 'booting: filled by a rebuild; ready: caught up, and followed; live: answers; kept: has answered, and still follows.';
COMMENT ON COLUMN generations.number IS 'given once and never again: positions of a dropped one must not pass to another';
COMMENT ON COLUMN generations.shape IS 'SHA-256 of the statements that made its tables: another shape needs a rebuild';

CREATE UNIQUE INDEX generations_one_live ON generations (state) WHERE state = 'live';

-- migrate: rollback

DROP TABLE generations;
