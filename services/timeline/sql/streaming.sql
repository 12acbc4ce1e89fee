-- name: told
-- The changes of some spans of the log, each with what its event could be asked for by before it.
SELECT e.change, e.event_id, e.revision, e.merge_id, e.split_from, e.topic, e.partition, e."offset", e.recorded_at,
       e.cause::text AS cause, e.state,
       e.kind, e.status, e.when_start, e.when_end, e.countries, e.participant_terms, e.lineages,
       was.kind AS was_kind, was.status AS was_status, was.when_start AS was_start, was.when_end AS was_end,
       was.countries AS was_countries, was.participant_terms AS was_terms, was.lineages AS was_lineages,
       was.state AS was_told
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS span (topic, partition, first, until, at)
JOIN events AS e ON e.topic = span.topic AND e.partition = span.partition AND e."offset" >= span.first AND e."offset" < span.until
LEFT JOIN LATERAL (
    SELECT * FROM events AS earlier WHERE earlier.event_id = e.event_id AND earlier.revision < e.revision ORDER BY earlier.revision DESC LIMIT 1
) AS was ON true
ORDER BY span.at, e."offset"
