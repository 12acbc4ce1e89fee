"""Every revision of every event, the last one marked: what questions about events are answered from."""
