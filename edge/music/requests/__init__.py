"""The wishes for what people ask of the music."""
