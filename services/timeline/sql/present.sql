-- name: present
-- How far the generation that answers has come, in which logs, and what of that waits in quarantine, in one statement: one moment.
SELECT g.number, c.topic, c.partition, c.next_offset, c.log_uuid,
       ARRAY (SELECT q."offset" FROM timeline.quarantined AS q
              WHERE q.follower = c.follower AND q.topic = c.topic AND q.partition = c.partition AND q.state <> 'given_up'
              ORDER BY q."offset") AS waiting
FROM timeline.generations AS g LEFT JOIN timeline.checkpoints AS c ON c.follower = 'timeline-g' || g.number
WHERE g.state = 'live' ORDER BY c.topic, c.partition

-- name: enter
-- The same, and what is asked next in this transaction is asked of that generation. It is looked up in the snapshot of the question: a
-- cut-over falls between two questions, never into one.
SELECT set_config('search_path', format('timeline_g%s, timeline', number), true), present.* FROM ({present}) AS present
