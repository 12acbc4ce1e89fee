-- name: latest
-- The last revision that anything is known of, of each of these articles.
SELECT article_id, max(revision) AS revision FROM readings WHERE article_id = ANY ($1::text[]) GROUP BY article_id

-- name: known
SELECT article_id, kind, revision, article, sentences, spans
FROM readings JOIN unnest($1::text[], $2::text[]) AS asked (article_id, kind) USING (article_id, kind)

-- name: known_mentions
SELECT article_id, kind, event_id, mention
FROM told JOIN unnest($1::text[], $2::text[]) AS asked (article_id, kind) USING (article_id, kind)
WHERE present ORDER BY mention_id

-- name: merged_by
-- By which rules of merging living events were composed. The two fields stand side by side near the beginning of each state; in a title the
-- quotation marks would be escaped.
SELECT event_id, substring(state from '"ruleset":"([^"]*)","status":"(?!retracted)') AS ruleset FROM events WHERE event_id = ANY ($1::text[])

-- name: reached
-- How far the articles were read, how far the outbox is numbered, and how far that is merged, all at one moment.
SELECT
    (SELECT coalesce(json_object_agg(partition, next_offset), '{}') FROM checkpoints WHERE follower = 'normalizer-reader' AND topic = $1) AS read,
    (SELECT coalesce(json_object_agg(topic, next_seq), '{}') FROM outbox_heads WHERE topic = ANY ($2::text[])) AS numbered,
    (SELECT coalesce(json_object_agg(topic, next_seq), '{}') FROM checkpoints WHERE follower = 'normalizer-merger' AND topic = ANY ($2::text[])) AS merged,
    (SELECT coalesce(json_object_agg(topic || '-' || partition, next_seq), '{}') FROM outbox_heads WHERE topic = ANY ($3::text[])) AS events

-- name: under_way
SELECT number, ruleset, until, ordered_at, state, articles, readings, unreadable FROM rereadings WHERE state <> 'done'

-- name: of_number
SELECT number, ruleset, until, ordered_at, state, articles, readings, unreadable FROM rereadings WHERE number = $1

-- name: next_number
SELECT coalesce(max(number), 0) + 1 FROM rereadings

-- name: order
INSERT INTO rereadings (number, ruleset, until, ordered_at) VALUES ($1, $2, $3, $4)

-- name: withdraw
DELETE FROM rereadings WHERE number = $1 AND state = 'ordered' RETURNING number

-- name: take
-- One process carries it out; if its session ends, the next one may.
SELECT pg_try_advisory_lock(hashtext('daybook rereading'))

-- name: taken
-- Whether a process is at it. A lock of one number is shown as its two halves.
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32 | objid::bigint) = hashtext('daybook rereading')
)

-- name: begin
UPDATE rereadings SET state = 'begun' WHERE number = $1 AND state = 'ordered'

-- name: given_up_before
-- What an operator gave up of the articles holds up nothing here either.
INSERT INTO quarantined (follower, topic, partition, key, "offset", error, state)
SELECT $1, topic, partition, key, "offset", error, state FROM quarantined
WHERE follower = 'normalizer-reader' AND topic = $2 AND state = 'given_up'
ON CONFLICT DO NOTHING

-- name: given_up
SELECT partition, "offset" AS at FROM quarantined WHERE follower = 'normalizer-reader' AND topic = $1 AND state = 'given_up'

-- name: note
UPDATE rereadings SET articles = articles + $2, readings = readings + $3, unreadable = unreadable + $4 WHERE number = $1

-- name: progress
SELECT coalesce(sum(next_offset), 0)::bigint FROM checkpoints WHERE follower = $1

-- name: done
UPDATE rereadings SET state = 'done' WHERE number = $1

-- name: forget_positions
DELETE FROM checkpoints WHERE follower = $1

-- name: forget_refused
DELETE FROM quarantined WHERE follower = $1
