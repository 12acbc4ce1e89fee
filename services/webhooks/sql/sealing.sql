-- Secrets, when the service starts, are sealed by the first of its keys.

-- name: every_secret
SELECT endpoint_id, secret, old_secret FROM endpoints ORDER BY endpoint_id FOR NO KEY UPDATE

-- name: sealed
UPDATE endpoints AS e SET secret = r.secret, old_secret = r.old_secret
FROM unnest($1::text[], $2::text[], $3::text[]) AS r (endpoint_id, secret, old_secret) WHERE e.endpoint_id = r.endpoint_id
