"""Plausible reports, marked as demonstration data, so that maps have something to show."""

from api.demo.clearing import clear
from api.demo.loading import load

__all__ = ["clear", "load"]
