"""The present state of every event: one row an event."""
