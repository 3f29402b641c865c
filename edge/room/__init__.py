"""The room: readings and commands go in, events come out. Pure."""
