-- The questions of the API. A pair of braces stands for the number of a parameter.

-- name: enter
-- Which generation answers is looked up in the snapshot of the question: a cut-over falls between two questions, never into one.
SELECT number, set_config('search_path', format('timeline_g%s, timeline', number), true) FROM timeline.generations WHERE state = 'live'

-- name: events
-- The conditions that apply are put in, and no others: a condition that is always there would keep Postgres from using the indexes.
SELECT event_id, when_start, state::text AS state FROM events
WHERE {known} AND {conditions}
ORDER BY when_order, event_id
LIMIT {limit}

-- name: present
known_until = 'infinity'

-- name: kind
kind = ANY ({}::text[])

-- name: status
status = ANY ({}::text[])

-- name: since
when_end >= {}::date

-- name: until
when_start <= {}::date

-- name: country
countries && {}::text[]

-- name: participant
participant_terms @> {}::text[]

-- name: after
(when_order, event_id) > ({}::date, {}::text)

-- name: not_merged
merged_into IS NULL

-- name: not_retracted
status <> 'retracted'

-- name: event
-- An event, and those that it was merged into, nearest first. The survivor may be one that we have not heard of yet.
WITH RECURSIVE chain AS (
    SELECT event_id, merged_into, state, 0 AS steps FROM events WHERE event_id = $1 AND known_until = 'infinity'
    UNION ALL
    SELECT next.event_id, next.merged_into, next.state, chain.steps + 1
    FROM chain JOIN events AS next ON next.event_id = chain.merged_into AND next.known_until = 'infinity'
) CYCLE event_id SET looped USING path
SELECT event_id, merged_into, looped, CASE steps WHEN 0 THEN state::text END AS state FROM chain ORDER BY steps

-- name: known
SELECT true FROM events WHERE event_id = $1 LIMIT 1

-- name: history
SELECT revision, change, cause::text AS cause, merge_id, split_from, recorded_at, state::text AS state, topic, partition, "offset"
FROM events WHERE event_id = $1 AND revision > $2 ORDER BY revision LIMIT $3

-- name: position
SELECT topic, partition, next_offset FROM checkpoints WHERE follower = $1 ORDER BY topic, partition
