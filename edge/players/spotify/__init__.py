"""Spotify Connect as a player."""
