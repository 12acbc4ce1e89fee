"""The ingestor's pure core."""
