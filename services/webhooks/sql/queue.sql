-- Filling the queue: in the follower's transaction, or in that of an address that reads the log for itself.

-- name: listeners
-- Who is told, and how many changes wait for each. None of them is removed before the transaction is over.
SELECT endpoint_id, wanted, (
    SELECT count(*) FROM deliveries AS open WHERE open.endpoint_id = endpoints.endpoint_id AND open.state IN ('waiting', 'sending')
) AS waiting
FROM endpoints WHERE $1::text IS NULL OR endpoint_id = $1 ORDER BY endpoint_id FOR KEY SHARE

-- name: positions
SELECT endpoint_id, topic, partition, first_offset, next_offset FROM positions WHERE (topic, partition) IN (
    SELECT * FROM unnest($1::text[], $2::int[]) AS asked (topic, partition)
)

-- name: told
SELECT endpoint_id, event_id FROM told WHERE event_id = ANY ($1::text[])

-- name: keep_messages
-- One that is there already is needed anew: whoever sweeps must not take it (see `sweep_messages`).
INSERT INTO messages (topic, partition, "offset", message_id, body)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::bytea[]) AS new (topic, partition, "offset", message_id, body)
ORDER BY 1, 2, 3
ON CONFLICT (topic, partition, "offset") DO UPDATE SET kept_at = now()

-- name: queue
-- The sender is told in the same question, and hears it once the transaction commits.
WITH queued AS (
    INSERT INTO deliveries (endpoint_id, topic, partition, "offset", event_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[]) AS new (endpoint_id, topic, partition, "offset", event_id)
    ON CONFLICT (endpoint_id, topic, partition, "offset") DO NOTHING
    RETURNING 1
)
SELECT count(*), pg_notify('webhooks_due', '') FROM queued

-- name: tell
INSERT INTO told (endpoint_id, event_id) SELECT * FROM unnest($1::text[], $2::text[]) AS new (endpoint_id, event_id) ON CONFLICT DO NOTHING

-- name: fall_behind
-- The queue of these addresses is full: from here on they read the log for themselves.
INSERT INTO positions (endpoint_id, topic, partition, first_offset, next_offset)
SELECT endpoint_id, topic, partition, 0, at FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) AS full_now (endpoint_id, topic, partition, at)
ORDER BY 1, 2, 3
ON CONFLICT (endpoint_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, next_seq = 0

-- name: begin
INSERT INTO positions (endpoint_id, topic, partition, first_offset, next_offset)
SELECT $1, topic, partition, at, at FROM unnest($2::text[], $3::int[], $4::bigint[]) AS start (topic, partition, at)

-- name: behind
-- Where addresses read for themselves, those with room first.
SELECT p.endpoint_id, p.topic, p.partition, p.next_offset, p.next_seq, e.wanted
FROM positions AS p
JOIN endpoints AS e USING (endpoint_id)
JOIN checkpoints AS c ON c.follower = $1 AND c.topic = p.topic AND c.partition = p.partition
WHERE p.next_offset <= c.next_offset AND (
    SELECT count(*) FROM deliveries AS open WHERE open.endpoint_id = p.endpoint_id AND open.state IN ('waiting', 'sending')
) < $2
ORDER BY p.endpoint_id, p.topic, p.partition

-- name: reached
-- How far the follower is; it waits with this partition until the transaction is over.
SELECT next_offset FROM checkpoints WHERE follower = $1 AND topic = $2 AND partition = $3 FOR SHARE

-- name: set_aside
-- What is in quarantine is told when it is redriven, what was given up never.
SELECT "offset" AS at FROM quarantined
WHERE follower = $1 AND topic = $2 AND partition = $3 AND "offset" >= $4 AND "offset" < $5

-- name: advance
-- A compare-and-swap: another process may have read the same stretch.
UPDATE positions SET next_offset = $5, next_seq = $6 WHERE endpoint_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4 RETURNING true
