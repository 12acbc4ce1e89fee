-- Orders to read the articles again, which the normalizer itself carries out.
-- depends: normalizer-0004-rereadings

-- migrate: apply

CREATE TABLE rereadings (
    number     int         PRIMARY KEY,
    ruleset    text        NOT NULL,
    until      text        NOT NULL,
    ordered_at timestamptz NOT NULL,
    state      text        NOT NULL DEFAULT 'ordered' CHECK (state IN ('ordered', 'begun', 'done')),
    articles   bigint      NOT NULL DEFAULT 0,
    readings   bigint      NOT NULL DEFAULT 0,
    unreadable bigint      NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX rereadings_one_at_a_time ON rereadings ((true)) WHERE state <> 'done';

COMMENT ON TABLE rereadings IS 'What an operator has ordered to be read again; carried out by a normalizer that reads by that ruleset.';
COMMENT ON COLUMN rereadings.until IS 'a JSON object: of each partition of the articles, the offset before which they are read again';
COMMENT ON COLUMN rereadings.ordered_at IS 'the log time of all that follows from it';
COMMENT ON COLUMN rereadings.readings IS 'how many differed from what was known, and were published';

-- migrate: rollback

DROP TABLE rereadings;
