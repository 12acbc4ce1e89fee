-- name: take_page
INSERT INTO pages (page_id, url, captured_at, sha256, articles, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING

-- name: take_articles
-- One statement decides what is new, so that two senders of the same text cannot both be first: the second waits for the
-- row of the first, and then compares with what that one committed. Sorted, so that two pages cannot wait for each other.
-- Content that was there before is no news, unless it was captured after the latest revision: then a text was changed back.
INSERT INTO articles AS held
    (article_id, revision, content_sha256, known_sha256, pubstatus, outlet, title, page_id, captured_at, recorded_at)
SELECT article_id, 1, content, ARRAY[content], pubstatus, outlet, title, page_id, captured_at, $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS given (article_id, content, pubstatus, outlet, title, page_id, captured_at)
ORDER BY article_id
ON CONFLICT (article_id) DO UPDATE SET
    revision = held.revision + 1,
    content_sha256 = excluded.content_sha256,
    known_sha256 = array_append(array_remove(held.known_sha256, excluded.content_sha256), excluded.content_sha256),
    pubstatus = CASE excluded.pubstatus WHEN 'usable' THEN 'corrected' ELSE excluded.pubstatus END,
    outlet = excluded.outlet,
    title = excluded.title,
    page_id = excluded.page_id,
    captured_at = excluded.captured_at,
    recorded_at = excluded.recorded_at
WHERE excluded.content_sha256 <> ALL (held.known_sha256)
   OR (excluded.content_sha256 <> held.content_sha256 AND excluded.captured_at > held.captured_at)
RETURNING article_id, revision, pubstatus

-- name: revisions
SELECT article_id, revision FROM articles WHERE article_id = ANY ($1::text[])
