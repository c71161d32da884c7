"""Plausible reports, marked as demonstration data, so that maps have something to show."""

from api.demo.loading import clear, load

__all__ = ["clear", "load"]
