"""How often Spotify is asked: growing waits after failures, and a budget of requests."""
