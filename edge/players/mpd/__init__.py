"""MPD and Mopidy as a player."""
