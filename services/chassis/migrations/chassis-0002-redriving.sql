-- What was set aside can be tried again, or given up.
-- depends: chassis-0001-checkpoints-and-outbox

-- migrate: apply

ALTER TABLE quarantined ADD COLUMN state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'wanted', 'given_up'));

COMMENT ON COLUMN quarantined.state IS 'waiting: later records of its key wait with it; wanted: to be tried again; given_up: never to be applied, its key goes on';

CREATE INDEX quarantined_wanted ON quarantined (follower) WHERE state = 'wanted';

-- migrate: rollback

ALTER TABLE quarantined DROP COLUMN state;
