"""Fetching from the web without being led where one must not go, and without asking more of a site than it likes to give."""
