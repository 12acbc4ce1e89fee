"""Which articles tell which events: one row a mention."""
