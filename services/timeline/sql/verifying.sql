-- name: refused
SELECT topic, partition, "offset" AS at, error, state FROM timeline.quarantined WHERE follower = $1
