"""The room's mood: readings and commands in, events out. Pure."""
