"""What the device remembers: moods, decisions, songs, skips and commands, in one SQLite file."""
