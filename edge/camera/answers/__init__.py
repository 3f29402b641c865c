"""What the server of a network camera answers where it doesn't open, in words."""
