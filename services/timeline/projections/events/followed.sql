-- A newer revision follows the last one known: that one stays, and says until when it was the last.
UPDATE events AS held SET known_until = next.known_at, offset_until = next.at
FROM unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS next (event_id, known_at, at)
WHERE held.event_id = next.event_id AND held.known_until = 'infinity'
