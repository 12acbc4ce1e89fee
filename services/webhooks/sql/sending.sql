-- Taking deliveries from the queue, and what came of them.

-- name: ready
-- Addresses with something due that nobody else is serving at this moment. Whoever holds the lock on an address is alone in taking from its
-- queue; what is taken is looked up afterwards, in a question of its own, and so sees what was taken before the lock was had.
SELECT endpoint_id FROM endpoints AS e
WHERE state = 'active' AND (resting_until IS NULL OR resting_until <= now()) AND EXISTS (
    SELECT FROM deliveries AS d
    WHERE d.endpoint_id = e.endpoint_id AND ((d.state = 'waiting' AND d.due_at <= now()) OR (d.state = 'sending' AND d.leased_until <= now()))
)
ORDER BY served_at NULLS FIRST LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED

-- name: take
-- The first open delivery of each event, if it is due; what follows it waits. An address that keeps failing gets one at a time.
WITH room AS (
    SELECT e.endpoint_id, e.url, e.secret, CASE WHEN e.old_until > now() THEN e.old_secret END AS old_secret,
        CASE WHEN e.failures >= $4 THEN 1 ELSE $3::int END - (
            SELECT count(*) FROM deliveries AS d WHERE d.endpoint_id = e.endpoint_id AND d.state = 'sending' AND d.leased_until > now()
        ) AS free
    FROM endpoints AS e WHERE e.endpoint_id = ANY ($1::text[])
), served AS (
    UPDATE endpoints SET served_at = clock_timestamp() WHERE endpoint_id = ANY ($1::text[])
), due AS (
    SELECT d.delivery_id, room.url, room.secret, room.old_secret FROM room, LATERAL (
        SELECT d.delivery_id FROM deliveries AS d
        WHERE d.endpoint_id = room.endpoint_id
          AND ((d.state = 'waiting' AND d.due_at <= now()) OR (d.state = 'sending' AND d.leased_until <= now()))
          AND NOT EXISTS (
              SELECT FROM deliveries AS earlier
              WHERE earlier.endpoint_id = d.endpoint_id AND earlier.event_id = d.event_id AND earlier."offset" < d."offset"
                AND earlier.state IN ('waiting', 'sending')
          )
        ORDER BY d.due_at, d.delivery_id LIMIT greatest(room.free, 0)
    ) AS d
    LIMIT $2
)
UPDATE deliveries AS d
SET state = 'sending', sender = $5, leased_until = now() + $6::interval, attempts = d.attempts + 1,
    first_tried_at = coalesce(d.first_tried_at, now()), changed_at = now()
FROM due, messages AS m
WHERE d.delivery_id = due.delivery_id AND m.topic = d.topic AND m.partition = d.partition AND m."offset" = d."offset"
RETURNING d.delivery_id, d.endpoint_id, d.event_id, d.attempts, extract(epoch FROM now() - d.first_tried_at)::float8 AS age,
    m.message_id, m.body, due.url, due.secret, due.old_secret

-- name: record
-- Only by whoever holds the lease, and of the attempt that it was: another process may have taken over meanwhile.
UPDATE deliveries AS d
SET state = r.state, due_at = now() + r.wait * interval '1 second', sender = NULL, leased_until = NULL, changed_at = now(),
    status = r.status, error = r.error
FROM unnest($2::bigint[], $3::int[], $4::text[], $5::float8[], $6::int[], $7::text[]) AS r (delivery_id, attempts, state, wait, status, error)
WHERE d.delivery_id = r.delivery_id AND d.attempts = r.attempts AND d.sender = $1 AND d.state = 'sending'

-- name: record_taken
-- The same where all is well, in one question.
WITH calmed AS (
    UPDATE endpoints SET failures = 0, failing_since = NULL WHERE endpoint_id = ANY ($5::text[]) AND failures > 0
)
UPDATE deliveries AS d
SET state = 'delivered', sender = NULL, leased_until = NULL, changed_at = now(), status = r.status, error = NULL
FROM unnest($2::bigint[], $3::int[], $4::int[]) AS r (delivery_id, attempts, status)
WHERE d.delivery_id = r.delivery_id AND d.attempts = r.attempts AND d.sender = $1 AND d.state = 'sending'

-- name: judge
-- What so many answers say of their address. One that has failed $6 times in a row and says nothing is left alone for $7 seconds, for twice as
-- long after each further failure, and $8 at most: waiting for it takes a place that others need, and however much is queued it takes little of it.
UPDATE endpoints AS e
SET failures = CASE WHEN r.taken THEN 0 ELSE e.failures + r.failed END,
    failing_since = CASE WHEN r.taken THEN NULL ELSE coalesce(e.failing_since, now()) END,
    resting_until = greatest(e.resting_until, now() + interval '1 second' * CASE
        WHEN r.taken OR NOT r.silent OR e.failures + r.failed < $6::int THEN r.rest
        ELSE greatest(r.rest, least($7::float8 * power(2, least(e.failures + r.failed - $6, 30)), $8))
    END)
FROM unnest($1::text[], $2::bool[], $3::int[], $4::float8[], $5::bool[]) AS r (endpoint_id, taken, failed, rest, silent)
WHERE e.endpoint_id = r.endpoint_id

-- name: gone
UPDATE endpoints SET state = 'gone', reason = 'it answered 410: nothing is to be delivered there any more'
WHERE endpoint_id = ANY ($1::text[]) AND state = 'active' RETURNING endpoint_id

-- name: give_in
-- Only those at which something has failed just now: of the others nothing has been tried since.
UPDATE endpoints SET state = 'paused', reason = 'every delivery has failed since ' || to_char(failing_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
WHERE endpoint_id = ANY ($2::text[]) AND state = 'active' AND failing_since < now() - $1::interval RETURNING endpoint_id, reason

-- name: calm
-- Where nothing is open any more, nothing goes on failing: what fails next begins anew.
UPDATE endpoints AS e SET failing_since = NULL
WHERE e.endpoint_id = ANY ($1::text[]) AND failing_since IS NOT NULL AND NOT EXISTS (
    SELECT FROM deliveries AS d WHERE d.endpoint_id = e.endpoint_id AND d.state IN ('waiting', 'sending')
)

-- name: let_go
-- What this process has under way goes back: it stops, and nobody need wait for the lease to end.
UPDATE deliveries SET state = 'waiting', sender = NULL, leased_until = NULL WHERE sender = $1 AND state = 'sending'

-- name: standing
SELECT (SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')) AS waiting,
    (SELECT count(*) FROM deliveries WHERE state = 'dead') AS dead,
    (SELECT count(*) FROM positions WHERE next_offset IS NOT NULL) AS behind

-- name: states
SELECT state, count(*) AS endpoints FROM endpoints GROUP BY state

-- name: sweep_deliveries
DELETE FROM deliveries WHERE delivery_id IN (
    SELECT delivery_id FROM deliveries
    WHERE (state IN ('delivered', 'discarded') AND changed_at < now() - $1::interval) OR (state = 'dead' AND changed_at < now() - $2::interval)
    LIMIT $3
)

-- name: sweep_messages
-- One that is queued again at this moment has been touched (see `keep_messages`): the second look at `kept_at`, once its lock is had, leaves it.
DELETE FROM messages AS m WHERE (m.topic, m.partition, m."offset") IN (
    SELECT topic, partition, "offset" FROM messages WHERE kept_at < now() - interval '1 minute' AND NOT EXISTS (
        SELECT FROM deliveries AS d WHERE d.topic = messages.topic AND d.partition = messages.partition AND d."offset" = messages."offset"
    ) LIMIT $1
) AND m.kept_at < now() - interval '1 minute'
