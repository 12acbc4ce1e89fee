-- name: known
-- Which versions of these articles were read, and their mentions, none of some. What was taken back too: a mention that returns finds its
-- event again. Each is looked up by itself, whatever Postgres believes of a young table. `commanded`: whether any command names any article;
-- mostly none does, and then none is looked for.
SELECT article_id, kind, revision, rereading, mention_id, event_id, present, digest, EXISTS (SELECT FROM edit_refs) AS commanded
FROM unnest($1::text[], $2::text[]) AS asked (article_id, kind)
LEFT JOIN LATERAL (
    SELECT revision, rereading FROM readings WHERE readings.article_id = asked.article_id AND readings.kind = asked.kind OFFSET 0
) AS held ON true
LEFT JOIN LATERAL (
    SELECT mention_id, event_id, present, digest FROM told WHERE told.article_id = asked.article_id AND told.kind = asked.kind OFFSET 0
) AS mentioned ON true

-- name: by_index
-- Of a young table Postgres believes that some hundred keys are had by most rows, and would read all of it.
SET LOCAL enable_seqscan = off

-- name: alone
-- One transaction at a time merges a kind: its readings and its editors' commands come from two topics, and so maybe to two processes.
-- And by index, as above.
SELECT set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock(hashtext('daybook merging ' || kind))
FROM (SELECT kind FROM unnest($1::text[]) AS kind ORDER BY kind OFFSET 0) AS kinds

-- name: sharing_keys
-- $1: all keys, $2: the strong ones, $3: mentions that are here. Two weak keys do not meet.
SELECT mention_id, event_id, present, digest
FROM (
    SELECT mention_id FROM told_keys WHERE strong AND key = ANY ($1::text[])
    UNION
    SELECT mention_id FROM told_keys WHERE NOT strong AND key = ANY ($2::text[])
    EXCEPT
    SELECT unnest($3::text[])
) AS found
CROSS JOIN LATERAL (SELECT event_id, present, digest FROM told WHERE told.mention_id = found.mention_id OFFSET 0) AS held
WHERE present

-- name: remember_keys
-- A key that a later revision does not have any more stays: what is found by it and does not belong does no harm.
INSERT INTO told_keys (key, mention_id, strong) SELECT * FROM unnest($1::text[], $2::text[], $3::bool[]) ON CONFLICT DO NOTHING

-- name: bodies
SELECT told.mention_id, told.mention, readings.article, readings.sentences, readings.spans
FROM told JOIN readings USING (article_id, kind)
WHERE told.mention_id = ANY ($1::text[])

-- name: events
SELECT event_id, born, digest FROM events WHERE event_id = ANY ($1::text[])

-- name: states
SELECT event_id, state FROM events WHERE event_id = ANY ($1::text[])

-- name: remember_readings
INSERT INTO readings (article_id, kind, revision, rereading, article, sentences, spans)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[])
ON CONFLICT (article_id, kind) DO UPDATE SET
    revision = excluded.revision, rereading = excluded.rereading, article = excluded.article, sentences = excluded.sentences, spans = excluded.spans

-- name: remember_mentions
INSERT INTO told (mention_id, article_id, kind, event_id, present, digest, mention)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::text[], $7::text[])
ON CONFLICT (mention_id) DO UPDATE SET
    event_id = excluded.event_id, present = excluded.present, digest = excluded.digest, mention = excluded.mention

-- name: move
UPDATE told SET event_id = new.event_id, present = new.present
FROM unnest($1::text[], $2::text[], $3::bool[]) AS new (mention_id, event_id, present)
WHERE told.mention_id = new.mention_id

-- name: save_events
INSERT INTO events (event_id, kind, born, digest, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT (event_id) DO UPDATE SET digest = excluded.digest, state = excluded.state
