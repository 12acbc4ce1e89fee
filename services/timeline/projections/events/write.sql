-- The state of each event; a revision that is not newer than the one held changes nothing.
INSERT INTO events AS held (
    event_id, kind, revision, status, title, when_start, when_end, when_precision, countries, participants, participant_terms,
    articles, publishers, lineages, recorded_at, merged_into, state
)
SELECT event_id, kind, revision, status, title, when_start, when_end, when_precision, countries::text[], participants::text[],
       participant_terms::text[], articles, publishers, lineages, recorded_at, merged_into, state::jsonb
FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::date[], $7::date[], $8::text[], $9::text[], $10::text[], $11::text[],
    $12::int[], $13::int[], $14::int[], $15::timestamptz[], $16::text[], $17::text[]
) AS told (
    event_id, kind, revision, status, title, when_start, when_end, when_precision, countries, participants, participant_terms,
    articles, publishers, lineages, recorded_at, merged_into, state
)
ON CONFLICT (event_id) DO UPDATE SET (
    kind, revision, status, title, when_start, when_end, when_precision, countries, participants, participant_terms,
    articles, publishers, lineages, recorded_at, merged_into, state
) = (
    excluded.kind, excluded.revision, excluded.status, excluded.title, excluded.when_start, excluded.when_end, excluded.when_precision,
    excluded.countries, excluded.participants, excluded.participant_terms, excluded.articles, excluded.publishers, excluded.lineages,
    excluded.recorded_at, excluded.merged_into, excluded.state
)
WHERE excluded.revision > held.revision
