"""The commands of `daybook`, one module each, found by name."""
