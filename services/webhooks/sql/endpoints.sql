-- What the API asks.

-- name: add
INSERT INTO endpoints (endpoint_id, url, description, wanted, secret) VALUES ($1, $2, $3, $4, $5)

-- name: count
SELECT count(*) FROM endpoints

-- name: some
SELECT e.endpoint_id, e.url, e.description, e.wanted, e.state, e.reason, e.created_at, e.failures, e.failing_since, e.resting_until, e.old_until,
    (SELECT count(*) FROM deliveries AS d WHERE d.endpoint_id = e.endpoint_id AND d.state IN ('waiting', 'sending')) AS waiting,
    (SELECT count(*) FROM deliveries AS d WHERE d.endpoint_id = e.endpoint_id AND d.state = 'dead') AS dead,
    (SELECT count(*) FROM positions AS p WHERE p.endpoint_id = e.endpoint_id AND p.next_offset IS NOT NULL) AS behind
FROM endpoints AS e WHERE $1::text IS NULL OR e.endpoint_id = $1 ORDER BY e.created_at, e.endpoint_id

-- name: secrets
SELECT state, url, secret, CASE WHEN old_until > now() THEN old_secret END AS old_secret FROM endpoints WHERE endpoint_id = $1

-- name: held
-- Nobody else changes it until the transaction is over; whoever tells it something need not wait for that.
SELECT url, description, wanted FROM endpoints WHERE endpoint_id = $1 FOR NO KEY UPDATE

-- name: change
UPDATE endpoints SET url = $2, description = $3, wanted = $4,
    state = CASE WHEN url <> $2 THEN 'unverified' ELSE state END, reason = CASE WHEN url <> $2 THEN NULL ELSE reason END
WHERE endpoint_id = $1

-- name: remove
DELETE FROM endpoints WHERE endpoint_id = $1

-- name: pause
UPDATE endpoints SET state = 'paused', reason = 'as was asked' WHERE endpoint_id = $1 AND state = 'active'

-- name: start
-- Its deliveries are due at once, and their limit in time begins anew. $2: the url that took a ping, if it is still the one that has to take
-- it; or null, to resume one that took its ping before. What another process changed meanwhile is not undone.
WITH started AS (
    UPDATE endpoints SET state = 'active', reason = NULL, failures = 0, failing_since = NULL, resting_until = NULL
    WHERE endpoint_id = $1 AND CASE WHEN $2::text IS NULL THEN state <> 'unverified' ELSE state = 'unverified' AND url = $2 END
    RETURNING endpoint_id
), due AS (
    UPDATE deliveries SET due_at = now(), first_tried_at = NULL WHERE endpoint_id IN (SELECT endpoint_id FROM started) AND state = 'waiting'
)
SELECT endpoint_id FROM started

-- name: not_verified
UPDATE endpoints SET reason = $3 WHERE endpoint_id = $1 AND url = $2 AND state = 'unverified'

-- name: rotate
UPDATE endpoints SET old_secret = secret, old_until = now() + $3::interval, secret = $2 WHERE endpoint_id = $1

-- name: deliveries
SELECT d.delivery_id, m.message_id, d.event_id, d.topic, d.partition, d."offset", d.state, d.attempts, d.due_at, d.changed_at, d.status, d.error
FROM deliveries AS d JOIN messages AS m USING (topic, partition, "offset")
WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.state = $2) AND d.delivery_id < $3 ORDER BY d.delivery_id DESC LIMIT $4

-- name: redeliver
-- $2: one delivery, or all that are dead.
UPDATE deliveries SET state = 'waiting', due_at = now(), first_tried_at = NULL, changed_at = now()
WHERE endpoint_id = $1 AND (delivery_id = $2 OR ($2::bigint IS NULL AND state = 'dead')) AND state IN ('dead', 'delivered', 'discarded', 'waiting')
RETURNING delivery_id, pg_notify('webhooks_due', '')

-- name: discard
UPDATE deliveries SET state = 'discarded', changed_at = now()
WHERE endpoint_id = $1 AND (delivery_id = $2 OR ($2::bigint IS NULL AND state = 'dead')) AND state IN ('dead', 'waiting')
RETURNING delivery_id
