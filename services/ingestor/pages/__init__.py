"""From captured bytes to raw articles: pure functions; no clock, no I/O but the package's own data files, no exceptions for bad input."""
