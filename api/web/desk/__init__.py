"""The officer's desk: /queue and what belongs to it."""
