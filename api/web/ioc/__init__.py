"""The control room: /ioc and what belongs to it."""
