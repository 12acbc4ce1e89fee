-- name: present
-- How far the generation that answers has come, in which logs, and what of that waits in quarantine, in one statement: one moment.
SELECT g.number, c.topic, c.partition, c.next_offset, c.log_uuid,
       ARRAY (SELECT q."offset" FROM timeline.quarantined AS q
              WHERE q.follower = c.follower AND q.topic = c.topic AND q.partition = c.partition AND q.state <> 'given_up'
              ORDER BY q."offset") AS waiting
FROM timeline.generations AS g LEFT JOIN timeline.checkpoints AS c ON c.follower = 'timeline-g' || g.number
WHERE g.state = 'live' ORDER BY c.topic, c.partition

-- name: enter
-- The same, and what is asked next in this transaction or session is asked of that generation. It is looked up in the snapshot of the question: a
-- cut-over falls between two questions, never into one.
SELECT set_config('search_path', format('timeline_g%s, timeline', number), {while} = 'transaction'), present.* FROM ({present}) AS present

-- name: beside
-- An answer and the moment that it is of, by one statement, which sees one moment. The moment stands in the first row, which is there even if
-- there is no answer; the others keep their order, since the one row of the moment is what they are joined to.
SELECT CASE WHEN row_number() OVER () = 1 THEN moment.told END AS moment, answer.*
FROM (SELECT coalesce(json_agg(present ORDER BY topic, partition), '[]')::text AS told FROM ({present}) AS present) AS moment
LEFT JOIN (SELECT true AS answered, asked.* FROM ({question}) AS asked) AS answer ON true
