-- name: durable
-- This transaction waits for the disk, also in a session that does not; one that waits for more than that goes on doing so.
SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'

-- name: claim
-- Step 1: take ownership. Whoever held a smaller epoch can no longer commit.
INSERT INTO checkpoints AS held (follower, topic, partition, owner_epoch, next_offset, next_seq)
SELECT $1, topic, partition, 1, 0, 0 FROM unnest($2::text[], $3::int[]) AS asked (topic, partition)
ORDER BY topic, partition
ON CONFLICT (follower, topic, partition) DO UPDATE SET owner_epoch = held.owner_epoch + 1
RETURNING topic, partition, owner_epoch, next_offset, next_seq, log_uuid, last_digest

-- name: advance
-- Step 2: the compare-and-swap. Fewer rows than asked for: another owner has the rest.
UPDATE checkpoints AS held
SET next_offset = moved.next_offset, next_seq = moved.next_seq, log_uuid = moved.log_uuid, last_digest = moved.last_digest
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::bytea[])
     AS moved (topic, partition, owner_epoch, old_offset, next_offset, next_seq, log_uuid, last_digest)
WHERE held.follower = $1 AND held.topic = moved.topic AND held.partition = moved.partition
  AND held.owner_epoch = moved.owner_epoch AND held.next_offset = moved.old_offset
RETURNING held.topic, held.partition

-- name: positions
SELECT held.topic, held.partition, held.owner_epoch, held.next_offset
FROM checkpoints AS held
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) ON held.topic = asked.topic AND held.partition = asked.partition
WHERE held.follower = $1

-- name: waiting_keys
SELECT DISTINCT held.topic, held.partition, held.key
FROM quarantined AS held
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) ON held.topic = asked.topic AND held.partition = asked.partition
WHERE held.follower = $1 AND held.state <> 'given_up'

-- name: given_up
SELECT held.topic, held.partition, held."offset" AS at
FROM quarantined AS held
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) ON held.topic = asked.topic AND held.partition = asked.partition
WHERE held.follower = $1 AND held.state = 'given_up'

-- name: aside
-- How many wait, of all partitions; counting ends somewhere.
SELECT count(*) FROM (SELECT FROM quarantined WHERE follower = $1 AND state <> 'given_up' LIMIT $2) AS waiting

-- name: wanted
-- The keys of these partitions of which a record is to be tried again.
SELECT DISTINCT held.topic, held.partition, held.key
FROM quarantined AS held
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) ON held.topic = asked.topic AND held.partition = asked.partition
WHERE held.follower = $1 AND held.state = 'wanted' ORDER BY held.topic, held.partition, held.key LIMIT $4

-- name: of_key
SELECT "offset" AS at, state FROM quarantined WHERE follower = $1 AND topic = $2 AND partition = $3 AND key = $4 ORDER BY at

-- name: released
DELETE FROM quarantined WHERE follower = $1 AND topic = $2 AND partition = $3 AND key = $4 AND "offset" = ANY ($5::bigint[])

-- name: refused_again
UPDATE quarantined SET state = 'waiting', error = CASE WHEN "offset" = $5 THEN $6 ELSE error END
WHERE follower = $1 AND topic = $2 AND partition = $3 AND key = $4 AND state = 'wanted'

-- name: set_aside
INSERT INTO quarantined (follower, topic, partition, key, "offset", error)
SELECT $1, topic, partition, key, at, error FROM unnest($2::text[], $3::int[], $4::bytea[], $5::bigint[], $6::text[]) AS aside (topic, partition, key, at, error)
ON CONFLICT DO NOTHING
