-- name: known_revision
SELECT revision FROM readings WHERE article_id = $1 AND kind = $2

-- name: remember_reading
INSERT INTO readings (article_id, kind, revision, article, sentences) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (article_id, kind) DO UPDATE SET revision = excluded.revision, article = excluded.article, sentences = excluded.sentences

-- name: forget_mentions
DELETE FROM told WHERE article_id = $1 AND kind = $2 RETURNING event_id

-- name: remember_mentions
INSERT INTO told (mention_id, article_id, kind, keys, mention)
SELECT mention_id, $2, $3, keys::text[], mention
FROM unnest($1::text[], $4::text[], $5::text[]) AS new (mention_id, keys, mention)

-- name: sharing_keys
SELECT told.mention_id, told.event_id, told.mention, readings.article, readings.sentences
FROM told JOIN readings USING (article_id, kind)
WHERE told.kind = $1 AND told.keys && $2::text[] AND NOT told.mention_id = ANY ($3::text[])

-- name: members
SELECT told.mention_id, told.event_id, told.mention, readings.article, readings.sentences
FROM told JOIN readings USING (article_id, kind)
WHERE told.event_id = ANY ($1::text[]) AND NOT told.mention_id = ANY ($2::text[])

-- name: states
SELECT state FROM events WHERE event_id = ANY ($1::text[]) ORDER BY event_id

-- name: assign
UPDATE told SET event_id = new.event_id
FROM unnest($1::text[], $2::text[]) AS new (mention_id, event_id)
WHERE told.mention_id = new.mention_id

-- name: save_events
INSERT INTO events (event_id, kind, state) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (event_id) DO UPDATE SET state = excluded.state
