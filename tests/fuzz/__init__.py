"""Fuzzing of everything that reads what strangers wrote, by Atheris: `make fuzz`, and for a moment in `make test`."""
