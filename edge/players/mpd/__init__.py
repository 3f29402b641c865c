"""The player for MPD and Mopidy."""
