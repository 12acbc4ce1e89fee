-- name: heads
SELECT event_id, revision, known_at FROM heads WHERE event_id = ANY ($1::text[])

-- name: move_heads
INSERT INTO heads AS held (event_id, revision, known_at)
SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[])
ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision, known_at = excluded.known_at
