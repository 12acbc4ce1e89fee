"""The HTTP API: routes, answers, problems."""
