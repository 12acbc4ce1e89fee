-- name: by_id
-- And what revokes them.
SELECT edit_id, seq, body FROM edits WHERE edit_id = ANY ($1::text[]) OR revokes = ANY ($1::text[]) ORDER BY seq

-- name: naming
-- Commands that name one of these articles, and what revokes them.
WITH named AS (
    SELECT DISTINCT edit_id FROM edit_refs JOIN unnest($1::text[], $2::text[]) AS asked (article_id, kind) USING (article_id, kind)
)
SELECT edit_id, seq, body FROM edits
WHERE edit_id IN (SELECT edit_id FROM named) OR revokes IN (SELECT edit_id FROM named)
ORDER BY seq

-- name: remember
INSERT INTO edits (edit_id, kind, seq, revokes, body) VALUES ($1, $2, $3, $4, $5)

-- name: remember_refs
INSERT INTO edit_refs (article_id, kind, edit_id)
SELECT article_id, kind, $1 FROM unnest($2::text[], $3::text[]) AS named (article_id, kind)

-- name: known
-- A command that was taken in here, or came from the log.
SELECT body FROM edits_given WHERE edit_id = $1 UNION ALL SELECT body FROM edits WHERE edit_id = $1 LIMIT 1

-- name: take
INSERT INTO edits_given (edit_id, asked, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING edit_id

-- name: taken
SELECT asked, body FROM edits_given WHERE edit_id = $1

-- name: mentions_of_events
-- What belongs to these events now, in order of mention.
SELECT told.event_id, told.mention_id, told.kind, told.mention FROM told
WHERE told.present AND told.event_id = ANY ($1::text[]) ORDER BY told.mention_id

-- name: mentions
SELECT told.event_id, told.mention_id, told.kind, told.mention FROM told WHERE told.present AND told.mention_id = ANY ($1::text[])

-- name: events
SELECT event_id, kind, state FROM events WHERE event_id = ANY ($1::text[])

-- name: given
-- The latest first. `in_force`: no command revokes it, and it is none that revokes.
SELECT edits.body, edits.seq,
       edits.revokes IS NULL AND NOT EXISTS (SELECT FROM edits AS later WHERE later.revokes = edits.edit_id) AS in_force
FROM edits WHERE seq < $1 ORDER BY seq DESC LIMIT $2

-- name: page_of_mentions
-- What belongs to an event, page by page; an event itself carries but the first of many.
SELECT told.mention, readings.article FROM told JOIN readings USING (article_id, kind)
WHERE told.present AND told.event_id = $1 AND told.mention_id > $2 ORDER BY told.mention_id LIMIT $3
