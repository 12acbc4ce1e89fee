-- The questions of the API. A pair of braces stands for the number of a parameter.

-- name: marked
-- How far the generation that answers has come in each log, and what is known of the log up to there.
SELECT c.topic, c.partition, c.next_offset, c.next_seq, c.log_uuid, c.last_digest
FROM timeline.generations AS g JOIN timeline.checkpoints AS c ON c.follower = 'timeline-g' || g.number
WHERE g.state = 'live' ORDER BY c.topic, c.partition

-- name: events
-- The conditions that apply are put in, and no others: a condition that is always there would keep Postgres from using the indexes.
SELECT event_id, when_order, known_at, state FROM events
WHERE {conditions}
ORDER BY {order}
LIMIT {limit}

-- name: events_by_place
-- By day, from where they happen: places know the day, so that those of a name are found in order, those near a point are put in order, and only so many
-- events looked up as are shown. What the conditions say of days and ids holds for both, by USING.
SELECT event_id, when_order, known_at, state
FROM (SELECT DISTINCT day AS when_order, event_id FROM places WHERE {places} ORDER BY {order}) AS found JOIN events USING (when_order, event_id)
WHERE {conditions}
ORDER BY {order}
LIMIT {limit}

-- name: every
SELECT state FROM events WHERE {conditions} ORDER BY when_order, event_id

-- name: total
SELECT count(*) FROM events WHERE {conditions}

-- name: with_total
-- A page and how many there are in all, which stands in each row; of an empty page there is one row, of nothing else.
SELECT counted.count AS total, page.* FROM ({total}) AS counted LEFT JOIN ({page}) AS page ON true

-- name: present
known_until = 'infinity'

-- name: then
known_at <= {}::timestamptz AND known_until > {}::timestamptz

-- name: at_position
(topic = {}::text AND partition = {}::int AND "offset" < {}::bigint AND offset_until >= {}::bigint)

-- name: kind
kind = ANY ({}::text[])

-- name: one_kind
-- Of one value the index gives the rows in order; of several they would have to be sorted.
kind = {}::text

-- name: status
status = ANY ({}::text[])

-- name: one_status
status = {}::text

-- name: since
-- Days are indexed by when events begin. One that ends so late began at most a month before, but for the few that are longer, which have an
-- index of their own: the first of those that reach so far says where to begin.
when_end >= {}::date AND when_order >= least({}::date - 31, (
    SELECT min(lasting.when_order) FROM events AS lasting
    WHERE lasting.when_end - lasting.when_start > 31 AND lasting.when_end >= {}::date
))

-- name: until
-- The second says the same of what has days, in the words of the index.
when_start <= {}::date AND when_order <= {}::date

-- name: country
countries && {}::text[]

-- name: somewhere
event_id IN (SELECT event_id FROM places WHERE {places})

-- name: place
-- Of places, as the next.
folded = ANY ({}::text[])

-- name: near
-- A box first, which the index knows; then the way along the sphere (haversine, radius 6,371 km).
lat BETWEEN {}::float8 AND {}::float8 AND lon BETWEEN {}::float8 AND {}::float8
AND 12742 * asin(least(1, sqrt(
        sin(radians(lat - {}::float8) / 2) ^ 2
        + cos(radians({}::float8)) * cos(radians(lat)) * sin(radians(lon - {}::float8) / 2) ^ 2
    ))) <= {}::float8

-- name: participant
participant_terms @> {}::text[]

-- name: number
event_id IN (SELECT event_id FROM numbers WHERE measure = {}::text AND known BETWEEN {}::int AND {}::int)

-- name: number_from
-- Of what has no upper bound none is asked for: of a range whose bounds it does not know Postgres expects but few, and plans for all questions at once.
event_id IN (SELECT event_id FROM numbers WHERE measure = {}::text AND known >= {}::int)

-- name: lineages
lineages >= {}::int

-- name: q
event_id IN (SELECT event_id FROM texts WHERE words @@ websearch_to_tsquery('simple', {}::text))

-- name: changed_since
known_at > {}::timestamptz

-- name: after_day
(when_order, event_id) > ({}::date, {}::text)

-- name: before_day
(when_order, event_id) < ({}::date, {}::text)

-- name: after_recorded
(known_at, event_id) > ({}::timestamptz, {}::text)

-- name: before_recorded
(known_at, event_id) < ({}::timestamptz, {}::text)

-- name: not_merged
merged_into IS NULL

-- name: not_retracted
status <> 'retracted'

