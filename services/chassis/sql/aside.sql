-- Asked by an administrator, across the schemas of all services; {schema} is a name of ours.

-- name: list
SELECT follower, topic, partition, "offset" AS at, key, state, error FROM {schema}.quarantined
WHERE ($1::text IS NULL OR topic = $1) AND ($2::int IS NULL OR partition = $2) AND ($3::bigint IS NULL OR "offset" = $3)
ORDER BY topic, partition, at, follower LIMIT $4

-- name: count
SELECT count(*) FROM {schema}.quarantined

-- name: want
-- All that waits of the key: a record is applied only after the earlier ones of its key.
UPDATE {schema}.quarantined AS held SET state = 'wanted' FROM (
    SELECT DISTINCT follower, topic, partition, key FROM {schema}.quarantined WHERE topic = $1 AND partition = $2 AND "offset" = $3
) AS asked
WHERE held.follower = asked.follower AND held.topic = asked.topic AND held.partition = asked.partition AND held.key = asked.key
  AND held.state = 'waiting'

-- name: give_up
UPDATE {schema}.quarantined SET state = 'given_up' WHERE topic = $1 AND partition = $2 AND "offset" = $3

-- name: siblings
SELECT DISTINCT held."offset" AS at FROM {schema}.quarantined AS held
JOIN {schema}.quarantined AS asked USING (follower, topic, partition, key)
WHERE asked.topic = $1 AND asked.partition = $2 AND asked."offset" = $3 AND held.state = 'waiting' ORDER BY at
