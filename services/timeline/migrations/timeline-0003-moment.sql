-- Which moment an answer is of, told beside it: at a glance where nothing has been committed since the asker's last question.
-- depends: timeline-0002-notices

-- migrate: apply

CREATE FUNCTION moment(known text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF pg_current_snapshot()::text = known AND NOT pg_is_in_recovery() THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT json_build_object('at', pg_current_snapshot()::text, 'present', coalesce(json_agg(present ORDER BY topic, partition), '[]'))
        FROM (
            SELECT g.number, c.topic, c.partition, c.next_offset, c.log_uuid,
                   ARRAY (SELECT q."offset" FROM timeline.quarantined AS q
                          WHERE q.follower = c.follower AND q.topic = c.topic AND q.partition = c.partition AND q.state <> 'given_up'
                          ORDER BY q."offset") AS waiting
            FROM timeline.generations AS g LEFT JOIN timeline.checkpoints AS c ON c.follower = 'timeline-g' || g.number
            WHERE g.state = 'live'
        ) AS present
    );
END
$$;

COMMENT ON FUNCTION moment(text) IS 'how far the generation that answers has come, in which logs, and what of that waits in quarantine, in the snapshot of the statement that asks (stable: it has no other), which at names; null: just what was so in the snapshot known, whose name says so on all servers but replicas';

-- migrate: rollback

DROP FUNCTION moment(text);