-- name: event
-- An event, and those that it was merged into, nearest first. The survivor may be one that we have not heard of yet. Not
-- materialized: the id has to reach the index, or each question would read all events there are.
WITH RECURSIVE known AS NOT MATERIALIZED (SELECT * FROM events WHERE {known}),
chain AS (
    SELECT event_id, merged_into, state, 0 AS steps FROM known WHERE event_id = {event}
    UNION ALL
    SELECT next.event_id, next.merged_into, next.state, chain.steps + 1 FROM chain JOIN known AS next ON next.event_id = chain.merged_into
) CYCLE event_id SET looped USING path
SELECT event_id, merged_into, looped, CASE steps WHEN 0 THEN state END AS state FROM chain ORDER BY steps

-- name: history
-- Beyond the last revision of an event that is known there is one row, of nothing.
SELECT e.revision, e.change, e.cause::text AS cause, e.merge_id, e.split_from, e.recorded_at, e.state, e.topic, e.partition, e."offset"
FROM (SELECT event_id FROM events WHERE event_id = $1 LIMIT 1) AS known
LEFT JOIN events AS e ON e.event_id = known.event_id AND e.revision > $2
ORDER BY e.revision LIMIT $3

-- name: calendar
SELECT day, country, kind, count(*) AS events, array_agg(event_id ORDER BY event_id) AS ids FROM calendar
WHERE day BETWEEN $1 AND $2 AND (cardinality($3::text[]) = 0 OR kind = ANY ($3)) AND (cardinality($4::text[]) = 0 OR country = ANY ($4))
GROUP BY day, country, kind ORDER BY day, country, kind

-- name: actors
SELECT name, type, country, count(DISTINCT event_id) AS events, array_agg(DISTINCT role ORDER BY role) AS roles, folded
FROM actors
WHERE stands AND ($1::text IS NULL OR (folded >= $1 AND folded < $1 || U&'\FFFF')) AND (cardinality($2::text[]) = 0 OR type = ANY ($2))
  AND ($3::text IS NULL OR (folded, name, type) > ($3, $4, $5))
GROUP BY folded, name, type, country ORDER BY folded, name, type, country LIMIT $6

-- name: article
SELECT a.event_id, e.kind, e.status, e.title, a.mention_id, a.revision, a.outlet, a.url,
       (SELECT count(*) FROM claims AS c WHERE c.event_id = a.event_id AND c.article_id = a.article_id) AS claims
FROM articles AS a JOIN events AS e ON e.event_id = a.event_id AND e.known_until = 'infinity'
WHERE a.article_id = $1 ORDER BY a.event_id, a.mention_id

-- name: nearby
-- What may hang together with an event: what was done by the same parties, in some kinds and days; the nearest first. Of each party and kind
-- the index gives the nearest on either side, so that it is the same work whether they met ten times or struck a hundred thousand times.
-- $1 the event, from $2 to $3; $4 parties, $5 kinds. Others begin so many days before or after ($6, $7), end at most $8 days before, and
-- have begun even earlier if $9.
SELECT state FROM (
    SELECT DISTINCT event_id, abs(first - $2::date) AS days FROM (
        SELECT after.event_id, after.first FROM unnest($4::text[]) AS party, unnest($5::text[]) AS kind, LATERAL (
            SELECT event_id, first FROM parties
            WHERE parties.party = party.party AND parties.kind = kind.kind AND first >= $2 AND first <= $3::date + $7::int AND last >= $2 - $8::int
            ORDER BY first, event_id LIMIT $10::int + 1
        ) AS after
        UNION ALL
        SELECT before.event_id, before.first FROM unnest($4::text[]) AS party, unnest($5::text[]) AS kind, LATERAL (
            SELECT event_id, first FROM parties
            WHERE parties.party = party.party AND parties.kind = kind.kind AND first < $2 AND last >= $2 - $8 AND first >= least($2 - $6::int, CASE WHEN $9::boolean THEN (
                SELECT min(lasting.when_order) FROM events AS lasting
                WHERE lasting.when_end - lasting.when_start > 31 AND lasting.when_end >= $2 - $8
            ) END)
            ORDER BY first DESC, event_id DESC LIMIT $10 + 1
        ) AS before
    ) AS found
    WHERE event_id <> $1
    ORDER BY days, event_id LIMIT $10
) AS near JOIN events USING (event_id)
WHERE events.known_until = 'infinity'
ORDER BY near.days, event_id

-- name: contradictions
-- {told}: which of them are told. It is no parameter, as those that are no mere rising have an index of their own, by which Postgres can only go if it
-- knows that they are asked for.
SELECT c.event_id, e.kind, e.status, e.title, c.field, c.told::text AS told
FROM contradictions AS c JOIN events AS e ON e.event_id = c.event_id AND e.known_until = 'infinity'
WHERE ($1::text IS NULL OR (c.event_id, c.field) > ($1, $2))
  AND (cardinality($3::text[]) = 0 OR c.kind = ANY ($3)) AND (cardinality($4::text[]) = 0 OR c.field LIKE ANY ($4))
  AND {told}
ORDER BY c.event_id, c.field LIMIT $5

-- name: not_rising
NOT c.rising
