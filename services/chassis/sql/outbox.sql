-- name: found
-- A partition of a log that is new to this outbox gets its head, and its uuid.
INSERT INTO outbox_heads (topic, partition, log_uuid, next_seq)
SELECT topic, partition, log_uuid, 0 FROM unnest($1::text[], $2::int[], $3::text[]) AS new (topic, partition, log_uuid)
ORDER BY topic, partition
ON CONFLICT DO NOTHING
RETURNING topic, partition, log_uuid

-- name: number
-- The lock on a head is what makes its numbers dense: they are given and committed in one order, or not at all. The relay is told in the
-- same question, and hears it once the transaction commits.
UPDATE outbox_heads AS head SET next_seq = head.next_seq + more.records
FROM (
    SELECT held.topic, held.partition, more.records
    FROM outbox_heads AS held
    JOIN unnest($1::text[], $2::int[], $3::int[]) AS more (topic, partition, records)
      ON held.topic = more.topic AND held.partition = more.partition
    ORDER BY held.topic, held.partition
    FOR UPDATE OF held
) AS more
WHERE head.topic = more.topic AND head.partition = more.partition
RETURNING head.topic, head.partition, head.next_seq - more.records AS first_seq, pg_notify($4, '')

-- name: append
INSERT INTO outbox (topic, partition, seq, key, value, headers, timestamp_ms)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::bigint[])

-- name: backlog
SELECT topic, partition, next_relayed, next_seq - next_relayed AS pending FROM outbox_heads WHERE next_relayed < next_seq ORDER BY topic, partition

-- name: next_batch
-- As many as fit into so many bytes, and one at the least: rows may be large, and are held in memory.
SELECT seq, key, value, headers, timestamp_ms FROM (
    SELECT seq, key, value, headers, timestamp_ms, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY seq) AS bytes
    FROM outbox WHERE topic = $1 AND partition = $2 AND seq >= $3 ORDER BY seq LIMIT $4
) AS next
WHERE bytes <= $5 OR seq = $3 ORDER BY seq

-- name: relayed
WITH moved AS (
    UPDATE outbox_heads SET next_relayed = greatest(next_relayed, $3) WHERE topic = $1 AND partition = $2
)
DELETE FROM outbox WHERE topic = $1 AND partition = $2 AND seq < $3

-- name: pending
SELECT coalesce(sum(next_seq - next_relayed), 0)::bigint FROM outbox_heads

-- name: heads
SELECT topic, partition, next_seq FROM outbox_heads ORDER BY topic, partition

-- name: lease
-- One process relays at a time. A holder that falls silent loses the lease; what it may still send is dropped as a repeat.
INSERT INTO relay_lease AS held (one, holder, expires_at) VALUES (true, $1, now() + $2::interval)
ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE held.holder = excluded.holder OR held.expires_at < now()
RETURNING true

-- name: release
DELETE FROM relay_lease WHERE holder = $1
