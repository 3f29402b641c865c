"""Faces in a frame, and what they express."""
