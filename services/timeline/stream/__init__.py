"""`GET /v1/stream`: changes as server-sent events. One reader of Postgres tells all listeners; who was away reads on where it stood."""
