"""On which days events lie: one row an event, country and day."""
