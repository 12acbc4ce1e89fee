"""Reading the articles again by another ruleset: first in a shadow, which only reports; then, if that is ordered, in the log."""
