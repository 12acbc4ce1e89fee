-- name: lock
-- Whoever makes, drops or puts live a generation does so alone.
SELECT pg_advisory_xact_lock(hashtext('daybook generations'))

-- name: alone
-- One rebuild at a time; whoever is killed lets go by that.
SELECT pg_try_advisory_lock(hashtext('daybook rebuild'))

-- name: all
SELECT number, state, shape FROM timeline.generations ORDER BY number

-- name: found
INSERT INTO timeline.generations (state, shape) VALUES ('booting', $1)
RETURNING number, state, shape

-- name: take_over_given_up
-- What an operator gave up in the copy that answers is given up in a new one from the start.
INSERT INTO timeline.quarantined (follower, topic, partition, key, "offset", error, state)
SELECT $1, topic, partition, key, "offset", error, q.state
FROM timeline.quarantined AS q JOIN timeline.generations AS g ON q.follower = 'timeline-g' || g.number
WHERE g.state = 'live' AND q.state = 'given_up'

-- name: ready
UPDATE timeline.generations SET state = 'ready' WHERE number = $1 AND state = 'booting'

-- name: step_back
UPDATE timeline.generations SET state = 'kept' WHERE state = 'live'

-- name: put_live
UPDATE timeline.generations SET state = 'live', live_since = now() WHERE number = $1

-- name: forget
DELETE FROM timeline.generations WHERE number = $1

-- name: forget_positions
DELETE FROM timeline.checkpoints WHERE follower = $1

-- name: forget_refused
DELETE FROM timeline.quarantined WHERE follower = $1

-- name: hold_positions
-- Nobody moves these until the transaction ends.
SELECT follower, topic, partition, next_offset FROM timeline.checkpoints WHERE follower = ANY ($1::text[]) ORDER BY follower, topic, partition FOR UPDATE

-- name: positions
SELECT topic, partition, next_offset FROM timeline.checkpoints WHERE follower = $1 ORDER BY topic, partition

-- name: last_live
-- The one that answered before the one that answers.
SELECT number, state, shape FROM timeline.generations WHERE state = 'kept' AND live_since IS NOT NULL ORDER BY live_since DESC LIMIT 1
