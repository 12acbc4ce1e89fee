"""Where claims of an event contradict each other: one row an event and field."""
