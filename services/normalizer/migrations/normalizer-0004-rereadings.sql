-- What was read can be read again, by another ruleset.
-- depends: normalizer-0003-spans

-- migrate: apply

ALTER TABLE readings ADD COLUMN rereading int NOT NULL DEFAULT 0;

COMMENT ON COLUMN readings.rereading IS 'which rereading of this revision counts; 0: as first read';

-- migrate: rollback

ALTER TABLE readings DROP COLUMN rereading;
