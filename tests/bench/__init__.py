"""Benchmarks: ratios measured side by side in one run. An absolute time means nothing on a machine that others share."""
