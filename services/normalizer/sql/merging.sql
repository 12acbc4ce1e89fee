-- name: known_revision
SELECT revision FROM readings WHERE article_id = $1 AND kind = $2

-- name: remember_reading
INSERT INTO readings (article_id, kind, revision, article, sentences) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (article_id, kind) DO UPDATE SET revision = excluded.revision, article = excluded.article, sentences = excluded.sentences

-- name: take_back
UPDATE told SET present = false FROM readings
WHERE told.article_id = $1 AND told.kind = $2 AND told.present AND readings.article_id = $1 AND readings.kind = $2
RETURNING told.mention_id, told.event_id, told.mention, readings.article, readings.sentences

-- name: remember_mentions
-- A mention that was taken back and returns keeps the event that it had.
INSERT INTO told (mention_id, article_id, kind, keys, mention)
SELECT mention_id, $2, $3, keys::text[], mention
FROM unnest($1::text[], $4::text[], $5::text[]) AS new (mention_id, keys, mention)
ON CONFLICT (mention_id) DO UPDATE SET keys = excluded.keys, mention = excluded.mention, present = true

-- name: sharing_keys
SELECT told.mention_id, told.mention, readings.article, readings.sentences
FROM told JOIN readings USING (article_id, kind)
WHERE told.present AND told.kind = $1 AND told.keys && $2::text[] AND told.article_id <> $3 AND NOT told.mention_id = ANY ($4::text[])

-- name: events_of
-- Merged events are left out: their mentions belong to the survivor. Retracted ones may live again.
SELECT DISTINCT events.event_id, events.born, events.state
FROM told JOIN events USING (event_id)
WHERE told.mention_id = ANY ($1::text[])
ORDER BY events.event_id

-- name: assign
UPDATE told SET event_id = new.event_id
FROM unnest($1::text[], $2::text[]) AS new (mention_id, event_id)
WHERE told.mention_id = new.mention_id

-- name: save_events
INSERT INTO events (event_id, kind, born, state) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
ON CONFLICT (event_id) DO UPDATE SET state = excluded.state
