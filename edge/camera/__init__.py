"""Cameras and replays: where frames come from, one adapter in each module."""
