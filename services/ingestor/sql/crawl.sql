-- name: begin
INSERT INTO checkpoints (follower, topic, partition, owner_epoch, next_offset, next_seq) VALUES ($1, $2, $3, 0, $4, 0)
ON CONFLICT DO NOTHING
