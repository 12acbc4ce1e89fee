"""Generations: physical copies of all projections, side by side, of which one is live and answers."""
