"""Where events are: one row an event and place."""
