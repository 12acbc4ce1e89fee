-- name: refused
SELECT topic, partition, "offset" AS at, error FROM timeline.quarantined WHERE follower = $1
