"""How many of what: one row an event and quantity."""
