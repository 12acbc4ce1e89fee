"""By whom events hang together: one row an event and party."""
