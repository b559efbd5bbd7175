"""Letters before the day, due by rules."""
