"""How people's tables of songs differ: encodings, names of columns, and ways to write numbers."""
