-- name: found
-- A partition of a log that is new to this outbox gets its head, and its uuid.
INSERT INTO outbox_heads (topic, partition, log_uuid, next_seq)
SELECT topic, partition, log_uuid, 0 FROM unnest($1::text[], $2::int[], $3::text[]) AS new (topic, partition, log_uuid)
ORDER BY topic, partition
ON CONFLICT DO NOTHING
RETURNING topic, partition, log_uuid

-- name: append
-- The lock on a head is what makes its numbers dense: they are given and committed in one order, or not at all. `nth` counts the records of
-- one partition from 0; one whose partition has no head would have no number, which the table refuses. The relay is told in the same
-- question, and hears it once the transaction commits. What is relayed must not be forgotten, or its number would be given again: such a
-- transaction waits for the disk, also in a session that does not.
WITH numbered AS (
    UPDATE outbox_heads AS head SET next_seq = head.next_seq + more.records
    FROM (
        SELECT held.topic, held.partition, more.records
        FROM outbox_heads AS held
        JOIN (SELECT topic, partition, count(*) AS records FROM unnest($2::text[], $3::int[]) AS one (topic, partition) GROUP BY topic, partition) AS more
          ON held.topic = more.topic AND held.partition = more.partition
        ORDER BY held.topic, held.partition
        FOR UPDATE OF held
    ) AS more
    WHERE head.topic = more.topic AND head.partition = more.partition
    RETURNING head.topic, head.partition, head.next_seq - more.records AS first_seq, pg_notify($1, ''),
        CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
)
INSERT INTO outbox (topic, partition, seq, key, value, headers, timestamp_ms)
SELECT new.topic, new.partition, numbered.first_seq + new.nth, new.key, new.value, new.headers, new.timestamp_ms
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[], $8::bigint[])
     AS new (topic, partition, nth, key, value, headers, timestamp_ms)
LEFT JOIN numbered ON numbered.topic = new.topic AND numbered.partition = new.partition

-- name: waiting
-- The first rows of each partition, at most $1 and as many as fit into $2 bytes, and one at the least: rows may be large, and are held in
-- memory. `pending` is how many wait in all. Up to where some partitions were acknowledged is noted in the same question, as the next batch
-- would wait for another; what that moves is not seen by the rest of it, which counts it itself.
WITH sent AS (
    SELECT topic, partition, reached FROM unnest($3::text[], $4::int[], $5::bigint[]) AS sent (topic, partition, reached)
), moved AS (
    UPDATE outbox_heads AS head SET next_relayed = greatest(next_relayed, sent.reached)
    FROM sent WHERE head.topic = sent.topic AND head.partition = sent.partition
), gone AS (
    DELETE FROM outbox USING sent WHERE outbox.topic = sent.topic AND outbox.partition = sent.partition AND seq < reached
)
SELECT topic, partition, next_seq - next AS pending, seq, key, value, headers, timestamp_ms
FROM (
    SELECT topic, partition, next_seq, greatest(next_relayed, reached) AS next FROM outbox_heads LEFT JOIN sent USING (topic, partition)
) AS heads CROSS JOIN LATERAL (
    SELECT seq, key, value, headers, timestamp_ms, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY seq) AS bytes
    FROM outbox WHERE outbox.topic = heads.topic AND outbox.partition = heads.partition AND seq >= heads.next
    ORDER BY seq LIMIT $1
) AS batch
WHERE next < next_seq AND (bytes <= $2 OR seq = next)
ORDER BY topic, partition, seq

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
