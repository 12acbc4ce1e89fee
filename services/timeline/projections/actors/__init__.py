"""Who takes part: one row an event and participant."""
