"""Every change of every event, as it was told."""
