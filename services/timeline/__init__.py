"""The timeline: follows `events.*`, projects into Postgres exactly once, and answers over HTTP."""
