-- name: revisions
SELECT article_id, kind, revision FROM readings JOIN unnest($1::text[], $2::text[]) AS asked (article_id, kind) USING (article_id, kind)

-- name: told_before
-- What was taken back too: a mention that returns finds its event again.
SELECT mention_id, event_id, present, digest
FROM told JOIN unnest($1::text[], $2::text[]) AS asked (article_id, kind) USING (article_id, kind)

-- name: sharing_keys
-- $1: all keys, $2: the strong ones. Two weak keys do not meet.
SELECT mention_id, event_id, present, digest FROM told WHERE present AND (strong && $1::text[] OR weak && $2::text[])

-- name: bodies
SELECT told.mention_id, told.mention, readings.article, readings.sentences
FROM told JOIN readings USING (article_id, kind)
WHERE told.mention_id = ANY ($1::text[])

-- name: events
SELECT event_id, born, digest FROM events WHERE event_id = ANY ($1::text[])

-- name: states
SELECT event_id, state FROM events WHERE event_id = ANY ($1::text[])

-- name: remember_readings
INSERT INTO readings (article_id, kind, revision, article, sentences)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
ON CONFLICT (article_id, kind) DO UPDATE SET revision = excluded.revision, article = excluded.article, sentences = excluded.sentences

-- name: remember_mentions
INSERT INTO told (mention_id, article_id, kind, strong, weak, event_id, present, digest, mention)
SELECT mention_id, article_id, kind, strong::text[], weak::text[], event_id, present, digest, mention
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[], $9::text[])
    AS new (mention_id, article_id, kind, strong, weak, event_id, present, digest, mention)
ON CONFLICT (mention_id) DO UPDATE SET
    strong = excluded.strong, weak = excluded.weak, event_id = excluded.event_id, present = excluded.present,
    digest = excluded.digest, mention = excluded.mention

-- name: move
UPDATE told SET event_id = new.event_id, present = new.present
FROM unnest($1::text[], $2::text[], $3::bool[]) AS new (mention_id, event_id, present)
WHERE told.mention_id = new.mention_id

-- name: save_events
INSERT INTO events (event_id, kind, born, digest, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT (event_id) DO UPDATE SET digest = excluded.digest, state = excluded.state
