-- Every revision, as first told; a repeat changes nothing.
INSERT INTO history (event_id, revision, change, cause, merge_id, split_from, recorded_at, state, topic, partition, "offset")
SELECT event_id, revision, change, cause::jsonb, merge_id, split_from, recorded_at, state::jsonb, topic, partition, at
FROM unnest(
    $1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::int[], $11::bigint[]
) AS told (event_id, revision, change, cause, merge_id, split_from, recorded_at, state, topic, partition, at)
ON CONFLICT (event_id, revision) DO NOTHING
