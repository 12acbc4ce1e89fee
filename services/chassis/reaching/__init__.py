"""Reaching out to addresses that others name, without being led where one must not go."""
