"""What Spotify's catalogue has."""
