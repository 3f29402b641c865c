"""What follows where Spotify or a speaker doesn't do what was asked."""
