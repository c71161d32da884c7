"""Administration: users, units, categories, rules, days, requests, messages."""
