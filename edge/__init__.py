"""Moodroom: a room's mood, read on the device, for its music and its lamps."""

__version__ = "0.2.0"
