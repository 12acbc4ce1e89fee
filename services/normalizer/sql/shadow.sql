-- A copy of what merging knows, in temporary tables that stand before the live ones for one session and end with it.

-- name: snapshot
-- {table} is a name of ours.
CREATE TEMPORARY TABLE {table} (LIKE normalizer.{table} INCLUDING ALL)

-- name: fill
INSERT INTO pg_temp.{table} SELECT * FROM normalizer.{table}

-- name: was
CREATE TEMPORARY TABLE was AS SELECT event_id, digest, state FROM pg_temp.events

-- name: look_at
ANALYZE pg_temp.{table}

-- name: was_index
ALTER TABLE pg_temp.was ADD PRIMARY KEY (event_id)

-- name: differing
SELECT event_id, was.state AS before, now.state AS after
FROM pg_temp.events AS now FULL JOIN pg_temp.was USING (event_id)
WHERE now.digest IS DISTINCT FROM was.digest ORDER BY event_id

-- name: living
SELECT count(*) FROM pg_temp.was WHERE state !~ '"merged_into":"' AND state !~ '"ruleset":"[^"]*","status":"retracted"'
