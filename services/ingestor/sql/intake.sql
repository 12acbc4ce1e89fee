-- name: take_pages
INSERT INTO pages (page_id, url, captured_at, sha256, articles, recorded_at)
SELECT page_id, url, captured_at, sha256, articles, $6
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::int[]) AS given (page_id, url, captured_at, sha256, articles)
ORDER BY page_id
ON CONFLICT DO NOTHING

-- name: take_articles
-- One statement decides what is new, so that two senders of the same text cannot both be first: the second waits for the
-- row of the first, and then compares with what that one committed. Sorted, so that two pages cannot wait for each other.
-- Content that was there before is no news, unless it was captured after the latest revision: then a text was changed back.
-- The same text with a surer date (counted from a capture that somebody timed, not from one that was assumed; or any date where there was
-- none) is a revision as well, though not a correction: it comes at most twice, whatever is sent in whatever order.
-- What is withdrawn stays so until a text comes that is surely later; a notice that is surely older than the text is no news.
INSERT INTO articles AS held
    (article_id, revision, content_sha256, known_sha256, pubstatus, headline, page_url, about, captured_at, recorded_at)
SELECT article_id, 1, content, ARRAY[content], pubstatus, headline, page_url, about, captured_at, $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])
     AS given (article_id, content, pubstatus, headline, page_url, about, captured_at)
ORDER BY article_id
ON CONFLICT (article_id) DO UPDATE SET
    revision = held.revision + 1,
    content_sha256 = excluded.content_sha256,
    known_sha256 = array_append(array_remove(held.known_sha256, excluded.content_sha256), excluded.content_sha256),
    pubstatus = CASE
        WHEN excluded.content_sha256 = held.content_sha256 AND held.pubstatus <> 'withdrawn' AND excluded.pubstatus <> 'withdrawn'
            THEN held.pubstatus
        WHEN excluded.pubstatus = 'usable' THEN 'corrected'
        ELSE excluded.pubstatus
    END,
    redated = excluded.content_sha256 = held.content_sha256 AND held.pubstatus <> 'withdrawn' AND excluded.pubstatus <> 'withdrawn',
    headline = excluded.headline,
    page_url = excluded.page_url,
    about = excluded.about,
    captured_at = excluded.captured_at,
    recorded_at = excluded.recorded_at
WHERE CASE
    WHEN held.pubstatus = 'withdrawn' AND excluded.pubstatus = 'withdrawn' THEN false
    WHEN held.pubstatus <> 'withdrawn' AND excluded.pubstatus <> 'withdrawn' THEN
        excluded.content_sha256 <> ALL (held.known_sha256)
        OR (excluded.content_sha256 <> held.content_sha256 AND excluded.captured_at > held.captured_at)
        OR (excluded.content_sha256 = held.content_sha256 AND surer_date(excluded.about, held.about))
    WHEN excluded.content_sha256 = ANY (held.known_sha256) THEN
        excluded.captured_at > coalesce(held.captured_at, held.recorded_at)
    WHEN excluded.pubstatus = 'withdrawn' THEN
        held.captured_at IS NULL OR coalesce(excluded.captured_at, $8) >= held.captured_at
    ELSE coalesce(excluded.captured_at, $8) > coalesce(held.captured_at, held.recorded_at)
END
RETURNING article_id, revision, pubstatus, redated

-- name: revisions
SELECT article_id, revision FROM articles WHERE article_id = ANY ($1::text[])

-- name: named
-- What a notice may mean: the article of its own identity, if there ever was a text of it, and live ones of that outlet and headline.
SELECT article_id, headline, revision > 1 OR pubstatus <> 'withdrawn' AS had_text, pubstatus <> 'withdrawn' AS live
FROM articles WHERE article_id = ANY ($1::text[]) OR headline = ANY ($2::text[])

-- name: articles_at
SELECT article_id FROM articles WHERE article_id = $1 OR page_url = $2

-- name: withdraw
-- Not again, and not by a page that was already gone when the latest text was captured. A request without a time means now.
WITH gone AS (
    SELECT article_id FROM articles
    WHERE article_id = ANY ($1::text[]) AND pubstatus <> 'withdrawn' AND ($2::timestamptz IS NULL OR captured_at IS NULL OR captured_at <= $2)
    ORDER BY article_id
    FOR UPDATE
)
UPDATE articles AS held
SET revision = held.revision + 1, pubstatus = 'withdrawn', redated = false, captured_at = greatest(held.captured_at, coalesce($2, $3)), recorded_at = $3
FROM gone WHERE held.article_id = gone.article_id
RETURNING held.article_id, held.revision

-- name: about
SELECT article_id, revision, content_sha256, about FROM articles WHERE article_id = ANY ($1::text[]) ORDER BY article_id

-- name: take_refused
-- The same bytes refused again are no news while quarantine keeps them.
INSERT INTO refused AS held (sha256, recorded_at) VALUES ($1, $2)
ON CONFLICT (sha256) DO UPDATE SET recorded_at = excluded.recorded_at WHERE held.recorded_at < $3
RETURNING true

-- name: answered
SELECT request, answer FROM answers WHERE key = $1 AND recorded_at >= $2

-- name: take_key
-- Whoever comes second waits here for the first, and then finds its answer. A key that has run out is free again.
INSERT INTO answers AS held (key, request, answer, recorded_at) VALUES ($1, $2, '', $3)
ON CONFLICT (key) DO UPDATE SET request = excluded.request, answer = '', recorded_at = excluded.recorded_at WHERE held.recorded_at < $4
RETURNING true

-- name: keep_answer
UPDATE answers SET answer = $2 WHERE key = $1

-- name: tidy_answers
DELETE FROM answers WHERE recorded_at < $1

-- name: tidy_refused
DELETE FROM refused WHERE recorded_at < $1
